package dev.glimpse.bench;

import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;

/**
 * What was measured of one workload.
 *
 * @param device what ours ran on
 * @param peer the peer's description; null without one
 * @param theirs null without a counterpart
 * @param facts what a run of ours costs besides time
 */
record Row(
    Workload workload,
    String device,
    Times ours,
    String peer,
    Times theirs,
    Map<String, Double> facts) {
  private static final MathContext DIGITS = new MathContext(5);

  /** Ours divided by theirs: below 1 we are faster. */
  double ratio() {
    return ours.median() / theirs.median();
  }

  /** For other programs: times in ms, rates in 1e9 per second at the median. */
  JsonObject json() {
    var json = new JsonObject();
    json.addProperty("name", workload.name());
    json.addProperty("device", device);
    add(json, "ms", ours.median());
    add(json, "ms_min", ours.min());
    if (workload.flops() > 0) {
      add(json, "gflops", workload.flops() / ours.median() / 1e6);
    }
    if (workload.bytes() > 0) {
      add(json, "gbps", workload.bytes() / ours.median() / 1e6);
    }
    if (theirs != null) {
      json.addProperty("peer", peer);
      add(json, "peer_ms", theirs.median());
      add(json, "peer_ms_min", theirs.min());
      add(json, "ratio", ratio());
    }
    facts.forEach((name, value) -> add(json, name, value));
    return json;
  }

  private static void add(JsonObject json, String name, double value) {
    json.addProperty(name, new BigDecimal(value).round(DIGITS));
  }
}
