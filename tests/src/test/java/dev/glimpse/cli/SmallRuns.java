package dev.glimpse.cli;

import dev.glimpse.data.Digits;
import dev.glimpse.data.IdxFiles;
import dev.glimpse.data.ImageSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs on a few images that several test classes use, each trained when it is first asked for, in a
 * folder that goes when the JVM ends.
 */
final class SmallRuns {
  /** Images of the data: 605 to learn from, 55 to validate, 120 to test. */
  private static final int LEARNED_FROM = 660;

  static final int TEST = 120;

  private static final Path FOLDER = temporary();
  private static final Map<String, Path> TRAINED = new HashMap<>();

  private SmallRuns() {}

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("glimpse-runs-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder with a data set of built-in digits in four IDX files. */
  static synchronized Path data() {
    Path data = FOLDER.resolve("data");
    if (!Files.exists(data)) {
      try {
        Files.createDirectory(data);
        write(data, "train", Digits.generate(LEARNED_FROM, 1));
        write(data, "t10k", Digits.generate(TEST, 2));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return data;
  }

  private static void write(Path data, String part, ImageSet images) throws IOException {
    var pixels = ByteBuffer.wrap(IdxFiles.images(images.size(), 28, 28)).position(16);
    var labels = ByteBuffer.wrap(IdxFiles.labels(images.size(), 10)).position(8);
    for (int i = 0; i < images.size(); i++) {
      for (int p = 0; p < images.pixelsPerImage(); p++) {
        pixels.put((byte) images.pixel(i, p));
      }
      labels.put((byte) images.label(i));
    }
    IdxFiles.write(data, part + "-images-idx3-ubyte", pixels.array());
    IdxFiles.write(data, part + "-labels-idx1-ubyte", labels.array());
  }

  /** A perceptron's run of one epoch. */
  static Path perceptron(String model, String... settings) {
    return trained(model, List.of("hidden=32", "latent=4"), settings);
  }

  /** A convolutional network's run of one epoch. */
  static Path convolutional(String model, String... settings) {
    return trained(model, List.of("width=4", "latent=8"), settings);
  }

  /** A U-Net's run of one epoch, which draws in three steps. */
  static Path flowMatching() {
    return trained("cflowmatch", List.of("width=4"), "steps=3");
  }

  /** The run of one epoch of a semi-supervised perceptron that is told 20 labels. */
  static Path semiSupervised() {
    return trained("ssl", List.of("hidden=16", "latent=4"), "train.size=200", "data.labels=20");
  }

  private static synchronized Path trained(String model, List<String> small, String... settings) {
    var arguments = new ArrayList<String>(List.of("--set"));
    arguments.addAll(small);
    arguments.addAll(List.of(settings));
    return TRAINED.computeIfAbsent(
        model + arguments,
        key -> {
          Path run = FOLDER.resolve(model + TRAINED.size());
          train(model, run, arguments.toArray(String[]::new));
          return run;
        });
  }

  /** Trains for one epoch. */
  static Cli train(String model, Path run, String... more) {
    var arguments = new ArrayList<String>(List.of("train", model, "--data", data().toString()));
    arguments.addAll(List.of("--out", run.toString(), "--epochs=1", "--batch=50", "--no-quality"));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new)).succeeded();
  }
}
