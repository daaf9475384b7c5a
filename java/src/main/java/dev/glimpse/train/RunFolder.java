package dev.glimpse.train;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.LineFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of a run: {@code config.json}, {@code metrics.jsonl}, {@code checkpoints/}, {@code
 * samples/} and {@code report.html}.
 */
public final class RunFolder {
  private static final String CHECKPOINT_PREFIX = "step-";

  private final Path folder;
  private final RunConfig config;

  private RunFolder(Path folder, RunConfig config) {
    this.folder = folder;
    this.config = config;
  }

  /**
   * That of a new run. It is made when the training begins, so that nothing is left of one that
   * cannot.
   *
   * @throws CheckpointException when a run was trained there already
   */
  public static RunFolder fresh(Path folder, RunConfig config) {
    var run = new RunFolder(folder, config);
    run.checkFresh();
    return run;
  }

  void checkFresh() {
    if (Files.exists(metricsFile()) || latest().isPresent()) {
      throw new CheckpointException(
          folder, "holds a run already", "pass --resume to go on with it, or another --out");
    }
  }

  /** The same run with another configuration, which it keeps when the training goes on. */
  public RunFolder with(RunConfig other) {
    return new RunFolder(folder, other);
  }

  /**
   * Makes the folder, where there is none, and notes the configuration.
   *
   * @throws CheckpointException when the folder cannot be written
   */
  void write() {
    try {
      Files.createDirectories(folder.resolve("checkpoints"));
      Files.createDirectories(samples());
      config.write(folder.resolve("config.json"));
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException(
          folder, "cannot be written: " + e.getMessage(), "choose another --out", e);
    }
  }

  /** Opens a run's folder. */
  public static RunFolder open(Path folder) {
    Path file = folder.resolve("config.json");
    if (!Files.exists(file)) {
      throw new CheckpointException(
          folder, "is no run: there is no config.json in it", "pass the folder of a run");
    }
    return new RunFolder(folder, RunConfig.read(file));
  }

  public Path path() {
    return folder;
  }

  public RunConfig config() {
    return config;
  }

  /** Where its pictures are. */
  public Path samples() {
    return folder.resolve("samples");
  }

  /** A file or folder in the run. */
  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** Appends a line to {@code metrics.jsonl}. */
  public void append(Evaluation evaluation) {
    try {
      LineFile.append(metricsFile(), evaluation.toJson().toString());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + metricsFile() + ": " + e.getMessage(), e);
    }
  }

  /**
   * All evaluations so far. A damaged line, such as a last one that a crash cut off, is left out.
   */
  public List<Evaluation> metrics() {
    var evaluations = new ArrayList<Evaluation>();
    if (!Files.exists(metricsFile())) {
      return evaluations;
    }
    // Unlike Files.readAllLines, this reads on behind what is no UTF-8.
    try (var lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(metricsFile()), StandardCharsets.UTF_8))) {
      for (String line : (Iterable<String>) lines.lines()::iterator) {
        try {
          evaluations.add(Evaluation.fromJson(JsonParser.parseString(line).getAsJsonObject()));
        } catch (JsonParseException
            | IllegalStateException
            | NumberFormatException
            | UnsupportedOperationException
            | NullPointerException e) {
          continue;
        }
      }
      return evaluations;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + metricsFile() + ": " + e.getMessage(), e);
    }
  }

  /** Keeps the evaluations of so many epochs, without those on test images, to go on from there. */
  void trimMetrics(int epochs) {
    var text = new StringBuilder();
    metrics().stream()
        .filter(evaluation -> evaluation.epoch() <= epochs && !evaluation.split().equals("test"))
        .forEach(evaluation -> text.append(evaluation.toJson()).append('\n'));
    AtomicFiles.writeText(metricsFile(), text.toString());
  }

  private Path metricsFile() {
    return folder.resolve("metrics.jsonl");
  }

  /** Where the checkpoint of a step is or will be. */
  public Path checkpoint(long step) {
    return folder.resolve("checkpoints").resolve(CHECKPOINT_PREFIX + "%09d".formatted(step));
  }

  /** All complete checkpoints, oldest first. */
  public List<Path> checkpoints() {
    return inCheckpoints(CHECKPOINT_PREFIX);
  }

  private List<Path> inCheckpoints(String prefix) {
    Path all = folder.resolve("checkpoints");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(all)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what a crash in the midst of writing a checkpoint left; for whoever has the lock. */
  void forgetLeftovers() {
    for (Path file : inCheckpoints(".")) {
      AtomicFiles.deleteQuietly(file);
    }
  }

  /** Deletes old checkpoints, save the newest ones and one more. */
  void forgetCheckpoints(int newest, Path best) {
    var old = new ArrayList<>(checkpoints());
    old.remove(best);
    old.subList(0, Math.max(0, old.size() - newest)).forEach(AtomicFiles::deleteQuietly);
  }

  /** The newest checkpoint. */
  public Optional<Path> latest() {
    List<Path> all = checkpoints();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /**
   * The checkpoint to use the model from: the best one where the run stops early, else the newest.
   */
  public Path preferred() {
    Path newest =
        latest()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        folder, "has no checkpoint yet", "train it with --resume"));
    boolean stopsEarly = !"0".equals(config.settings().get("train.patience"));
    Path best = checkpoint(Checkpoint.readState(newest).bestStep());
    return stopsEarly && Files.isDirectory(best) ? best : newest;
  }
}
