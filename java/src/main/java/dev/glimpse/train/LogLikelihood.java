package dev.glimpse.train;

import dev.glimpse.data.Batch;
import dev.glimpse.data.Batches;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Estimates log p(x) by importance sampling: the logarithm of the mean of K weights p(x, z) / q(z |
 * x) with z drawn from q (Burda et al. 2016, equation 8). It is at most log p(x) on average, and
 * nears it as K grows. For a conditional model it is log p(x | y).
 *
 * <p>The weights are made on the device, a few images and samples at a time, and added up here in
 * double precision.
 */
public final class LogLikelihood implements AutoCloseable {
  /**
   * Codes decoded at once: on a CPU as many as its caches bear, on a GPU as it takes to fill it.
   */
  private static final int CPU_CODES = 1000;

  private static final int GPU_CODES = 20_000;
  private static final int MOST_SAMPLES_AT_ONCE = 100;

  private final int samples;
  private final int samplesAtOnce;
  private final int batch;
  private final Plan plan;

  /**
   * An estimate.
   *
   * @param value the mean of log p(x) over the images, in nats
   * @param standardError of the value, over the images
   * @param images how many
   * @param samples per image
   */
  public record Estimate(double value, double standardError, int images, int samples) {}

  /** Compiles the graph of the weights. */
  public LogLikelihood(LikelihoodModel model, ParameterStore store, DataShape data, int samples) {
    if (samples < 1) {
      throw new SettingException("log p(x) takes one sample or more, not " + samples);
    }
    boolean cpu = store.device().info().kind().isCpu();
    int runs = (samples + MOST_SAMPLES_AT_ONCE - 1) / MOST_SAMPLES_AT_ONCE;
    this.samples = samples;
    this.samplesAtOnce = (samples + runs - 1) / runs;
    this.batch = Math.max(1, (cpu ? CPU_CODES : GPU_CODES) / samplesAtOnce);
    Example example = Example.input(batch, data);
    this.plan =
        new PlanBuilder(store)
            .output("log weights", model.logWeights(example, samplesAtOnce))
            .build();
  }

  /**
   * Estimates.
   *
   * @param seed of the samples
   * @param progress told how many images are done, now and then
   */
  public Estimate estimate(ImageSet images, long seed, IntConsumer progress) {
    double sum = 0;
    double sumOfSquares = 0;
    int done = 0;
    plan.setState(seed, 0);
    try (var batches = new Batches(images, batch)) {
      var feed = new Feed(plan);
      for (int i = 0; i < batches.batchesPerEpoch(); i++) {
        Batch next = batches.next();
        feed.upload(next);
        double[] logMeans = logMeanWeights();
        for (int e = 0; e < next.count(); e++) {
          sum += logMeans[e];
          sumOfSquares += logMeans[e] * logMeans[e];
        }
        done += next.count();
        progress.accept(done);
      }
    }
    double mean = sum / done;
    double variance = (sumOfSquares - done * mean * mean) / Math.max(1, done - 1);
    return new Estimate(mean, Math.sqrt(Math.max(0, variance) / done), done, samples);
  }

  /** Of the images that the plan holds. */
  private double[] logMeanWeights() {
    double[] largest = new double[batch];
    double[] scaledSum = new double[batch];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    for (int from = 0; from < samples; from += samplesAtOnce) {
      plan.run();
      FloatBuffer weights = plan.read("log weights");
      int count = Math.min(samplesAtOnce, samples - from);
      for (int e = 0; e < batch; e++) {
        for (int s = 0; s < count; s++) {
          double weight = weights.get(e * samplesAtOnce + s);
          if (weight > largest[e]) {
            scaledSum[e] *= Math.exp(largest[e] - weight);
            largest[e] = weight;
          }
          scaledSum[e] += Math.exp(weight - largest[e]);
        }
      }
    }
    double[] logMeans = new double[batch];
    for (int e = 0; e < batch; e++) {
      logMeans[e] = largest[e] + Math.log(scaledSum[e] / samples);
    }
    return logMeans;
  }

  @Override
  public void close() {
    plan.close();
  }
}
