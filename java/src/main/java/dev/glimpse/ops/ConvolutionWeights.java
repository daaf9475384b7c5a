package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;
import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The gradient of a {@link Convolution} by its weights: from the image over which the window
 * slides, {@code [N, H, W, C]}, and the field of its positions, {@code [N, P, Q, D]}, to weights
 * {@code [kh, kw, C, D]}.
 *
 * @param fieldFirst gives {@code [kh, kw, D, C]} instead: for a transposed convolution, whose
 *     result is the image
 * @param epilogue what becomes of the result before it is stored
 */
public record ConvolutionWeights(Window window, boolean fieldFirst, Chain epilogue)
    implements EpilogueHost {
  /** The rows of the product that a CPU work-item computes, a multiple of a tile's. */
  private static final int DEPTH_PER_ITEM = 192;

  /** Outputs between two writes of a register tile. */
  private static final int CHUNK = 128;

  private static final int ITEMS_PER_UNIT = 8;

  public ConvolutionWeights(Window window, boolean fieldFirst) {
    this(window, fieldFirst, Chain.STORE);
  }

  @Override
  public String name() {
    return "conv2d by weights";
  }

  @Override
  public Op with(Chain chain) {
    return new ConvolutionWeights(window, fieldFirst, chain);
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape image = inputs.get(0);
    Shape field = inputs.get(1);
    Extent positions = window.positions(Window.extent(image));
    if (image.dimension(0) != field.dimension(0) || !positions.equals(Window.extent(field))) {
      throw new ShapeException("the window has " + positions + " positions, not " + field);
    }
    int channels = image.columns();
    int fields = field.columns();
    return List.of(
        Shape.of(
            window.height(),
            window.width(),
            fieldFirst ? fields : channels,
            fieldFirst ? channels : fields));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor image = node.inputs().get(0);
    Tensor field = node.inputs().get(1);
    Extent large = Window.extent(image.shape());
    Extent small = Window.extent(field.shape());
    return List.of(
        Tensor.of(new Convolution(window, large, true, !fieldFirst), field, dy.get(0)),
        Tensor.of(new Convolution(window, small, false, fieldFirst), image, dy.get(0)));
  }

  /** The extents of the launches. */
  private record Geometry(
      int outputs,
      int depth,
      int columns,
      int depthPerItem,
      int depthItems,
      int columnsPadded,
      int shares) {
    int depthPadded() {
      return depthPerItem * depthItems;
    }

    int outputsPerShare() {
      return ceilDiv(outputs, shares);
    }

    Parts parts() {
      return new Parts(shares, depthPadded(), columnsPadded);
    }
  }

  private Geometry geometry(DeviceInfo device, Shape image, Shape field) {
    int outputs = field.rows();
    int depth = window.taps() * image.columns();
    int columns = field.columns();
    if (!device.kind().isCpu()) {
      int shares = GroupTile.shares(depth, columns, outputs);
      int rows = GroupTile.of(device, depth, columns, shares).rows();
      return new Geometry(outputs, depth, columns, rows, ceilDiv(depth, rows), columns, shares);
    }
    int tile = RegisterTile.ROWS;
    int depthItems = ceilDiv(depth, DEPTH_PER_ITEM);
    int depthPerItem = roundUp(ceilDiv(depth, depthItems), tile);
    int panel = RegisterTile.of(device).columns();
    int wanted = ITEMS_PER_UNIT * device.computeUnits() / depthItems;
    // As many items for every unit.
    while (wanted * depthItems % device.computeUnits() != 0) {
      wanted++;
    }
    int shares = Math.max(1, Math.min(wanted, outputs / CHUNK));
    return new Geometry(
        outputs, depth, columns, depthPerItem, depthItems, roundUp(columns, panel), shares);
  }

  private Optional<Winograd> winograd(DeviceInfo device, Shape image, Shape field) {
    return Winograd.of(device, window, image, Window.extent(field), false, field.columns());
  }

  private Optional<FewChannels> fewChannels(DeviceInfo device, Shape image, Shape field) {
    return FewChannels.of(device, window, image, Window.extent(field), field.columns());
  }

  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    Shape weights = shapes(inputs).get(0);
    if (LibraryConvolution.serves(device, weights, false)) {
      List<Long> workspaces =
          LibraryConvolution.workspaces(
              device, epilogue, inputs.get(0), weights, inputs.get(1), weights);
      long parts = geometry(device, inputs.get(0), inputs.get(1)).parts().bytes();
      workspaces.set(0, Math.max(parts, workspaces.get(0))); // In case that the library declines.
      return workspaces;
    }
    Optional<Winograd> winograd = winograd(device, inputs.get(0), inputs.get(1));
    if (winograd.isPresent()) {
      return winograd.get().workspacesByWeights();
    }
    Optional<FewChannels> few = fewChannels(device, inputs.get(0), inputs.get(1));
    if (few.isPresent()) {
      return few.get().workspacesByWeights();
    }
    Geometry size = geometry(device, inputs.get(0), inputs.get(1));
    if (!device.kind().isCpu()) {
      return List.of(size.parts().bytes());
    }
    RegisterTile tile = RegisterTile.of(device);
    long perRow = size.depthPerItem + tile.lanes() + tile.columns();
    return List.of(size.parts().bytes(), 4 * CHUNK * perRow * size.depthItems * size.shares);
  }

  @Override
  public void lower(Site site) {
    DeviceInfo device = site.device();
    Shape imageShape = site.inputShape(0);
    Shape weights = shapes(List.of(imageShape, site.inputShape(1))).get(0);
    if (LibraryConvolution.serves(device, weights, false)
        && LibraryConvolution.byWeights(site, this)) {
      return;
    }
    View image = site.input(0);
    View field = site.input(1);
    Optional<Winograd> winograd = winograd(device, imageShape, site.inputShape(1));
    if (winograd.isPresent()) {
      Chain.Rendered rendered = epilogue(site, imageShape.columns(), site.inputShape(1).columns());
      long elements = weights.size();
      winograd.get().convolveByWeights(site, fieldFirst, rendered, elements * epilogue.flops());
      return;
    }
    Geometry size = geometry(device, imageShape, site.inputShape(1));
    var cost =
        new Cost(2L * size.outputs * size.depth * size.columns, image.bytes() + field.bytes());
    Optional<FewChannels> few = fewChannels(device, imageShape, site.inputShape(1));
    if (few.isPresent()) {
      few.get().convolveByWeights(site, cost);
      sumShares(site, few.get().parts(), imageShape.columns());
      return;
    }
    boolean cpu = device.kind().isCpu();
    var defines = new LinkedHashMap<String, String>();
    var arguments =
        new ArrayList<Object>(List.of(image.buffer(), field.buffer(), site.workspace(0)));
    if (cpu) {
      RegisterTile.of(device).define(defines);
      arguments.add(site.workspace(1));
    }
    arguments.addAll(window.arguments(imageShape, Window.extent(site.inputShape(1))));
    arguments.addAll(List.of(size.columns, size.depth, size.depthPadded(), size.columnsPadded));
    int perShare = size.outputsPerShare();
    List<Integer> global;
    if (cpu) {
      arguments.addAll(List.of(size.depthPerItem, perShare, CHUNK));
      global = List.of(size.depthItems, size.shares);
    } else {
      arguments.addAll(List.of(size.depthItems, perShare));
      var tile = GroupTile.of(device, size.depth, size.columns, size.shares);
      tile.define(defines);
      global = tile.global(size.depth, size.columns, size.shares);
    }
    site.launch(
        site.kernel("conv2d_weights.cl", "conv2d_weights", defines),
        arguments,
        global,
        cpu ? List.of(1, 1) : List.of(GroupTile.SIDE, GroupTile.SIDE),
        cost);
    sumShares(site, size.parts(), imageShape.columns());
  }

  private Chain.Rendered epilogue(Site site, int channels, int fields) {
    int columns = fieldFirst ? channels : fields;
    int rows = window.taps() * (fieldFirst ? fields : channels);
    var in = new ArrayList<View>();
    for (int i = 1; i < epilogue.inputs(); i++) {
      in.add(site.input(1 + i));
    }
    var out = new ArrayList<View>();
    for (int o = 0; o < epilogue.outputs().size(); o++) {
      out.add(site.output(o));
    }
    return epilogue.render(true, in, out, rows, columns);
  }

  private void sumShares(Site site, Parts parts, int channels) {
    int fields = site.inputShape(1).columns();
    int rows = window.taps() * (fieldFirst ? fields : channels);
    int columns = fieldFirst ? channels : fields;
    Chain.Rendered rendered = epilogue(site, channels, fields);
    long flops = (long) rows * columns * epilogue.flops();
    if (fieldFirst) {
      parts.sumTurned(site, site.workspace(0), rendered, flops, rows, columns, fields);
    } else {
      parts.sum(site, site.workspace(0), rendered, flops, rows, columns);
    }
  }
}
