package dev.glimpse.cli;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.glimpse.io.LineFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The results of a table's runs: a file with a line of JSON for each that is finished. */
final class ExperimentResults {
  private static final Gson GSON = new Gson();

  private final Path file;
  private final Map<ExperimentCell, Result> results = new LinkedHashMap<>();

  /**
   * What a run has reached.
   *
   * @param data that it was trained on
   * @param epochs done
   * @param seconds of training
   * @param validation the error of each classifier on validation images, a share
   * @param test the same on test images
   */
  record Result(
      String model,
      int labels,
      int seed,
      String data,
      int epochs,
      double seconds,
      Map<String, Double> validation,
      Map<String, Double> test) {
    ExperimentCell cell() {
      return new ExperimentCell(model, labels, seed);
    }

    private boolean isWhole() {
      return model != null && validation != null && test != null;
    }
  }

  /** Reads the results that there are; a line that was cut off by a crash is left out. */
  ExperimentResults(Path file) {
    this.file = file;
    if (!Files.exists(file)) {
      return;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        try {
          Result result = GSON.fromJson(line, Result.class);
          if (result != null && result.isWhole()) {
            results.put(result.cell(), result);
          }
        } catch (JsonParseException e) {
          continue;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  boolean has(ExperimentCell cell) {
    return results.containsKey(cell);
  }

  /** The results of some cells, as far as there are any. */
  List<Result> of(Collection<ExperimentCell> cells) {
    return cells.stream().filter(results::containsKey).map(results::get).toList();
  }

  /** Appends a line, so that several tables may be trained side by side into one file. */
  void add(Result result) {
    results.put(result.cell(), result);
    try {
      LineFile.append(file, GSON.toJson(result));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * How long cells will take, by those of the same model that are finished, else by all; empty
   * where none is.
   */
  OptionalDouble secondsFor(Collection<ExperimentCell> cells) {
    OptionalDouble mean = meanSeconds(results.values());
    if (mean.isEmpty()) {
      return mean;
    }
    double sum = 0;
    for (ExperimentCell cell : cells) {
      var alike = new ArrayList<Result>(results.values());
      alike.removeIf(result -> !result.model.equals(cell.model()));
      sum += meanSeconds(alike).orElse(mean.getAsDouble());
    }
    return OptionalDouble.of(sum);
  }

  private static OptionalDouble meanSeconds(Collection<Result> results) {
    return results.stream().mapToDouble(Result::seconds).average();
  }
}
