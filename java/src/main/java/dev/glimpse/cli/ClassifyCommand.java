package dev.glimpse.cli;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.evaluation.ClassificationJudge;
import dev.glimpse.cli.pictures.CaptionedSheet;
import dev.glimpse.cli.pictures.Reconstructions;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.PictureList;
import dev.glimpse.metrics.CalibratedClassifiers;
import dev.glimpse.metrics.LabelAccuracy;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.LabelReader;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.RunConfig;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the labels of pictures. */
@Command(
    name = "classify",
    header = "Reads the labels of pictures.",
    description = {
      "",
      "For a model that reads labels (ssl and its like, classifier). Tells the likeliest labels of"
          + " each picture and their probabilities, by each classifier of the model and by the"
          + " product of all, calibrated on the run's validation images. Writes a PNG picture: each"
          + " image under the label that is read, and beside it, for a model with codes, its"
          + " reconstruction under that label.",
      "Pictures are cut to a square and scaled. They should look like what the model learned from:"
          + " digits bright on dark, for MNIST. One that cannot be read is passed over, and the exit"
          + " code is then 1.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse classify runs/ssl-... my3.png my7.png",
      "  glimpse classify runs/ssl-... FOLDER --json | jq -r '.images[].name'"
    })
final class ClassifyCommand implements Callable<Integer> {
  private static final int LIKELIEST = 3;
  private static final int SHOWN = 100;
  private static final int SHOWN_ACROSS = 5;

  @Mixin private RunArguments run;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Picture files, and folders of such.")
  private List<Path> paths;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The picture, of the first 100 images (default: samples/classified.png in the run).")
  private Path out;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (LoadedRun trained = run.open()) {
      ClassifyingModel model =
          trained.model(ClassifyingModel.class, "classifier; train ssl or classifier for that");
      PictureList pictures = PictureList.readable(paths, trained.pictureFormat());
      PrintWriter err = spec.commandLine().getErr();
      pictures.faults().forEach(fault -> err.println("glimpse: " + fault));
      err.flush();
      if (!pictures.files().isEmpty()) {
        classify(trained, model, pictures);
      }
      return pictures.faults().isEmpty() ? 0 : 1;
    }
  }

  /**
   * What a classifier reads, or the product of all.
   *
   * @param probabilities {@code [N, K]}
   * @param labels the likeliest, {@code [N]}
   */
  private record Reading(String classifier, float[] probabilities, int[] labels) {}

  private void classify(LoadedRun trained, ClassifyingModel model, PictureList pictures) {
    int classes = trained.shape().classes();
    ImageSet images = trained.asSeen(pictures.images());
    Map<String, float[]> logits;
    try (var reader = new LabelReader(model, trained.store(), trained.shape(), images.size())) {
      logits = ClassificationJudge.logits(reader, images);
    }
    var readings = new ArrayList<Reading>();
    calibrated(trained, model, logits.keySet())
        .probabilities(logits, classes)
        .forEach(
            (name, values) ->
                readings.add(
                    new Reading(
                        name, values, LabelAccuracy.mostProbable(values, images.size(), classes))));
    Path file = trained.picture(out, "classified.png");
    CaptionedSheet sheet = sheet(trained, images, readings.get(readings.size() - 1));
    PrintWriter console = spec.commandLine().getOut();
    if (json) {
      sheet.write(file);
      console.println(toJson(trained, pictures, readings, file));
    } else {
      print(console, trained.run().config(), pictures.files(), readings);
      sheet.write(file, console);
    }
  }

  /** As the run noted it at its end; else fitted on its validation images. */
  private static CalibratedClassifiers calibrated(
      LoadedRun trained, ClassifyingModel model, Set<String> names) {
    return new ClassificationFile(trained.run())
        .calibrated(names)
        .orElseGet(
            () ->
                ClassificationJudge.judge(
                        model,
                        trained.store(),
                        trained.shape(),
                        trained.asSeen(trained.data(null).validation()))
                    .calibrated());
  }

  private static CaptionedSheet sheet(LoadedRun trained, ImageSet images, Reading reading) {
    DataShape shape = trained.shape();
    ImageSet shown = images.first(SHOWN);
    int[] labels = Arrays.copyOf(reading.labels, shown.size());
    float[] pixels = shown.pixels();
    FloatBuffer reconstructions =
        trained.model() instanceof LatentModel latent
            ? Reconstructions.reconstruct(
                latent, trained.store(), shape, shown.withLabels(labels, shape.classes()))
            : null;
    int columns = reconstructions == null ? 1 : 2;
    var sheet = new CaptionedSheet(shape, columns, SHOWN_ACROSS);
    for (int i = 0; i < shown.size(); i++) {
      FloatBuffer cell = FloatBuffer.allocate(columns * shape.pixels());
      cell.put(pixels, i * shape.pixels(), shape.pixels());
      if (reconstructions != null) {
        cell.put(reconstructions.slice(i * shape.pixels(), shape.pixels()));
      }
      double probability = reading.probabilities[i * shape.classes() + labels[i]];
      String name = trained.run().config().className(labels[i]);
      sheet.add("%s  %.1f%%".formatted(name, 100 * probability), cell.flip());
    }
    return sheet;
  }

  private static void print(
      PrintWriter console, RunConfig config, List<Path> files, List<Reading> readings) {
    int width = readings.stream().mapToInt(r -> r.classifier.length()).max().orElseThrow();
    for (int i = 0; i < files.size(); i++) {
      for (Reading reading : readings) {
        String name = reading.classifier + " ".repeat(width - reading.classifier.length());
        String labels = likeliest(config, reading.probabilities, i);
        console.println("%s  %s  %s".formatted(files.get(i), name, labels));
      }
    }
  }

  private static String likeliest(RunConfig config, float[] probabilities, int image) {
    int classes = config.shape().classes();
    int from = image * classes;
    return IntStream.range(0, classes)
        .boxed()
        .sorted(Comparator.comparingDouble(k -> -probabilities[from + k]))
        .limit(LIKELIEST)
        .map(k -> "%s %6.2f%%".formatted(config.className(k), 100 * probabilities[from + k]))
        .collect(Collectors.joining("  "));
  }

  private static String toJson(
      LoadedRun trained, PictureList pictures, List<Reading> readings, Path file) {
    RunConfig config = trained.run().config();
    int classes = config.shape().classes();
    var gson = new Gson();
    var images = new JsonArray();
    for (int i = 0; i < pictures.files().size(); i++) {
      var classifiers = new JsonObject();
      for (Reading reading : readings) {
        float[] row = Arrays.copyOfRange(reading.probabilities, i * classes, (i + 1) * classes);
        var own = new JsonObject();
        own.addProperty("label", reading.labels[i]);
        own.add("probabilities", gson.toJsonTree(row));
        classifiers.add(reading.classifier, own);
      }
      var image = new JsonObject();
      image.addProperty("file", pictures.files().get(i).toString());
      int label = readings.get(readings.size() - 1).labels[i];
      image.addProperty("label", label);
      image.addProperty("name", config.className(label));
      image.add("classifiers", classifiers);
      images.add(image);
    }
    var json = new JsonObject();
    json.addProperty("run", trained.run().path().toString());
    json.addProperty("checkpoint", trained.checkpoint().getFileName().toString());
    json.addProperty("model", config.model());
    json.addProperty("picture", file.toString());
    json.add("classes", gson.toJsonTree(config.classes()));
    json.add("images", images);
    json.add("faults", gson.toJsonTree(pictures.faults()));
    return gson.toJson(json);
  }
}
