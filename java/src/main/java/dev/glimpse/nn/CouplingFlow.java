package dev.glimpse.nn;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.constant;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.split;
import static dev.glimpse.ops.Ops.subtract;
import static dev.glimpse.ops.Ops.tanh;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A distribution of any shape, which may depend on a label: standard normal noise, sent through
 * invertible steps (Dinh et al., "Density estimation using Real NVP", ICLR 2017). Each step scales
 * and shifts one half of the numbers, in turn the one and the other, by what a perceptron makes of
 * the other half and the label (their equations 7 and 8). Before any training no step changes
 * anything.
 */
public final class CouplingFlow {
  /**
   * Of a step's log variances, as twice the log of its scales: training sees codes alone, and noise
   * that no code comes from must not overflow either.
   */
  private static final float BOUND = 4;

  private final int width;
  private final List<Step> steps;

  /** How one half of the numbers depends on the other and the label. */
  private record Step(Sequential perceptron, GaussianHead head) {
    Gaussian given(Tensor half, Tensor label) {
      Tensor all = label == null ? half : concat(List.of(half, label));
      Gaussian free = head.apply(perceptron.apply(all));
      Tensor bounded = scale(tanh(scale(free.logVariance(), 1 / BOUND)), BOUND);
      return new Gaussian(free.mean(), bounded);
    }

    Stream<Parameter> parameters() {
      return Stream.concat(perceptron.parameters().stream(), head.parameters().stream());
    }
  }

  /**
   * @param width of what is drawn, 2 or more
   * @param classes the width of a one-hot label; 0 without, and then labels are null
   * @param count of steps
   * @param hidden the width of the two hidden layers of each step's perceptron
   */
  public CouplingFlow(String name, int width, int classes, int count, int hidden) {
    this.width = width;
    steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int moved = isFirst(i) ? width / 2 : width - width / 2;
      List<Integer> widths = List.of(width - moved + classes, hidden, hidden);
      steps.add(
          new Step(
              Sequential.perceptron(name + "." + i, widths, Activation.RELU),
              GaussianHead.standard(name + "." + i + ".head", hidden, moved)));
    }
  }

  /** Whether a step moves the first half. */
  private static boolean isFirst(int step) {
    return step % 2 == 1;
  }

  /**
   * Draws.
   *
   * @param noise standard normal, {@code [N, width]}
   * @param labels {@code [N, classes]}
   */
  public Tensor sample(Tensor noise, Tensor labels) {
    List<Tensor> halves = halves(noise);
    Tensor first = halves.get(0);
    Tensor second = halves.get(1);
    for (int i = 0; i < steps.size(); i++) {
      if (isFirst(i)) {
        first = steps.get(i).given(second, labels).at(first);
      } else {
        second = steps.get(i).given(first, labels).at(second);
      }
    }
    return concat(List.of(first, second));
  }

  /** The noise that becomes values, {@code [N, width]}: the inverse of {@link #sample}. */
  public Tensor noiseOf(Tensor values, Tensor labels) {
    return invert(values, labels).noise;
  }

  /**
   * The log density of a value per row, {@code [N, 1]}, in nats.
   *
   * @param values {@code [N, width]}
   * @param labels {@code [N, classes]}
   */
  public Tensor logDensity(Tensor values, Tensor labels) {
    Inverse inverse = invert(values, labels);
    Tensor zero = constant(0, values.shape());
    return subtract(new Gaussian(zero, zero).logDensity(inverse.noise), inverse.logScale);
  }

  /**
   * What values come from.
   *
   * @param logScale by which the flow stretches there, {@code [N, 1]}
   */
  private record Inverse(Tensor noise, Tensor logScale) {}

  private Inverse invert(Tensor values, Tensor labels) {
    List<Tensor> halves = halves(values);
    Tensor first = halves.get(0);
    Tensor second = halves.get(1);
    Tensor logScale = null;
    for (int i = steps.size() - 1; i >= 0; i--) {
      Gaussian given = steps.get(i).given(isFirst(i) ? second : first, labels);
      if (isFirst(i)) {
        first = given.noiseOf(first);
      } else {
        second = given.noiseOf(second);
      }
      Tensor own = scale(rowSum(given.logVariance()), 0.5f);
      logScale = logScale == null ? own : add(logScale, own);
    }
    return new Inverse(concat(List.of(first, second)), logScale);
  }

  private List<Tensor> halves(Tensor whole) {
    return split(whole, List.of(width / 2, width - width / 2));
  }

  public List<Parameter> parameters() {
    return steps.stream().flatMap(Step::parameters).toList();
  }
}
