package dev.glimpse.cli.evaluation;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunFolder;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The quality of images as a table for a reader.
 *
 * @param columns their titles
 * @param rows one for each measure
 */
public record QualityTable(List<String> columns, List<Row> rows) {
  private static final String NONE = "-";

  /**
   * A measure.
   *
   * @param values one for each column
   */
  public record Row(String name, List<String> values) {}

  /** A column that is still numbers: the values of one kind of images. */
  private record Column(String title, Map<String, Double> values, String kind) {
    boolean isEmpty() {
      return Quality.MEASURES.stream().noneMatch(measure -> values.containsKey(measure + kind));
    }
  }

  /** The quality that was last measured, as a run's metrics hold it. */
  public static Optional<Map<String, Double>> recorded(RunFolder run) {
    return recorded(run.metrics());
  }

  /** The quality that was last measured, among what was evaluated. */
  public static Optional<Map<String, Double>> recorded(List<Evaluation> evaluations) {
    return evaluations.stream()
        .map(Evaluation::values)
        .filter(values -> values.containsKey(Quality.TRAINING_IMAGES))
        .reduce((before, after) -> after);
  }

  /** What one model makes, beside real test images. */
  public static QualityTable of(Map<String, Double> values) {
    return ofSplit(values, "test");
  }

  /**
   * What one model makes, beside real images.
   *
   * @param split that these are of
   */
  public static QualityTable ofSplit(Map<String, Double> values, String split) {
    return table(
        Stream.of(
                new Column("samples", values, Quality.OF_SAMPLES),
                new Column("reconstructions", values, Quality.OF_RECONSTRUCTIONS),
                new Column("real %s images".formatted(split), values, Quality.OF_REAL))
            .filter(column -> !column.isEmpty())
            .toList());
  }

  /**
   * What several models make of one kind, beside real images.
   *
   * @param runs by name, each with its quality; without values where none was measured
   * @param kind of the images
   */
  public static QualityTable of(Map<String, Map<String, Double>> runs, String kind) {
    Stream<Column> made =
        runs.entrySet().stream().map(run -> new Column(run.getKey(), run.getValue(), kind));
    Stream<Column> real =
        runs.values().stream()
            .map(values -> new Column("real test images", values, Quality.OF_REAL))
            .filter(column -> !column.isEmpty())
            .limit(1);
    return table(Stream.concat(made, real).toList());
  }

  private static QualityTable table(List<Column> columns) {
    var rows = new ArrayList<Row>();
    for (String measure : Quality.MEASURES) {
      if (columns.stream().anyMatch(c -> c.values.containsKey(measure + c.kind))) {
        rows.add(
            new Row(
                name(measure),
                columns.stream().map(c -> told(measure, c.values.get(measure + c.kind))).toList()));
      }
    }
    return new QualityTable(columns.stream().map(Column::title).toList(), rows);
  }

  private static String name(String measure) {
    return switch (measure) {
      case "fid" -> "FID";
      case "classifierScore" -> "score";
      case "labelAccuracy" -> "label accuracy";
      case "judged" -> "images";
      default -> measure;
    };
  }

  private static String told(String measure, Double value) {
    if (value == null) {
      return NONE;
    }
    return switch (measure) {
      case "labelAccuracy" -> "%.2f%%".formatted(100 * value);
      case "judged" -> "%,.0f".formatted(value);
      case "sharpness" -> "%.4f".formatted(value);
      default -> "%.3f".formatted(value);
    };
  }

  /** Prints the table, its title above the names of the measures. */
  public void print(PrintWriter out, String title) {
    int first = rows.stream().mapToInt(row -> row.name.length()).max().orElse(0);
    first = Math.max(first, title.length());
    print(out, first, title, columns);
    for (Row row : rows) {
      print(out, first, row.name, row.values);
    }
  }

  private void print(PrintWriter out, int first, String name, List<String> values) {
    var line = new StringBuilder(name + " ".repeat(first - name.length()));
    for (int i = 0; i < values.size(); i++) {
      int width = Math.max(10, columns.get(i).length());
      line.append("  ").append(" ".repeat(Math.max(0, width - values.get(i).length())));
      line.append(values.get(i));
    }
    out.println(line);
  }
}
