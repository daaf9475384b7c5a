package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;
import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The convolution of images {@code [N, H, W, C]} with weights {@code [kh, kw, in, out]} (the
 * cross-correlation, as everywhere in deep learning), or its adjoint, and the pointwise chain that
 * follows it.
 *
 * @param window how the kernel slides over the larger of both images
 * @param out the size of the result
 * @param scatter whether inputs are spread over the result: the transposed convolution
 * @param swapped whether the sum runs over the last axis of the weights: the gradient by an input
 * @param epilogue what becomes of the result before it is stored
 */
public record Convolution(
    Window window, Extent out, boolean scatter, boolean swapped, Chain epilogue)
    implements EpilogueHost {
  /** What a CPU work-item gathers at once, in floats: half of a larger second-level cache. */
  private static final int BLOCK = 1 << 17;

  /** MOST_ROWS of {@code kernels/conv2d.cl}. */
  private static final int MOST_ROWS = 192;

  private static final int ITEMS_PER_UNIT = 8;

  public Convolution(Window window, Extent out, boolean scatter, boolean swapped) {
    this(window, out, scatter, swapped, Chain.STORE);
  }

  @Override
  public String name() {
    return (scatter ? "conv_transpose2d" : "conv2d") + (swapped ? " by input" : "");
  }

  @Override
  public Op with(Chain chain) {
    return new Convolution(window, out, scatter, swapped, chain);
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape x = inputs.get(0);
    Shape w = inputs.get(1);
    Extent in = Window.extent(x);
    if (w.rank() != 4 || w.dimension(0) != window.height() || w.dimension(1) != window.width()) {
      throw new ShapeException(
          "weights have the shape [%d, %d, in, out], not %s"
              .formatted(window.height(), window.width(), w));
    }
    int channels = swapped ? w.dimension(3) : w.dimension(2);
    if (x.columns() != channels) {
      throw new ShapeException(
          "the images have %d channels and the weights take %d".formatted(x.columns(), channels));
    }
    Extent small = scatter ? in : out;
    Extent large = scatter ? out : in;
    if (!window.positions(large).equals(small)) {
      throw new ShapeException(
          "the window has %s positions on %s, not %s"
              .formatted(window.positions(large), large, small));
    }
    return List.of(
        Shape.of(
            x.dimension(0), out.height(), out.width(), swapped ? w.dimension(2) : w.dimension(3)));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor x = node.inputs().get(0);
    Tensor w = node.inputs().get(1);
    Tensor dx =
        Tensor.of(
            new Convolution(window, Window.extent(x.shape()), !scatter, !swapped), dy.get(0), w);
    Tensor image = scatter ? dy.get(0) : x;
    Tensor field = scatter ? x : dy.get(0);
    Tensor dw = Tensor.of(new ConvolutionWeights(window, scatter != swapped), image, field);
    return List.of(dx, dw);
  }

  /** The extents of the launches on a CPU. */
  private record Geometry(
      int phases, int rows, int depth, int columns, int rowsPerBlock, int items, int pitch) {
    long panelFloats(RegisterTile tile) {
      return (long) phases * tile.panels(columns) * tile.columns() * depth;
    }

    long patchFloats() {
      return (long) phases * items * rowsPerBlock * pitch;
    }
  }

  private Geometry geometry(DeviceInfo device, Shape x, Shape w) {
    int phases = phases();
    int rows =
        x.dimension(0)
            * positions(out.height(), window.stride().height())
            * positions(out.width(), window.stride().width());
    int taps =
        scatter
            ? tapsOfPhase(window.height(), window.stride().height(), window.dilation().height())
                * tapsOfPhase(window.width(), window.stride().width(), window.dilation().width())
            : window.taps();
    int depth = taps * x.columns();
    int columns = columns(w);
    int pitch = (depth + 15) / 16 * 16 + 16;
    int tile = RegisterTile.ROWS;
    int items = Math.max(1, ITEMS_PER_UNIT * device.computeUnits() / phases);
    // As many blocks for every item, since items are dealt out to cores by their number.
    int most = Math.max(tile, Math.min(MOST_ROWS, BLOCK / pitch) / tile * tile);
    int blocks = items * Math.max(1, ceilDiv(rows, items * most));
    int rowsPerBlock = Math.min(most, roundUp(ceilDiv(rows, blocks), tile));
    items = Math.min(items, ceilDiv(rows, rowsPerBlock));
    return new Geometry(phases, rows, depth, columns, rowsPerBlock, items, pitch);
  }

  /** Outputs with the same remainder by the stride see the same taps. */
  private int phases() {
    return scatter ? window.stride().height() * window.stride().width() : 1;
  }

  /** The outputs of the largest phase. */
  private int positions(int length, int stride) {
    return scatter ? ceilDiv(length, stride) : length;
  }

  private static int tapsOfPhase(int size, int stride, int dilation) {
    int step = 1;
    while (step * dilation % stride != 0) {
      step++;
    }
    return ceilDiv(size, step);
  }

  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    if (byLibrary(device, inputs.get(1))) {
      Shape x = inputs.get(0);
      Shape y = shapes(inputs).get(0);
      return LibraryConvolution.workspaces(
          device, epilogue, scatter ? y : x, inputs.get(1), scatter ? x : y, y);
    }
    if (!device.kind().isCpu()) {
      return List.of();
    }
    Optional<Winograd> winograd = winograd(device, inputs.get(0), inputs.get(1));
    if (winograd.isPresent()) {
      return winograd.get().workspaces();
    }
    Optional<NarrowConvolution> narrow = narrow(device, inputs.get(0), inputs.get(1));
    if (narrow.isPresent()) {
      return narrow.get().workspaces();
    }
    Optional<FewChannels> few = fewChannels(device, inputs.get(0), inputs.get(1));
    if (few.isPresent()) {
      return few.get().workspaces();
    }
    Geometry size = geometry(device, inputs.get(0), inputs.get(1));
    return List.of(4 * size.panelFloats(RegisterTile.of(device)), 4 * size.patchFloats());
  }

  private boolean byLibrary(DeviceInfo device, Shape weights) {
    Extent stride = window.stride();
    boolean strides = scatter && stride.height() * stride.width() > 1;
    return LibraryConvolution.serves(device, weights, strides);
  }

  private int columns(Shape w) {
    return swapped ? w.dimension(2) : w.dimension(3);
  }

  private Optional<Winograd> winograd(DeviceInfo device, Shape x, Shape w) {
    return Winograd.of(device, window, x, out, scatter, columns(w));
  }

  private Optional<FewChannels> fewChannels(DeviceInfo device, Shape x, Shape w) {
    return scatter ? Optional.empty() : FewChannels.of(device, window, x, out, columns(w));
  }

  private Optional<NarrowConvolution> narrow(DeviceInfo device, Shape x, Shape w) {
    return NarrowConvolution.of(device, window, x, out, scatter, columns(w));
  }

  /** The weights, which are packed, or put in a library's order. */
  @Override
  public Optional<Preparation> preparation(DeviceInfo device, List<Shape> inputs) {
    if (byLibrary(device, inputs.get(1))) {
      return Optional.of(new Preparation(1, LibraryConvolution.form(scatter != swapped)));
    }
    if (!device.kind().isCpu()) {
      return Optional.empty();
    }
    Extent in = Window.extent(inputs.get(0));
    boolean winograd = winograd(device, inputs.get(0), inputs.get(1)).isPresent();
    return Optional.of(
        new Preparation(1, new Packing(window, in, out, scatter, swapped, winograd)));
  }

  /** What decides how weights are packed. */
  private record Packing(
      Window window, Extent in, Extent out, boolean scatter, boolean swapped, boolean winograd) {}

  @Override
  public void lower(Site site) {
    if (byLibrary(site.device(), site.inputShape(1)) && LibraryConvolution.convolve(site, this)) {
      return;
    }
    View x = site.input(0);
    View w = site.input(1);
    Shape images = site.inputShape(0);
    DeviceInfo device = site.device();
    Geometry size = geometry(device, images, site.inputShape(1));
    var in = new ArrayList<View>();
    for (int i = 1; i < epilogue.inputs(); i++) {
      in.add(site.input(1 + i));
    }
    var outputs = new ArrayList<View>();
    for (int o = 0; o < epilogue.outputs().size(); o++) {
      outputs.add(site.output(o));
    }
    int rows = images.dimension(0) * out.height() * out.width();
    Chain.Rendered rendered = epilogue.render(true, in, outputs, rows, size.columns);
    var defines = new LinkedHashMap<String, String>();
    defines.put("SCATTER", scatter ? "1" : "0");
    List<Integer> sliding = window.arguments(images, out);
    long bytes = x.bytes() + w.bytes();
    for (View view : in) {
      bytes += view.bytes();
    }
    for (View view : outputs) {
      bytes += view.bytes();
    }
    Extent small = scatter ? Window.extent(images) : out;
    long products =
        (long) images.dimension(0) * small.height() * small.width() * w.rows() * w.columns();
    long elements = (long) rows * size.columns;
    Optional<Winograd> winograd = winograd(device, images, site.inputShape(1));
    if (winograd.isPresent()) {
      winograd.get().convolve(site, swapped, scatter, rendered, bytes, elements * epilogue.flops());
      return;
    }
    var cost = new Cost(2 * products + elements * epilogue.flops(), bytes);
    var arguments = new ArrayList<Object>(rendered.arguments());
    if (!device.kind().isCpu()) {
      defines.put("WEIGHTS_SWAPPED", swapped ? "1" : "0");
      defines.putAll(rendered.defines());
      arguments.addAll(List.of(x.buffer(), w.buffer()));
      arguments.addAll(sliding);
      var tile = GroupTile.of(device, size.rows, size.columns, size.phases);
      tile.define(defines);
      arguments.addAll(List.of(size.columns, tile.groupsOfRows(size.rows)));
      site.launch(
          site.kernel("conv2d.cl", "conv2d", defines),
          arguments,
          tile.global(size.rows, size.columns, size.phases),
          List.of(GroupTile.SIDE, GroupTile.SIDE),
          cost);
      return;
    }
    Optional<NarrowConvolution> narrow = narrow(device, images, site.inputShape(1));
    if (narrow.isPresent()) {
      var operands = new ArrayList<>(in);
      operands.addAll(outputs);
      narrow.get().convolve(site, swapped, rendered, operands, cost);
      return;
    }
    RegisterTile tile = RegisterTile.of(device);
    tile.define(defines);
    var packing = new ArrayList<Object>(List.of(w.buffer(), site.workspace(0)));
    packing.addAll(sliding);
    packing.addAll(List.of(size.columns, size.depth));
    packing.addAll(List.of(scatter ? 1 : 0, swapped ? 1 : 0));
    site.launch(
        site.kernel("pack_weights.cl", "pack_weights", Map.of("LANES", defines.get("LANES"))),
        packing,
        List.of(tile.panels(size.columns), size.phases),
        List.of(1, 1),
        new Cost(0, 2 * w.bytes()));
    Optional<FewChannels> few = fewChannels(device, images, site.inputShape(1));
    if (few.isPresent()) {
      few.get().convolve(site, rendered, cost);
      return;
    }
    defines.putAll(rendered.defines());
    arguments.addAll(List.of(x.buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(sliding);
    arguments.addAll(List.of(size.columns, size.depth, size.pitch, size.rowsPerBlock));
    site.launch(
        site.kernel("conv2d.cl", "conv2d", defines),
        arguments,
        List.of(size.items, size.phases),
        List.of(1, 1),
        cost);
  }
}
