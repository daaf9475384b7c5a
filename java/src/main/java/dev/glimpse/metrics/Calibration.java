package dev.glimpse.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * How far the logits of classifiers are to be trusted: p(y | x) is proportional to the product of
 * exp(logit / temperature) over the classifiers.
 *
 * <p>Of one classifier that is temperature scaling (Guo et al., "On calibration of modern neural
 * networks", ICML 2017); of several the product of their calibrated probabilities, a logarithmic
 * opinion pool.
 *
 * @param temperatures by the names of the classifiers; above 1 for one that is too sure of itself
 */
public record Calibration(Map<String, Double> temperatures) {
  /** For a classifier that errs on no image, which would be trusted without end. */
  static final double COLDEST = 0.05;

  /** For one that knows nothing, beside others. */
  static final double HOTTEST = 100;

  private static final double TOLERANCE = 1e-6;
  private static final double NATS_WORTH_A_ROUND = 1e-9;
  private static final int MOST_ROUNDS = 100;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  /** Takes a copy. */
  public Calibration {
    temperatures = Collections.unmodifiableMap(new LinkedHashMap<>(temperatures));
  }

  /**
   * The temperatures with the least negative log-likelihood, all fitted together: that is convex in
   * their inverses, so that golden sections along one after the other, round after round, find it.
   *
   * @param logits of each classifier, {@code [N, K]}
   * @param labels what the images are, {@code [N]}
   * @throws MetricException without images
   */
  public static Calibration fit(Map<String, float[]> logits, int[] labels, int classes) {
    if (labels.length == 0) {
      throw new MetricException("a calibration takes one image or more");
    }
    logits.forEach((name, values) -> Extent.check(name, values.length, labels.length, classes));
    for (int label : labels) {
      Extent.checkLabel(label, classes);
    }
    List<String> names = List.copyOf(logits.keySet());
    double[] trust = new double[names.size()];
    // Together they are at first as sure as one.
    Arrays.fill(trust, 1.0 / names.size());
    double before = Double.POSITIVE_INFINITY;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      for (int i = 0; i < trust.length; i++) {
        trust[i] = best(others(names, logits, trust, i), logits.get(names.get(i)), labels, classes);
      }
      double after = negativeLog(others(names, logits, trust, -1), labels, classes);
      if (trust.length == 1 || before - after < NATS_WORTH_A_ROUND) {
        break;
      }
      before = after;
    }
    var temperatures = new LinkedHashMap<String, Double>();
    for (int i = 0; i < trust.length; i++) {
      temperatures.put(names.get(i), 1 / trust[i]);
    }
    return new Calibration(temperatures);
  }

  /** The weighted sum of all logits but those of one classifier. */
  private static double[] others(
      List<String> names, Map<String, float[]> logits, double[] trust, int leftOut) {
    double[] sum = new double[logits.get(names.get(0)).length];
    for (int i = 0; i < trust.length; i++) {
      if (i != leftOut) {
        add(sum, trust[i], logits.get(names.get(i)));
      }
    }
    return sum;
  }

  private static void add(double[] sum, double weight, float[] values) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += weight * values[j];
    }
  }

  private static double best(double[] others, float[] own, int[] labels, int classes) {
    double[] sum = new double[others.length];
    return Math.exp(
        goldenSection(
            logTrust -> {
              System.arraycopy(others, 0, sum, 0, sum.length);
              add(sum, Math.exp(logTrust), own);
              return negativeLog(sum, labels, classes);
            },
            -Math.log(HOTTEST),
            -Math.log(COLDEST)));
  }

  /** Where a function with one minimum has it; of equals the lower (Kiefer 1953). */
  static double goldenSection(DoubleUnaryOperator function, double from, double to) {
    double low = from;
    double high = to;
    double left = high - GOLDEN * (high - low);
    double right = low + GOLDEN * (high - low);
    double atLeft = function.applyAsDouble(left);
    double atRight = function.applyAsDouble(right);
    while (high - low > TOLERANCE) {
      if (atLeft <= atRight) {
        high = right;
        right = left;
        atRight = atLeft;
        left = high - GOLDEN * (high - low);
        atLeft = function.applyAsDouble(left);
      } else {
        low = left;
        left = right;
        atLeft = atRight;
        right = low + GOLDEN * (high - low);
        atRight = function.applyAsDouble(right);
      }
    }
    return (low + high) / 2;
  }

  private static double negativeLog(double[] logits, int[] labels, int classes) {
    double sum = 0;
    for (int n = 0; n < labels.length; n++) {
      sum += logSumExp(logits, n * classes, classes) - logits[n * classes + labels[n]];
    }
    return sum / labels.length;
  }

  private static double logSumExp(double[] values, int from, int count) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < count; k++) {
      largest = Math.max(largest, values[from + k]);
    }
    double sum = 0;
    for (int k = 0; k < count; k++) {
      sum += Math.exp(values[from + k] - largest);
    }
    return largest + Math.log(sum);
  }

  /**
   * Minus the mean logarithm of the probability of the right labels, in nats.
   *
   * @param logits of each classifier that this is of, {@code [N, K]}
   */
  public double negativeLogLikelihood(Map<String, float[]> logits, int[] labels, int classes) {
    return negativeLog(pooled(logits), labels, classes);
  }

  /**
   * p(y | x), {@code [N, K]}.
   *
   * @param logits of each classifier that this is of, {@code [N, K]}
   */
  public float[] probabilities(Map<String, float[]> logits, int classes) {
    double[] pooled = pooled(logits);
    float[] probabilities = new float[pooled.length];
    for (int n = 0; n < pooled.length; n += classes) {
      double norm = logSumExp(pooled, n, classes);
      for (int k = 0; k < classes; k++) {
        probabilities[n + k] = (float) Math.exp(pooled[n + k] - norm);
      }
    }
    return probabilities;
  }

  private double[] pooled(Map<String, float[]> logits) {
    var names = new ArrayList<>(temperatures.keySet());
    double[] trust = names.stream().mapToDouble(name -> 1 / temperatures.get(name)).toArray();
    return others(names, logits, trust, -1);
  }
}
