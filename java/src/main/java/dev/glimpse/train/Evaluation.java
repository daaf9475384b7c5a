package dev.glimpse.train;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The result of one evaluation: a line of {@code metrics.jsonl}.
 *
 * @param epoch epochs done
 * @param step steps done
 * @param split train, validation or test
 * @param values by name, means per image, in nats where they are likelihoods
 * @param seconds of training so far
 */
public record Evaluation(
    int epoch, long step, String split, Map<String, Double> values, double seconds) {
  private static final Set<String> FIXED = Set.of("epoch", "step", "split", "seconds");

  JsonObject toJson() {
    var json = new JsonObject();
    json.addProperty("epoch", epoch);
    json.addProperty("step", step);
    json.addProperty("split", split);
    values.forEach(json::addProperty);
    json.addProperty("seconds", Math.round(seconds * 1000) / 1000.0);
    return json;
  }

  static Evaluation fromJson(JsonObject json) {
    var values = new LinkedHashMap<String, Double>();
    for (String key : json.keySet()) {
      if (!FIXED.contains(key)) {
        values.put(key, json.get(key).getAsDouble());
      }
    }
    return new Evaluation(
        json.get("epoch").getAsInt(),
        json.get("step").getAsLong(),
        json.get("split").getAsString(),
        values,
        json.get("seconds").getAsDouble());
  }
}
