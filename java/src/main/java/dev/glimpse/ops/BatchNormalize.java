package dev.glimpse.ops;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Batch normalisation with the batch's own moments: of x {@code [.., C]}, mean, inverse deviation
 * (both of {@link BatchMoments}), scale and shift {@code [C]} each. The gradient by x includes what
 * flows through the moments (Ioffe and Szegedy 2015, section 3).
 */
public record BatchNormalize() implements Fusible {
  @Override
  public String name() {
    return "batch normalize";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape x = inputs.get(0);
    Shape columns = Shape.of(x.columns());
    for (Shape shape : inputs.subList(1, inputs.size())) {
      if (!shape.equals(columns)) {
        throw new ShapeException("normalises columns by " + columns + ", not by " + shape);
      }
    }
    return List.of(x);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    List<Tensor> in = node.inputs();
    Tensor x = in.get(0);
    Tensor mean = in.get(1);
    Tensor deviation = in.get(2);
    Tensor scale = in.get(3);
    List<Tensor> sums =
        Node.of(new GradientSums(), List.of(dy.get(0), x, mean, deviation)).outputs();
    Tensor dx =
        Tensor.of(
            new Pointwise(Function.NORMALIZE_GRADIENT, List.of(1f / x.shape().rows())),
            dy.get(0),
            x,
            mean,
            deviation,
            scale,
            sums.get(0),
            sums.get(1));
    return Arrays.asList(dx, null, null, sums.get(1), sums.get(0));
  }

  @Override
  public Shape domain(List<Shape> inputs) {
    return shapes(inputs).get(0);
  }

  @Override
  public Function step() {
    return Function.NORMALIZE;
  }

  /**
   * Of dy, x, mean and inverse deviation: the columns' sums of dy, and of dy times normalised x.
   */
  public record GradientSums() implements Op {
    @Override
    public String name() {
      return "batch normalize gradient sums";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      Shape columns = Shape.of(inputs.get(0).columns());
      return List.of(columns, columns);
    }

    @Override
    public List<Tensor> gradients(Node node, List<Tensor> dy) {
      throw new IllegalStateException(name() + ": second derivatives are not supported");
    }

    @Override
    public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
      return List.of(PairSums.of(device, inputs.get(0)).partBytes());
    }

    @Override
    public void lower(Site site) {
      View dy = site.input(0);
      PairSums sums = PairSums.of(site.device(), site.inputShape(0));
      Map<String, String> defines = Map.of("GRADIENT", "1");
      sums.launch(
          site,
          defines,
          List.of(
              dy.buffer(), site.input(1).buffer(), site.input(2).buffer(), site.input(3).buffer()),
          new Cost(4L * dy.size(), 2 * dy.bytes()));
      sums.combine(
          site,
          "combine_sums",
          defines,
          List.of(
              site.workspace(0),
              site.output(0).buffer(),
              site.output(1).buffer(),
              sums.columns(),
              sums.blocks()));
    }
  }
}
