package dev.glimpse.cli.report;

import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.evaluation.Quality;
import dev.glimpse.cli.evaluation.QualityTable;
import dev.glimpse.cli.pictures.Animation;
import dev.glimpse.cli.pictures.Reconstructions;
import dev.glimpse.cli.pictures.SampleGrids;
import dev.glimpse.cli.progress.Clock;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Measure;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The report of a run: one page that needs no other file. It is made from what is in the run's
 * folder.
 */
public final class Report {
  private static final int MOST_GRIDS = 6;

  private final RunFolder run;
  private final long parameters;
  private final List<Evaluation> evaluations;

  private Report(RunFolder run, long parameters) {
    this.run = run;
    this.parameters = parameters;
    this.evaluations = run.metrics();
  }

  /**
   * Writes {@code report.html}; a reader sees the old page or the new one.
   *
   * @param parameters of the model, how many
   */
  public static void write(RunFolder run, long parameters) {
    try {
      var report = new Report(run, parameters);
      String page = Template.resource("report.html").fill(report.values());
      AtomicFiles.writeText(run.resolve("report.html"), page);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the report of " + run.path() + ": " + e, e);
    }
  }

  /** The last evaluation; of a run that lost its metrics, where its checkpoint is. */
  private Evaluation last() {
    if (evaluations.isEmpty()) {
      Checkpoint.State state = Checkpoint.readState(run.preferred());
      return new Evaluation(state.epoch(), state.step(), "none", Map.of(), state.seconds());
    }
    return evaluations.get(evaluations.size() - 1);
  }

  private Map<String, Object> values() throws IOException {
    RunConfig config = run.config();
    Evaluation last = last();
    var values = new LinkedHashMap<String, Object>();
    values.put("model", config.model());
    values.put("run", String.valueOf(run.path().toAbsolutePath().getFileName()));
    values.put("data", config.data());
    values.put("device", config.device());
    values.put("parameters", "%,d".formatted(parameters));
    values.put("epochs", last.epoch() + " of " + config.settings().get("train.epochs"));
    values.put("steps", "%,d".formatted(last.step()));
    values.put("time", Clock.format(last.seconds()));
    values.put("measures", measures().stream().map(name -> Map.of("name", name)).toList());
    values.put("results", results());
    values.put("meanings", meanings());
    values.put("semiSupervision", ClassificationSection.semiSupervision(run));
    values.put(
        "classification",
        ClassificationSection.of(run, named(List.of(new ClassificationFile(run).picture()))));
    values.put("quality", quality());
    values.put("charts", charts());
    values.put("pictures", pictures());
    values.put("drawings", drawings());
    values.put("reconstructions", named(List.of(samples().resolve(Reconstructions.FILE))));
    values.put(
        "settings",
        config.settings().entrySet().stream()
            .map(s -> Map.of("name", s.getKey(), "value", s.getValue()))
            .toList());
    return values;
  }

  private Path samples() {
    return run.samples();
  }

  /** What the model is judged by, best known first. */
  private List<String> measures() {
    var values = new LinkedHashMap<String, Double>();
    measured().forEach(evaluation -> values.putAll(evaluation.values()));
    return List.copyOf(Measure.ordered(values).keySet());
  }

  /** All evaluations but those of quality, which have a table of their own. */
  private Stream<Evaluation> measured() {
    return evaluations.stream().filter(e -> QualityTable.recorded(List.of(e)).isEmpty());
  }

  private List<Map<String, String>> meanings() {
    return measures().stream()
        .map(Measure::named)
        .filter(measure -> !measure.meaning().isEmpty())
        .map(measure -> Map.of("name", measure.name(), "meaning", measure.meaning()))
        .toList();
  }

  /** A table, or none. */
  private List<Map<String, ?>> quality() {
    return QualityTable.recorded(evaluations).stream()
        .<Map<String, ?>>map(
            values -> {
              QualityTable table = QualityTable.of(values);
              return Map.of(
                  "columns",
                  table.columns().stream().map(title -> Map.of("name", title)).toList(),
                  "rows",
                  table.rows().stream()
                      .map(row -> Map.of("name", row.name(), "values", cells(row.values())))
                      .toList(),
                  "training",
                  "%,.0f".formatted(values.get(Quality.TRAINING_IMAGES)));
            })
        .toList();
  }

  private static List<Map<String, String>> cells(List<String> values) {
    return values.stream().map(value -> Map.of("value", value)).toList();
  }

  /** The last evaluation of each split. */
  private List<Map<String, ?>> results() {
    var rows = new ArrayList<Map<String, ?>>();
    for (String split : List.of("train", "validation", "test")) {
      measured()
          .filter(e -> e.split().equals(split))
          .reduce((before, after) -> after)
          .ifPresent(last -> rows.add(Map.of("split", split, "values", numbers(last))));
    }
    return rows;
  }

  private List<Map<String, String>> numbers(Evaluation evaluation) {
    return cells(
        measures().stream()
            .map(
                name -> {
                  Double value = evaluation.values().get(name);
                  return value == null ? "" : Measure.named(name).number(value);
                })
            .toList());
  }

  private List<Map<String, ?>> charts() throws IOException {
    var charts = new ArrayList<Map<String, ?>>();
    for (String name : measures()) {
      LossChart.draw(name, evaluations)
          .ifPresent(png -> charts.add(Map.of("name", name, "image", dataUri("png", png))));
    }
    return charts;
  }

  /** The pictures of each kind that there are any of. */
  private List<Map<String, ?>> pictures() throws IOException {
    var kinds = new ArrayList<Map<String, ?>>();
    addPictures(
        kinds, SampleGrids.SAMPLES, "Samples", "New images, from the same codes each time.");
    addPictures(
        kinds,
        SampleGrids.COMPLETED,
        "Completions",
        "What is given of validation images, what the model makes of it, and the whole images.");
    return kinds;
  }

  /** New images and test images while they are drawn, of a model that draws in steps. */
  private List<Map<String, ?>> drawings() throws IOException {
    var drawings = new ArrayList<Map<String, ?>>();
    addDrawings(drawings, Animation.DRAWING, "New images, drawn");
    addDrawings(drawings, Animation.REDRAWING, "Test images, drawn again");
    return drawings;
  }

  private void addDrawings(List<Map<String, ?>> drawings, String gif, String title)
      throws IOException {
    List<Map<String, ?>> pictures = named(Animation.files(samples().resolve(gif)));
    if (!pictures.isEmpty()) {
      drawings.add(Map.of("title", title, "pictures", pictures));
    }
  }

  private void addPictures(
      List<Map<String, ?>> kinds, String prefix, String title, String explanation)
      throws IOException {
    List<Map<String, ?>> grids = grids(prefix);
    if (!grids.isEmpty()) {
      kinds.add(Map.of("title", title, "explanation", explanation, "grids", grids));
    }
  }

  /** The first picture, the last, and some between them. */
  private List<Map<String, ?>> grids(String prefix) throws IOException {
    if (!Files.isDirectory(samples())) {
      return List.of();
    }
    List<Path> all;
    try (Stream<Path> files = Files.list(samples())) {
      all =
          files
              .filter(file -> file.getFileName().toString().matches(prefix + "\\d+\\.png"))
              .sorted((a, b) -> Integer.compare(epoch(a), epoch(b)))
              .toList();
    }
    var chosen = new LinkedHashSet<Path>();
    for (int i = 0; i < MOST_GRIDS && !all.isEmpty(); i++) {
      chosen.add(all.get(Math.round(i * (all.size() - 1) / (MOST_GRIDS - 1f))));
    }
    return named(chosen);
  }

  private static int epoch(Path grid) {
    return Integer.parseInt(grid.getFileName().toString().replaceAll("\\D", ""));
  }

  private static List<Map<String, ?>> named(Iterable<Path> files) throws IOException {
    var pictures = new ArrayList<Map<String, ?>>();
    for (Path file : files) {
      if (Files.exists(file)) {
        String name =
            file.getFileName()
                .toString()
                .replace(".png", "")
                .replace(SampleGrids.COMPLETED, SampleGrids.SAMPLES)
                .replaceAll("-0*", " ");
        pictures.add(Map.of("name", name, "image", dataUri(file)));
      }
    }
    return pictures;
  }

  private static String dataUri(Path file) throws IOException {
    String type = file.toString().endsWith(".gif") ? "gif" : "png";
    return dataUri(type, Files.readAllBytes(file));
  }

  private static String dataUri(String type, byte[] image) {
    return "data:image/%s;base64,%s".formatted(type, Base64.getEncoder().encodeToString(image));
  }
}
