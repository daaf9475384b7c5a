package dev.glimpse.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import dev.glimpse.data.ImageSet;
import dev.glimpse.train.LogLikelihood;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What {@code evaluate} prints.
 *
 * @param measures means per image
 * @param estimate of log p(x); null where none was asked for
 * @param seconds that it took
 */
record EvaluationReport(
    TrainedModel trained,
    ImageSet images,
    String split,
    Map<String, Double> measures,
    LogLikelihood.Estimate estimate,
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
    measures.forEach((name, value) -> out.printf("%-15s %9.2f nats%n", name, value));
    if (estimate != null) {
      out.printf(
          "%-15s %9.2f nats, standard error %.2f, %,d samples per image%n",
          likelihood(), estimate.value(), estimate.standardError(), estimate.samples());
    }
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
    if (estimate != null) {
      json.addProperty("logLikelihood", estimate.value());
      json.addProperty("logLikelihoodStandardError", estimate.standardError());
      json.addProperty("samples", estimate.samples());
    }
    json.addProperty("seconds", Math.round(seconds * 1000) / 1000.0);
    return json;
  }
}
