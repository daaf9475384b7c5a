package dev.glimpse.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.cli.evaluation.CompletionResult;
import dev.glimpse.cli.evaluation.Quality;
import dev.glimpse.cli.evaluation.QualityResult;
import dev.glimpse.cli.evaluation.QualityTable;
import dev.glimpse.data.ImageSet;
import dev.glimpse.train.LogLikelihood;
import dev.glimpse.train.Measure;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code evaluate} prints.
 *
 * @param measures means per image
 * @param estimate of log p(x), where it was asked for
 * @param completion how the model completes images, where that was asked for
 * @param classification how the model reads labels, where it does
 * @param quality of what the model makes
 * @param seconds that it took
 */
record EvaluationReport(
    LoadedRun trained,
    ImageSet images,
    String split,
    Map<String, Double> measures,
    Optional<LogLikelihood.Estimate> estimate,
    Optional<CompletionResult> completion,
    Optional<Classification> classification,
    QualityResult quality,
    double seconds) {

  void print(PrintWriter out, boolean json) {
    if (json) {
      var gson = new GsonBuilder().serializeSpecialFloatingPointValues().create();
      out.println(gson.toJson(toJson()));
    } else {
      printLines(out);
    }
  }

  private void printLines(PrintWriter out) {
    out.printf(
        "%s of %s, %s%n",
        trained.run().config().model(), trained.run().path(), trained.checkpoint().getFileName());
    out.printf("%,d %s images of %s%n", images.size(), split, images.name());
    measures.forEach(
        (name, value) -> {
          Measure measure = Measure.named(name);
          String unit = measure.inNats() ? " nats" : "";
          out.printf("%-15s %9s%s%n", name, measure.number(value), unit);
        });
    if (completion.isPresent()) {
      completion.get().print(out);
    } else {
      estimate.ifPresent(
          e ->
              out.printf(
                  "%-15s %9.2f nats, standard error %.2f, %,d samples per image%n",
                  likelihood(), e.value(), e.standardError(), e.samples()));
    }
    classification.ifPresent(c -> c.print(out));
    Map<String, Double> values = quality.values();
    if (!values.isEmpty()) {
      QualityTable.ofSplit(values, split).print(out, "quality");
      out.printf(
          "FID is the distance from %,.0f training images%n", values.get(Quality.TRAINING_IMAGES));
    }
    quality.leftOut().ifPresent(reason -> out.println("quality is not measured: " + reason));
    out.printf("in %.1f s%n", seconds);
  }

  private String likelihood() {
    return trained.model().conditional() ? "log p(x | y)" : "log p(x)";
  }

  private JsonObject toJson() {
    var json = new JsonObject();
    json.addProperty("run", trained.run().path().toString());
    json.addProperty("checkpoint", trained.checkpoint().getFileName().toString());
    json.addProperty("model", trained.run().config().model());
    json.addProperty("data", images.name());
    json.addProperty("split", split);
    json.addProperty("images", images.size());
    measures.forEach(json::addProperty);
    if (completion.isPresent()) {
      completion.get().addTo(json);
    } else {
      estimate.ifPresent(
          e -> {
            json.addProperty("logLikelihood", e.value());
            json.addProperty("logLikelihoodStandardError", e.standardError());
            json.addProperty("samples", e.samples());
          });
    }
    classification.ifPresent(c -> json.add("classifiers", c.toJson()));
    quality.values().forEach(json::addProperty);
    quality.leftOut().ifPresent(reason -> json.addProperty("qualityLeftOut", reason));
    json.addProperty("seconds", Math.round(seconds * 1000) / 1000.0);
    return json;
  }
}
