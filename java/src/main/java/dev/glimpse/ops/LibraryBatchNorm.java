package dev.glimpse.ops;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@link BatchMoments} and {@link BatchNormalize} by a vendor's library in one call: of x {@code
 * [.., C]}, scale and shift {@code [C]} to y, mean, variance (biased) and inverse deviation. Made
 * by the plan compiler; it comes after the gradients and has none.
 */
public record LibraryBatchNorm(float epsilon) implements LibraryOp {
  private static final Chain ZERO =
      new Chain(0, List.of(Chain.Step.literal(0)), List.of(0), List.of());

  /**
   * Whether a device's library computes it for x of a shape. The unbiased variance, from which the
   * biased one is taken, needs two rows.
   */
  public static boolean serves(DeviceInfo device, Shape x) {
    return device.libraries().contains(LibraryCall.Kind.BATCH_NORM) && x.rows() > 1;
  }

  @Override
  public String name() {
    return "batch norm";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape columns = Shape.of(inputs.get(0).columns());
    return List.of(inputs.get(0), columns, columns, columns);
  }

  /** The library's running moments, a row each. */
  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    long bytes = 4L * inputs.get(0).columns();
    return List.of(bytes, bytes);
  }

  @Override
  public void lower(Site site) {
    Shape shape = site.inputShape(0);
    boolean needsVariance = site.isRead(2);
    var running = new LibraryCall.Running(site.workspace(0), site.workspace(1), 1);
    if (needsVariance) {
      // The library adds the old ones times zero, which must not be NaN.
      for (Buffer moments : List.of(running.mean(), running.variance())) {
        FusedPointwise.launch(
            site, ZERO, new ArrayList<>(), new ArrayList<>(List.of(row(moments, shape))));
      }
    }
    site.call(
        new LibraryCall.BatchNorm(
            images(shape),
            epsilon,
            site.input(0).buffer(),
            site.input(1).buffer(),
            site.input(2).buffer(),
            site.output(0).buffer(),
            site.output(1).buffer(),
            site.output(3).buffer(),
            needsVariance ? Optional.of(running) : Optional.empty(),
            new Cost(7L * shape.size(), 2 * shape.bytes()),
            site.scope()));
    if (needsVariance) {
      float biased = (shape.rows() - 1f) / shape.rows();
      var scale = new Chain.Step(Function.SCALE, List.of(0), List.of(biased));
      FusedPointwise.launch(
          site,
          new Chain(1, List.of(scale), List.of(1), List.of()),
          new ArrayList<>(List.of(row(running.variance(), shape))),
          new ArrayList<>(List.of(site.output(2))));
    }
  }

  private static View row(Buffer buffer, Shape x) {
    return new View(buffer, 1, x.columns(), 0, x.columns());
  }

  private static LibraryCall.Images images(Shape x) {
    return x.rank() == 4
        ? new LibraryCall.Images(x.dimension(0), x.dimension(1), x.dimension(2), x.columns())
        : new LibraryCall.Images(x.rows(), 1, 1, x.columns());
  }

  /**
   * The gradients of {@link BatchNormalize} in one call: of dy, x, mean, inverse deviation and
   * scale to the gradients by x, scale and shift.
   */
  public record Gradient(float epsilon) implements LibraryOp {
    @Override
    public String name() {
      return "batch norm gradient";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      Shape columns = Shape.of(inputs.get(0).columns());
      return List.of(inputs.get(1), columns, columns);
    }

    @Override
    public void lower(Site site) {
      Shape shape = site.inputShape(1);
      site.call(
          new LibraryCall.BatchNormGradient(
              images(shape),
              epsilon,
              site.input(1).buffer(),
              site.input(0).buffer(),
              site.input(4).buffer(),
              site.input(2).buffer(),
              site.input(3).buffer(),
              site.output(0).buffer(),
              site.output(1).buffer(),
              site.output(2).buffer(),
              new Cost(13L * shape.size(), 3 * shape.bytes()),
              site.scope()));
    }
  }
}
