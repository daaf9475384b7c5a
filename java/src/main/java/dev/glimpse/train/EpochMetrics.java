package dev.glimpse.train;

import dev.glimpse.graph.Plan;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The metrics of an epoch's steps: watched for numbers that are none, and averaged. */
final class EpochMetrics {
  private static final int READ_EVERY = 256;

  private final Plan plan;
  private final RunFolder run;
  private final List<String> names;
  private final double[] sums;
  private final int firstStep;
  private int readUpTo;

  /**
   * @param step steps done
   * @param batch those of them that are of this epoch
   * @param before the sums over these
   */
  EpochMetrics(Plan plan, RunFolder run, int step, int batch, Map<String, Double> before) {
    this.plan = plan;
    this.run = run;
    this.names = plan.metrics();
    this.sums = names.stream().mapToDouble(name -> before.getOrDefault(name, 0.0)).toArray();
    this.firstStep = step - batch;
    this.readUpTo = step;
  }

  /** Reads the metrics of the steps before this one, long before the device forgets them. */
  void step(int step) {
    if (step - readUpTo == READ_EVERY) {
      read(step);
    }
  }

  /**
   * Waits for the steps before this one.
   *
   * @throws DivergedException at the first value that is no number
   */
  private void read(int step) {
    FloatBuffer history = plan.history();
    for (; readUpTo < step; readUpTo++) {
      for (int i = 0; i < names.size(); i++) {
        float value = history.get(readUpTo % Plan.HISTORY * names.size() + i);
        DivergedException.check(run, names.get(i), value, readUpTo + 1);
        sums[i] += value;
      }
    }
  }

  /** The sums over the epoch's steps before this one. */
  Map<String, Double> sums(int step) {
    read(step);
    var named = new LinkedHashMap<String, Double>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), sums[i]);
    }
    return named;
  }

  /** The means over the epoch's steps, of which this is the number after the last. */
  Map<String, Double> means(int step) {
    read(step);
    var means = new LinkedHashMap<String, Double>();
    for (int i = 0; i < names.size(); i++) {
      means.put(names.get(i), sums[i] / (step - firstStep));
    }
    if (means.containsKey("kl") && means.containsKey("reconstruction")) {
      means.put("elbo", -means.get("kl") - means.get("reconstruction"));
    }
    return Measure.ordered(means);
  }
}
