package dev.glimpse.models;

import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.PyTorchWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The classifier by which generated digits are judged: a {@link Classifier} that was trained on
 * MNIST once for all, so that values of different runs compare. It reads 99.43% of the test images
 * right. It was made by
 *
 * <pre>
 * glimpse train classifier --data mnist --epochs 14 --lr 2e-3 --set train.schedule=cosine
 * glimpse weights RUN --out mnist-classifier.safetensors
 * </pre>
 */
public final class FrozenClassifier implements AutoCloseable {
  /** What it reads: grey digits. */
  public static final DataShape SHAPE = new DataShape(28, 28, 1, 10);

  private static final String WEIGHTS = "mnist-classifier.safetensors";
  private static final String FEATURES = "features";
  private static final String PROBABILITIES = "probabilities";

  private final ParameterStore store;
  private final Plan plan;

  /**
   * What it makes of some images.
   *
   * @param features of its hidden layer, {@code [batch, Classifier.FEATURES]}
   * @param probabilities p(y | x), {@code [batch, 10]}
   */
  public record Reading(float[] features, float[] probabilities) {}

  /**
   * Loads it.
   *
   * @param batch images at once
   */
  public FrozenClassifier(Device device, int batch) {
    var classifier = new Classifier(SHAPE, Classifier.settings());
    store = new ParameterStore(device, classifier.parameters(), 0);
    try {
      readWeights(store);
      Tensor features = classifier.features(Example.input(batch, SHAPE).images());
      plan =
          new PlanBuilder(store)
              .output(FEATURES, features)
              .output(PROBABILITIES, classifier.probabilities(features))
              .build();
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** From a file, since only those can be read in any order. */
  private static void readWeights(ParameterStore store) {
    try (InputStream resource = FrozenClassifier.class.getResourceAsStream(WEIGHTS)) {
      Path file = Files.createTempFile("glimpse-", WEIGHTS);
      try {
        Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
        PyTorchWeights.read(file, store, store.parameters());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + WEIGHTS + ": " + e.getMessage(), e);
    }
  }

  /** Whether it reads images of a shape. */
  public static boolean reads(DataShape shape) {
    return shape.equals(SHAPE);
  }

  /**
   * Stops where it cannot read images of a shape.
   *
   * @throws MetricException that says why
   */
  public static void check(DataShape shape) {
    if (!reads(shape)) {
      throw new MetricException(
          "the classifier that judges images reads those of %s, not of %s"
              .formatted(SHAPE.described(), shape.described()));
    }
  }

  /**
   * Reads a batch.
   *
   * @param images {@code [batch, 28 28]} in [0, 1], as many as it was loaded for
   */
  public Reading read(float[] images) {
    plan.set(Example.IMAGES, images);
    plan.run();
    return new Reading(plan.read(FEATURES).array(), plan.read(PROBABILITIES).array());
  }

  @Override
  public void close() {
    plan.close();
    store.close();
  }
}
