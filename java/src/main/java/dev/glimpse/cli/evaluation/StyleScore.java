package dev.glimpse.cli.evaluation;

import dev.glimpse.cli.pictures.StyleTransfer;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.metrics.Correlation;
import dev.glimpse.metrics.LabelAccuracy;
import dev.glimpse.metrics.Strokes;
import dev.glimpse.models.FrozenClassifier;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.LatentModel;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well a model changes labels and keeps styles.
 *
 * @param images whose styles were taken
 * @param labelAccuracy the share of results that the frozen classifier reads as the label asked for
 * @param slant how the slant of a result follows that of the image: the correlation over all images
 *     for each label, mean over the labels. That of an image counts from the mean of its own label,
 *     since some digits lean more than others.
 * @param width the same of the width of the strokes
 */
public record StyleScore(int images, double labelAccuracy, double slant, double width) {
  /** Images at once. */
  public static final int BATCH = 50;

  private static final DataShape SHAPE = FrozenClassifier.SHAPE;

  /**
   * Measures.
   *
   * @param grey images in whole batches
   * @param seen the same, as the model is shown them
   * @param progress told how many images are done
   */
  public static StyleScore of(
      LatentModel model, ParameterStore store, ImageSet grey, ImageSet seen, IntConsumer progress) {
    int classes = SHAPE.classes();
    var accuracy = new LabelAccuracy(classes);
    var results = new Strokes[classes][grey.size()];
    int[] targets = IntStream.range(0, BATCH * classes).map(i -> i % classes).toArray();
    try (var transfer = new StyleTransfer(model, store, SHAPE, BATCH);
        var classifier = new FrozenClassifier(store.device(), targets.length)) {
      for (int from = 0; from < grey.size(); from += BATCH) {
        float[] images = transfer.transfer(seen.subset(from, from + BATCH));
        float[] read = classifier.read(images).probabilities();
        accuracy.add(
            targets, LabelAccuracy.mostProbable(read, targets.length, classes), targets.length);
        for (int i = 0; i < targets.length; i++) {
          results[targets[i]][from + i / classes] = strokes(images, i);
        }
        progress.accept(from + BATCH);
      }
    }
    float[] pixels = grey.pixels();
    Strokes[] sources =
        IntStream.range(0, grey.size()).mapToObj(i -> strokes(pixels, i)).toArray(Strokes[]::new);
    int[] labels = grey.labels();
    return new StyleScore(
        grey.size(),
        accuracy.value(),
        correlation(sources, labels, results, Strokes::slant),
        correlation(sources, labels, results, Strokes::width));
  }

  private static Strokes strokes(float[] images, int image) {
    return Strokes.of(images, image, SHAPE.height(), SHAPE.width());
  }

  private static double correlation(
      Strokes[] sources, int[] labels, Strokes[][] results, ToDoubleFunction<Strokes> feature) {
    double[] source = Arrays.stream(sources).mapToDouble(feature).toArray();
    centre(source, labels);
    return Arrays.stream(results)
        .map(ofLabel -> Arrays.stream(ofLabel).mapToDouble(feature).toArray())
        .mapToDouble(result -> Correlation.pearson(source, result))
        .average()
        .orElseThrow();
  }

  /** Subtracts from each value the mean of its label. */
  private static void centre(double[] values, int[] labels) {
    for (int k = 0; k < SHAPE.classes(); k++) {
      int label = k;
      int[] places = IntStream.range(0, values.length).filter(i -> labels[i] == label).toArray();
      double mean = Arrays.stream(places).mapToDouble(i -> values[i]).average().orElse(0);
      Arrays.stream(places).forEach(i -> values[i] -= mean);
    }
  }
}
