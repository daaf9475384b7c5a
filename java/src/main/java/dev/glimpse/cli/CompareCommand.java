package dev.glimpse.cli;

import dev.glimpse.cli.evaluation.Quality;
import dev.glimpse.cli.evaluation.QualityTable;
import dev.glimpse.cli.pictures.CaptionedSheet;
import dev.glimpse.cli.pictures.Reconstructions;
import dev.glimpse.cli.pictures.Sampler;
import dev.glimpse.data.ImageSet;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.RunFolder;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows two trained models side by side. */
@Command(
    name = "compare",
    header =
        "Shows what two trained models make, side by side: for example without and with a GAN.",
    description = {
      "",
      "Writes a PNG picture: test images, their reconstructions by each model that has codes, and"
          + " samples of each. Prints the quality that was last measured of each run.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  glimpse compare runs/vae-... runs/vaegan-... --out without-and-with-gan.png"
    })
final class CompareCommand implements Callable<Integer> {
  private static final int COLUMNS = 16;
  private static final int SAMPLE_ROWS = 3;

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run,")
  private Path first;

  @Parameters(
      index = "1",
      paramLabel = "RUN",
      description = "and that of another, on images of the same size.")
  private Path second;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the samples (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private ComputeOptions compute;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture (default: samples/comparison.png in the second run).")
  private Path out;

  @Spec private CommandSpec spec;

  /**
   * What a model makes.
   *
   * @param reconstructions null for a model without codes
   */
  private record Work(String name, FloatBuffer reconstructions, FloatBuffer samples) {}

  @Override
  public Integer call() {
    DataShape shape;
    ImageSet images;
    var works = new ArrayList<Work>();
    try (LoadedRun trained = LoadedRun.open(first, compute::open)) {
      shape = trained.shape();
      images = trained.data(null).test().first(COLUMNS);
      works.add(work(trained, images));
    }
    try (LoadedRun trained = LoadedRun.open(second, compute::open)) {
      LoadedRun.checkShape(trained.run(), trained.model(), images);
      works.add(work(trained, images));
    }
    var sheet = new CaptionedSheet(shape, COLUMNS);
    sheet.add("test images", FloatBuffer.wrap(images.pixels()));
    for (Work work : works) {
      if (work.reconstructions != null) {
        sheet.add("reconstructions by " + work.name, work.reconstructions);
      }
    }
    works.forEach(work -> sheet.add("samples of " + work.name, work.samples));
    sheet.write(
        out == null ? second.resolve("samples").resolve("comparison.png") : out,
        spec.commandLine().getOut());
    printQuality();
    return 0;
  }

  private Work work(LoadedRun trained, ImageSet images) {
    GenerativeModel model = trained.model(GenerativeModel.class, "samples");
    int count = SAMPLE_ROWS * COLUMNS;
    int classes = trained.shape().classes();
    List<Integer> labels =
        model.conditional()
            ? IntStream.range(0, count).mapToObj(i -> i % classes).toList()
            : List.of();
    var grid = new Sampler.Grid(count, COLUMNS, labels);
    FloatBuffer reconstructions = null;
    if (model instanceof LatentModel latent) {
      ImageSet seen = trained.asSeen(images);
      reconstructions = Reconstructions.reconstruct(latent, trained.store(), trained.shape(), seen);
    }
    try (var sampler = new Sampler(model, trained.store(), trained.shape(), grid)) {
      return new Work(name(trained.run()), reconstructions, sampler.draw(seed));
    }
  }

  private static String name(RunFolder run) {
    return "%s (%s)".formatted(run.path().toAbsolutePath().getFileName(), run.config().model());
  }

  private void printQuality() {
    PrintWriter console = spec.commandLine().getOut();
    var recorded = new LinkedHashMap<String, Map<String, Double>>();
    var sources = new LinkedHashSet<String>();
    for (Path path : List.of(first, second)) {
      RunFolder run = RunFolder.open(path);
      Map<String, Double> quality = QualityTable.recorded(run).orElse(Map.of());
      if (quality.isEmpty()) {
        console.printf("the quality of %s was not measured; 'evaluate' does it%n", path);
      }
      recorded.put(path.toString(), quality);
      sources.add(run.config().data());
    }
    print(recorded, "samples", Quality.OF_SAMPLES);
    print(recorded, "reconstructions", Quality.OF_RECONSTRUCTIONS);
    if (sources.size() > 1) {
      console.printf(
          "these do not compare: each run is judged by its own images, of %s%n",
          String.join(" and ", sources));
    }
  }

  private void print(Map<String, Map<String, Double>> recorded, String title, String kind) {
    if (recorded.values().stream().anyMatch(values -> values.containsKey("fid" + kind))) {
      QualityTable.of(recorded, kind).print(spec.commandLine().getOut(), title);
    }
  }
}
