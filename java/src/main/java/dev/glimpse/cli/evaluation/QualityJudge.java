package dev.glimpse.cli.evaluation;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.metrics.FeatureMoments;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.metrics.SampleQuality;
import dev.glimpse.metrics.SampleQualityBuilder;
import dev.glimpse.models.Classifier;
import dev.glimpse.models.FrozenClassifier;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluator;
import dev.glimpse.train.Example;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LatentModel;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Judges the images that a model makes by the frozen classifier: batch by batch, from fixed seeds.
 * All images are grey as the models make them and the data has them; only what is encoded is drawn
 * to black and white, where the model was trained so.
 */
public final class QualityJudge {
  private static final int BATCH = 500;
  private static final DataShape SHAPE = FrozenClassifier.SHAPE;

  private final FrozenClassifier classifier;
  private final FeatureMoments trained = new FeatureMoments(Classifier.FEATURES);
  private final float[] pixels = new float[BATCH * SHAPE.pixels()];
  private final IntConsumer progress;
  private int done;

  private QualityJudge(FrozenClassifier classifier, IntConsumer progress) {
    this.classifier = classifier;
    this.progress = progress;
  }

  /**
   * The real images that a model is judged by.
   *
   * @param training with whose features those of all others are compared
   * @param test what it has not learned from
   * @param seen the same, as the model is shown them
   */
  public record Images(ImageSet training, ImageSet test, ImageSet seen) {
    /** How many images will be looked at. */
    public int count(GenerativeModel model, int samples) {
      return training.size() + samples + (model instanceof LatentModel ? 2 : 1) * test.size();
    }
  }

  /**
   * Judges a model.
   *
   * @param samples new images to draw; a conditional model draws as many of each label
   * @param progress told how many images were looked at
   * @throws MetricException for images that the classifier cannot read
   */
  public static Quality judge(
      GenerativeModel model,
      ParameterStore store,
      Images images,
      int samples,
      IntConsumer progress) {
    FrozenClassifier.check(DataShape.of(images.training));
    try (var classifier = new FrozenClassifier(store.device(), BATCH)) {
      return new QualityJudge(classifier, progress).judge(model, store, images, samples);
    }
  }

  private Quality judge(GenerativeModel model, ParameterStore store, Images images, int samples) {
    learn(images.training);
    SampleQuality drawn = samples(model, store, samples);
    Optional<SampleQuality> reconstructed =
        model instanceof LatentModel latent
            ? Optional.of(reconstructions(latent, store, images.seen))
            : Optional.empty();
    return new Quality(drawn, reconstructed, real(images.test), images.training.size());
  }

  private void learn(ImageSet training) {
    for (int from = 0; from < training.size(); from += BATCH) {
      int count = load(training, from);
      trained.add(classifier.read(pixels).features(), count);
      progress(count);
    }
  }

  private SampleQuality samples(GenerativeModel model, ParameterStore store, int samples) {
    SampleQualityBuilder builder = builder();
    boolean labelled = model.conditional();
    Tensor labelInput = labelled ? Example.labelInput(BATCH, SHAPE) : null;
    try (Plan plan =
        new PlanBuilder(store).output("images", model.sample(BATCH, labelInput)).build()) {
      plan.setState(Evaluator.SEED, 0);
      for (int from = 0; from < samples; from += BATCH) {
        int first = from;
        int[] labels = IntStream.range(0, BATCH).map(i -> (first + i) % SHAPE.classes()).toArray();
        if (labelled) {
          plan.set(Example.LABELS, Example.oneHot(labels, SHAPE.classes()));
        }
        plan.run();
        int count = Math.min(BATCH, samples - from);
        add(builder, plan.read("images").array(), labelled ? labels : null, count);
      }
    }
    return builder.build();
  }

  private SampleQuality reconstructions(LatentModel model, ParameterStore store, ImageSet images) {
    SampleQualityBuilder builder = builder();
    Tensor output = model.reconstruct(Example.input(BATCH, SHAPE));
    try (Plan plan = new PlanBuilder(store).output("images", output).build()) {
      plan.setState(Evaluator.SEED, 0);
      for (int from = 0; from < images.size(); from += BATCH) {
        int count = load(images, from);
        int[] labels = labels(images, from);
        plan.set(Example.IMAGES, pixels);
        if (plan.hasInput(Example.LABELS)) {
          plan.set(Example.LABELS, Example.oneHot(labels, SHAPE.classes()));
        }
        plan.run();
        add(builder, plan.read("images").array(), labels, count);
      }
    }
    return builder.build();
  }

  private SampleQuality real(ImageSet images) {
    SampleQualityBuilder builder = builder();
    for (int from = 0; from < images.size(); from += BATCH) {
      int count = load(images, from);
      add(builder, pixels, labels(images, from), count);
    }
    return builder.build();
  }

  private SampleQualityBuilder builder() {
    return new SampleQualityBuilder(
        trained, SHAPE.height(), SHAPE.width(), SHAPE.channels(), SHAPE.classes());
  }

  /** Fills {@link #pixels} from an image on, as far as there are any, and returns their number. */
  private int load(ImageSet images, int from) {
    int count = Math.min(BATCH, images.size() - from);
    FloatBuffer into = FloatBuffer.wrap(pixels);
    for (int i = 0; i < count; i++) {
      images.copyPixels(from + i, into);
    }
    return count;
  }

  /** The labels of a batch; beyond the last image its label is repeated. */
  private static int[] labels(ImageSet images, int from) {
    return IntStream.range(from, from + BATCH)
        .map(i -> images.label(Math.min(i, images.size() - 1)))
        .toArray();
  }

  /**
   * @param labels null where the images have none
   */
  private void add(SampleQualityBuilder builder, float[] images, int[] labels, int count) {
    FrozenClassifier.Reading read = classifier.read(images);
    if (labels == null) {
      builder.add(images, read.features(), read.probabilities(), count);
    } else {
      builder.add(images, read.features(), read.probabilities(), labels, count);
    }
    progress(count);
  }

  private void progress(int count) {
    done += count;
    progress.accept(done);
  }
}
