package dev.glimpse.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.glimpse.data.Batch;
import dev.glimpse.data.Batches;
import dev.glimpse.data.ImageFormat;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Sources;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
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
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingPlan;
import dev.glimpse.train.TrainingSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures where the time of a training step goes. */
@Command(
    name = "profile",
    description = {
      "Measures where the time of a training step goes: kernel by kernel, layer by layer.",
      "The share of the roof is the time that the device needs at least, by its peak FLOP/s and its"
          + " memory's bandwidth, divided by the time that it took. Caches can beat that memory."
    },
    footer = {
      "",
      "Examples:",
      "  glimpse profile vae",
      "  glimpse profile vae --batch 500 --set hidden=800,800 latent=50 --by kernel",
      "  glimpse profile runs/vae-... --trace trace.json"
    })
final class ProfileCommand implements Callable<Integer> {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private final RoofCache roofs;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL|RUN",
      description = "A model, with its defaults, or the folder of a run.")
  private String subject;

  @Option(
      names = "--data",
      paramLabel = "SOURCE",
      description = "digits, mnist or a folder (default: the run's, else digits).")
  private String data;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Steps to measure (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Mixin private ComputeOptions compute;

  @Option(names = "--batch", paramLabel = "N", description = "Images per step.")
  private String batch;

  @Option(
      names = "--set",
      arity = "1..*",
      paramLabel = "NAME=VALUE",
      description = "Set any setting; 'glimpse train MODEL --settings' lists them.")
  private final List<String> changes = new ArrayList<>();

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "GROUPING",
      defaultValue = "kernel,layer",
      converter = GroupingName.class,
      description = "Tables to print, of kernel, layer, launch (default: ${DEFAULT-VALUE}).")
  private List<Grouping> groupings;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Writes the last steps, five at most, as a trace for ui.perfetto.dev.")
  private Path trace;

  @Option(names = "--json", description = "Prints JSON instead of tables.")
  private boolean json;

  @Option(names = "--remeasure", description = "Measures the device's roof anew.")
  private boolean remeasure;

  ProfileCommand() {
    this(RoofCache.ofUser());
  }

  ProfileCommand(RoofCache roofs) {
    this.roofs = roofs;
  }

  @Override
  public Integer call() {
    if (steps < 1) {
      throw new ParameterException(spec.commandLine(), "--steps takes 1 or more");
    }
    Optional<RunFolder> run = run();
    Models.Kind kind = Models.named(run.map(r -> r.config().model()).orElse(subject));
    Settings settings = kind.settings();
    run.ifPresent(r -> r.config().applyTo(settings));
    changes.forEach(settings::set);
    if (batch != null) {
      settings.set("train.batch", batch);
    }
    String source = data != null ? data : run.map(r -> r.config().data()).orElse("digits");
    ImageFormat format = TrainingSettings.imageFormat(settings);
    ImageSet images = Sources.load(source, format, settings.integer("train.seed")).train();
    int batchSize = Math.min(settings.integer("train.batch"), images.size());
    DataShape shape = DataShape.of(images);
    Model model = kind.create(shape, settings);
    run.ifPresent(r -> LoadedRun.checkShape(r, model, images));
    String title = "%s, batches of %d".formatted(kind.name(), batchSize);
    try (Device opened = compute.open();
        var store = store(opened, model, settings, run);
        Plan plan = TrainingPlan.build(store, model, settings, shape, batchSize).plan()) {
      feed(plan, images, batchSize);
      report(title, opened, Profiler.profile(plan, steps));
    }
    return 0;
  }

  /** Empty where the subject is a model. */
  private Optional<RunFolder> run() {
    if (Models.ALL.stream().anyMatch(kind -> kind.name().equals(subject))) {
      return Optional.empty();
    }
    Path folder = Path.of(subject);
    if (!Files.isDirectory(folder)) {
      String names = Models.ALL.stream().map(Models.Kind::name).collect(Collectors.joining(", "));
      throw new SettingException(
          "'%s' is no model (%s) and no folder of a run".formatted(subject, names));
    }
    return Optional.of(RunFolder.open(folder));
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
    try (var batches = new Batches(images, batchSize, 0)) {
      Batch first = batches.next();
      for (String name : Example.INPUTS) {
        if (plan.hasInput(name)) {
          plan.feed(name, name.equals(Example.LABELS) ? first.labels() : first.images()).run();
        }
      }
      plan.finish();
    }
  }

  private void report(String title, Device opened, Profile profile) {
    DeviceInfo info = opened.info();
    Roof roof = remeasure ? roofs.remeasure(opened) : roofs.roof(opened);
    PrintWriter out = spec.commandLine().getOut();
    if (trace != null) {
      ChromeTrace.write(trace, title, info.name(), profile);
    }
    if (json) {
      out.println(GSON.toJson(ProfileJson.of(profile, info, roof, groupings)));
    } else {
      out.printf("%s, on %s (%s)%n", title, opened.description(), info.id());
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
