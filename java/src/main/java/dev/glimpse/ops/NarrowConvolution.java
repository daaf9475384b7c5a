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
 * How a CPU computes convolutions whose result has few channels, grey or colour, and their adjoints
 * (see {@code kernels/conv2d_narrow.cl}).
 *
 * @param images that are read, {@code [N, H, W, C]}
 * @param out the extent of the result
 * @param scatter whether it is the adjoint
 * @param columns the channels of the result
 * @param units of the device
 */
record NarrowConvolution(
    Window window,
    Shape images,
    Extent out,
    boolean scatter,
    int columns,
    RegisterTile tile,
    int units) {
  /** With more, panels of weights are full enough. */
  private static final int MOST = 4;

  /** The products of a block, in floats: they shall stay in the second-level cache. */
  private static final int BLOCK = 1 << 15;

  private static final int ITEMS_PER_UNIT = 8;

  /** Nothing where it must be computed otherwise. */
  static Optional<NarrowConvolution> of(
      DeviceInfo device, Window window, Shape images, Extent out, boolean scatter, int columns) {
    return device.kind().isCpu() && columns <= MOST
        ? Optional.of(
            new NarrowConvolution(
                window,
                images,
                out,
                scatter,
                columns,
                RegisterTile.of(device),
                device.computeUnits()))
        : Optional.empty();
  }

  private int channels() {
    return images.columns();
  }

  /** Rows of products. */
  private int rows() {
    return window.taps() * columns;
  }

  private int stride() {
    return window.stride().height();
  }

  /** The lines of outputs of a block: as the cache has room for, and a block for every unit. */
  private int linesPerBlock() {
    int read = Math.max(1, BLOCK / (rows() * images.dimension(2)));
    int fitting = scatter ? read * stride() : ceilDiv(read, stride());
    int shared = ceilDiv(out.height(), ceilDiv(units, images.dimension(0)));
    return Math.min(fitting, shared);
  }

  /** The most lines of pixels that a block sees. */
  private int linesRead() {
    int reach = (window.height() - 1) * window.dilation().height();
    int lines = linesPerBlock() - 1;
    int most = scatter ? (lines + reach) / stride() + 1 : lines * stride() + reach + 1;
    return Math.min(images.dimension(1), most);
  }

  private int pitch() {
    return Math.max(tile.columns(), roundUp(linesRead() * images.dimension(2), 16));
  }

  private int items() {
    int blocks = images.dimension(0) * ceilDiv(out.height(), linesPerBlock());
    return Math.min(ITEMS_PER_UNIT * units, blocks);
  }

  /** The packed weights, and what is between pixels and outputs. */
  List<Long> workspaces() {
    int phases = scatter ? window.stride().width() : 1;
    int sums = columns * phases * ceilDiv(out.width(), phases);
    long floats =
        (long) rows() * pitch() + channels() * tile.columns() + sums + out.width() * columns + 8;
    return List.of(4L * rows() * channels(), 4 * items() * floats);
  }

  /**
   * Launches the convolution.
   *
   * @param swapped whether the sum runs over the weights' last axis
   * @param operands of the epilogue
   */
  void convolve(
      Site site, boolean swapped, Chain.Rendered epilogue, List<View> operands, Cost cost) {
    View w = site.input(1);
    var defines = new LinkedHashMap<String, String>();
    tile.define(defines);
    site.launch(
        site.kernel("pack_weights.cl", "pack_narrow", Map.copyOf(defines)),
        List.of(w.buffer(), site.workspace(0), window.taps(), channels(), columns, swapped ? 1 : 0),
        List.of(1, 1),
        List.of(1, 1),
        new Cost(0, 2 * w.bytes()));
    defines.put("SCATTER", scatter ? "1" : "0");
    boolean byLines =
        columns == 1 && operands.stream().allMatch(v -> v.contiguous() || v.size() == 1);
    defines.put("BY_LINES", byLines ? "1" : "0");
    defines.putAll(epilogue.defines());
    var arguments = new ArrayList<Object>(epilogue.arguments());
    arguments.addAll(List.of(site.input(0).buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(window.arguments(images, out));
    arguments.addAll(List.of(columns, pitch(), linesPerBlock()));
    site.launch(
        site.kernel("conv2d_narrow.cl", "conv2d_narrow", defines),
        arguments,
        List.of(items(), 1),
        List.of(1, 1),
        cost);
  }
}
