package dev.glimpse.cli.evaluation;

import com.google.gson.JsonObject;
import dev.glimpse.data.ImageSet;
import dev.glimpse.metrics.ConditionalLikelihood;
import dev.glimpse.metrics.NearestNeighbourCompletion;
import dev.glimpse.train.LogLikelihood;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;

/**
 * How well a model foretells the missing part of images: negative conditional log-likelihoods, in
 * nats per image.
 *
 * @param estimate the model's, of the log-likelihood; empty where none was asked for
 * @param neighbour that of the nearest training image; empty where none was asked for
 * @param references what others have reached
 */
public record CompletionResult(
    Optional<LogLikelihood.Estimate> estimate,
    OptionalDouble neighbour,
    List<Reference> references) {
  private static final String LINE = "%-38s %8.2f nats";
  private static final int AT_ONCE = 500;

  /**
   * Sohn et al. 2015, table 1, and <a href="https://pyro.ai/examples/cvae.html">Pyro's example</a>,
   * whose baseline is a network without latent variables; by the number of quadrants given. Their
   * images were not drawn to black and white as ours, so that they are a measuring stick and no
   * more.
   */
  private static final Map<String, List<Reference>> OF_MNIST =
      Map.of(
          "1", references(100.4, 71.8, 68.6),
          "2", references(61.9, 51.0, 45.6),
          "3", references(25.4, 24.2, 21.0));

  /** A value of others, in nats per image. */
  public record Reference(String name, double value) {}

  private static List<Reference> references(double network, double pyro, double paper) {
    return List.of(
        new Reference("neural network, in Pyro's table", network),
        new Reference("CVAE, in Pyro's table", pyro),
        new Reference("CVAE, in the paper", paper));
  }

  /**
   * What others have reached on MNIST's test images.
   *
   * @param given the model's setting
   */
  public static List<Reference> referencesFor(String given) {
    return OF_MNIST.getOrDefault(given, List.of());
  }

  /**
   * What is foretold without learning: the missing part of the nearest training image.
   *
   * @param given a number per pixel, 1 where it is given
   * @param progress told how many images are done
   */
  public static double neighbour(
      ImageSet training, ImageSet images, float[] given, IntConsumer progress) {
    boolean[] known = new boolean[given.length];
    for (int i = 0; i < known.length; i++) {
      known[i] = given[i] > 0;
    }
    var completion = new NearestNeighbourCompletion(training.pixels(), known);
    double sum = 0;
    for (int from = 0; from < images.size(); from += AT_ONCE) {
      int count = Math.min(AT_ONCE, images.size() - from);
      float[] pixels = images.subset(from, from + count).pixels();
      sum +=
          count
              * ConditionalLikelihood.negativeLog(
                  completion.complete(pixels, count),
                  pixels,
                  known,
                  count,
                  NearestNeighbourCompletion.CLAMP);
      progress.accept(from + count);
    }
    return sum / images.size();
  }

  /** Prints a line for each value that there is. */
  public void print(PrintWriter out) {
    estimate.ifPresent(
        e ->
            out.printf(
                LINE + ", standard error %.2f, %,d samples per image%n",
                "-log p(missing | given)",
                -e.value(),
                e.standardError(),
                e.samples()));
    neighbour.ifPresent(value -> out.printf(LINE + "%n", "nearest neighbour, measured", value));
    for (Reference reference : references) {
      out.printf(LINE + "%n", reference.name, reference.value);
    }
  }

  /** Tells a program what was measured. */
  public void addTo(JsonObject json) {
    estimate.ifPresent(
        e -> {
          json.addProperty("negativeConditionalLogLikelihood", -e.value());
          json.addProperty("negativeConditionalLogLikelihoodStandardError", e.standardError());
          json.addProperty("samples", e.samples());
        });
    neighbour.ifPresent(value -> json.addProperty("nearestNeighbour", value));
  }
}
