package dev.glimpse.metrics;

import java.util.OptionalDouble;

/** Fills a {@link SampleQuality} batch by batch; keeps a few images of each label, no more. */
public final class SampleQualityBuilder {
  private final FeatureMoments real;
  private final int classes;
  private final FeatureMoments moments;
  private final ClassifierScore score;
  private final LabelAccuracy accuracy;
  private final Sharpness sharpness;
  private final Diversity diversity;
  private boolean labelled;

  /**
   * Starts without images, which will be {@code [height, width, channels]} of 3 x 3 pixels or more.
   *
   * @param real the moments of real images' features, by the same classifier
   * @param classes that the classifier knows
   */
  public SampleQualityBuilder(
      FeatureMoments real, int height, int width, int channels, int classes) {
    this.real = real;
    this.classes = classes;
    this.moments = new FeatureMoments(real.dimensions());
    this.score = new ClassifierScore(classes);
    this.accuracy = new LabelAccuracy(classes);
    this.sharpness = new Sharpness(height, width, channels);
    this.diversity = new Diversity(height * width * channels, classes);
  }

  /**
   * Adds the first {@code count} images of a batch. Arrays may be longer, and may be used again.
   *
   * @param images {@code [count, height, width, channels]} in [0, 1]
   * @param features {@code [count, D]}, the classifier's
   * @param probabilities {@code [count, classes]}, the classifier's
   * @throws MetricException if a number is none, or the probabilities are none
   */
  public SampleQualityBuilder add(
      float[] images, float[] features, float[] probabilities, int count) {
    if (labelled) {
      throw new IllegalArgumentException("a batch without labels after one with labels");
    }
    addRead(images, features, probabilities, count);
    return this;
  }

  /**
   * Adds the first {@code count} images of a batch with labels.
   *
   * @param labels {@code [count]}, what the images are or were asked to be
   * @see #add(float[], float[], float[], int)
   */
  public SampleQualityBuilder add(
      float[] images, float[] features, float[] probabilities, int[] labels, int count) {
    if (!labelled && moments.count() > 0) {
      throw new IllegalArgumentException("a batch with labels after one without labels");
    }
    labelled = true;
    accuracy.add(labels, addRead(images, features, probabilities, count), count);
    return this;
  }

  private int[] addRead(float[] images, float[] features, float[] probabilities, int count) {
    moments.add(features, count);
    score.add(probabilities, count);
    sharpness.add(images, count);
    int[] read = LabelAccuracy.mostProbable(probabilities, count, classes);
    diversity.add(images, read, count);
    return read;
  }

  /**
   * The quality of the images so far.
   *
   * @throws MetricException if they are too few: two of a label are needed
   */
  public SampleQuality build() {
    return new SampleQuality(
        moments.count(),
        FrechetDistance.between(real, moments),
        score.value(),
        labelled ? OptionalDouble.of(accuracy.value()) : OptionalDouble.empty(),
        sharpness.value(),
        diversity.value());
  }
}
