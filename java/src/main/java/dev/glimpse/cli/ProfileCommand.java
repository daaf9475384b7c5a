package dev.glimpse.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.glimpse.data.Batch;
import dev.glimpse.data.Batches;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Sources;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Devices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.models.Models;
import dev.glimpse.profile.ChromeTrace;
import dev.glimpse.profile.Grouping;
import dev.glimpse.profile.Profile;
import dev.glimpse.profile.ProfileJson;
import dev.glimpse.profile.ProfileTable;
import dev.glimpse.profile.Profiler;
import dev.glimpse.profile.Roof;
import dev.glimpse.profile.RoofCache;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingPlan;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code glimpse profile}: where the time of a training step goes, kernel by kernel. */
@Command(
    name = "profile",
    description = "Measures where the time of a training step goes, kernel by kernel.")
public final class ProfileCommand implements Callable<Integer> {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL|RUN", description = "A model's name, or the folder of a run.")
  private String subject;

  @Option(
      names = "--data",
      paramLabel = "digits|mnist|DIR",
      description = "Where the images come from (default: the run's, else digits).")
  private String data;

  @Option(names = "--steps", description = "Steps to measure (default: ${DEFAULT-VALUE}).")
  private int steps = 20;

  @Option(names = "--device", description = "Where to run (default: ${DEFAULT-VALUE}).")
  private String device = "best";

  @Option(names = "--batch", description = "Images per step (default: the setting train.batch).")
  private Integer batch;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes a setting; repeatable.")
  private final Map<String, String> changes = new LinkedHashMap<>();

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "kernel|layer|launch",
      converter = GroupingName.class,
      description = "The tables to print, with commas (default: kernel,layer).")
  private List<Grouping> groupings = List.of(Grouping.KERNEL, Grouping.LAYER);

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Writes the last five steps as a trace for ui.perfetto.dev.")
  private Path trace;

  @Option(names = "--json", description = "Prints JSON instead of tables.")
  private boolean json;

  @Option(names = "--remeasure", description = "Measures the device's roof anew.")
  private boolean remeasure;

  @Override
  public Integer call() {
    Optional<RunFolder> run =
        Files.isDirectory(Path.of(subject))
            ? Optional.of(RunFolder.open(Path.of(subject)))
            : Optional.empty();
    String name = run.map(r -> r.config().model()).orElse(subject);
    Models.Kind kind = Models.named(name);
    Settings settings = kind.settings();
    run.ifPresent(r -> r.config().applyTo(settings));
    changes.forEach(settings::set);
    if (batch != null) {
      settings.set("train.batch", batch.toString());
    }
    String source = data != null ? data : run.map(r -> r.config().data()).orElse("digits");
    ImageSet images = Sources.load(source, settings.integer("train.seed")).train();
    int batchSize = Math.min(settings.integer("train.batch"), images.size());
    String title = "%s, batches of %d".formatted(name, batchSize);
    Model model = kind.create().apply(DataShape.of(images), settings);
    try (Device opened = Devices.open(device);
        var store = store(opened, model, settings, run);
        Plan plan =
            TrainingPlan.build(store, model, settings, DataShape.of(images), batchSize).plan()) {
      feed(plan, images, batchSize);
      Profile profile = Profiler.profile(plan, steps);
      report(title, opened, profile);
    }
    return 0;
  }

  private static ParameterStore store(
      Device device, Model model, Settings settings, Optional<RunFolder> run) {
    var store = new ParameterStore(device, model.parameters(), settings.integer("train.seed"));
    try {
      run.ifPresent(r -> Checkpoint.readParameters(r.preferred(), store));
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Every step is given the same batch: what it holds makes no difference to the time. */
  private static void feed(Plan plan, ImageSet images, int batchSize) {
    try (var batches = new Batches(images, batchSize, 0, true)) {
      Batch first = batches.next();
      plan.feed(Example.IMAGES, first.images()).run();
      if (plan.hasInput(Example.LABELS)) {
        plan.feed(Example.LABELS, first.labels()).run();
      }
      plan.finish();
    }
  }

  private void report(String title, Device opened, Profile profile) {
    DeviceInfo info = opened.info();
    RoofCache roofs = RoofCache.ofUser();
    Roof roof = remeasure ? roofs.remeasure(opened) : roofs.roof(opened);
    PrintWriter out = spec.commandLine().getOut();
    if (trace != null) {
      ChromeTrace.write(trace, title, info.name(), profile);
    }
    if (json) {
      out.println(GSON.toJson(ProfileJson.of(profile, info, roof, groupings)));
    } else {
      out.printf("%s, on %s (%s)%n", title, info.name(), info.id());
      out.print(ProfileTable.of(profile, roof, groupings));
    }
    out.flush();
  }

  /** The groupings as one writes them. */
  private static final class GroupingName implements ITypeConverter<Grouping> {
    @Override
    public Grouping convert(String text) {
      return Arrays.stream(Grouping.values())
          .filter(g -> g.name().toLowerCase(Locale.ROOT).equals(text))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + names()));
    }

    private static String names() {
      return Arrays.stream(Grouping.values())
          .map(g -> g.name().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", "));
    }
  }
}
