package dev.glimpse.ops;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a CPU computes convolutions of 5 x 5 with stride 1 and their gradients: with 36 instead of
 * 100 multiplications for each tile of 2 x 2 outputs (see {@code kernels/winograd.cl}).
 *
 * @param images that the window slides over, {@code [N, H, W, C]}
 * @param out its positions
 * @param padding zeros before the first row and column
 * @param columns the channels of the result; of the weights' gradient, of the field
 * @param registers the tile of a product
 * @param units of the device
 */
record Winograd(
    Shape images, Extent out, Extent padding, int columns, RegisterTile registers, int units) {
  private static final int TAPS = 5;
  private static final int OUT = 2;

  /** Pairs of points at which an image of 6 x 6 is known. */
  private static final int PLANES = 36;

  /** With fewer channels or columns, getting to the points and back costs more than is saved. */
  private static final int FEWEST = 16;

  /** What a work-item has of its tiles at the points, in floats: half of a second-level cache. */
  private static final int BLOCK = 1 << 17;

  private static final int ITEMS_PER_UNIT = 8;
  private static final int SHARES_PER_UNIT = 4;

  /** FLOPs from pixels to points or back, per tile and channel. */
  private static final int TRANSFORM = 300;

  static boolean suits(DeviceInfo device, Window window, int channels, int columns) {
    return device.kind().isCpu()
        && window.equals(new Window(TAPS, TAPS, one(), window.padding(), one()))
        && Math.min(channels, columns) >= FEWEST;
  }

  private static Extent one() {
    return new Extent(1, 1);
  }

  /**
   * A convolution, or its adjoint, which is that with mirrored weights.
   *
   * @param window that {@link #suits}
   */
  static Winograd of(
      DeviceInfo device, Shape images, Extent out, Window window, boolean scatter, int columns) {
    Extent given = window.padding();
    var padding = scatter ? new Extent(TAPS - 1 - given.height(), TAPS - 1 - given.width()) : given;
    return new Winograd(
        images, out, padding, columns, RegisterTile.of(device), device.computeUnits());
  }

  private static int ceil(int a, int b) {
    return (a + b - 1) / b;
  }

  private int channels() {
    return images.columns();
  }

  private int columnsPadded() {
    return registers.panels(columns) * registers.columns();
  }

  private int channelsPadded() {
    return registers.tiles(channels()) * RegisterTile.ROWS;
  }

  private int pitch() {
    return ceil(channelsPadded(), 8) * 8;
  }

  private int tiles() {
    return images.dimension(0) * ceil(out.height(), OUT) * ceil(out.width(), OUT);
  }

  /** The tiles of a block. */
  private int most() {
    int rows = RegisterTile.ROWS;
    return Math.max(1, BLOCK / (PLANES * (pitch() + columnsPadded())) / rows) * rows;
  }

  private int items(int perUnit) {
    return Math.min(perUnit * units, ceil(tiles(), most()));
  }

  private long spaceBytes(int items) {
    return 4L * items * PLANES * most() * (pitch() + columnsPadded());
  }

  private long partBytes() {
    return 4L * items(SHARES_PER_UNIT) * PLANES * channelsPadded() * columnsPadded();
  }

  private Cost cost(long bytes, long results) {
    long products = 2L * PLANES * channels() * columns;
    long transforms = TRANSFORM * (long) (channels() + columns);
    return new Cost(tiles() * (products + transforms) + results, bytes);
  }

  private List<Integer> tiling() {
    return List.of(
        images.dimension(0),
        images.dimension(1),
        images.dimension(2),
        channels(),
        out.height(),
        out.width(),
        padding.height(),
        padding.width());
  }

  private Map<String, String> defines() {
    var defines = new LinkedHashMap<String, String>();
    registers.define(defines);
    return defines;
  }

  /** Of a convolution: the weights at the points, and what is between input and output. */
  List<Long> workspaces() {
    long panels = 4L * PLANES * channels() * columnsPadded();
    return List.of(panels, spaceBytes(items(ITEMS_PER_UNIT)));
  }

  /** Of the gradient by the weights: shares of it, and what is before them. */
  List<Long> workspacesByWeights() {
    return List.of(partBytes(), spaceBytes(items(SHARES_PER_UNIT)));
  }

  /**
   * Launches a convolution.
   *
   * @param swapped whether the sum runs over the weights' last axis
   * @param mirrored whether the weights are turned by half a turn
   */
  void convolve(
      Site site,
      boolean swapped,
      boolean mirrored,
      Chain.Rendered epilogue,
      long bytes,
      long epilogueFlops) {
    View x = site.input(0);
    View w = site.input(1);
    site.launch(
        site.kernel("winograd.cl", "winograd_weights", defines()),
        List.of(
            w.buffer(), site.workspace(0), channels(), columns, swapped ? 1 : 0, mirrored ? 1 : 0),
        List.of(registers.panels(columns), channels()),
        List.of(1, 1),
        new Cost((long) TRANSFORM * channels() * columns, 2 * w.bytes()));
    var arguments = new ArrayList<Object>(epilogue.arguments());
    arguments.addAll(List.of(x.buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(tiling());
    arguments.addAll(List.of(columns, columnsPadded(), pitch(), most()));
    var defines = defines();
    defines.putAll(epilogue.defines());
    site.launch(
        site.kernel("winograd.cl", "conv2d_winograd", defines),
        arguments,
        List.of(items(ITEMS_PER_UNIT), 1),
        List.of(1, 1),
        cost(bytes, epilogueFlops));
  }

  /** Launches the gradient by the weights, from the images and the field. */
  void convolveByWeights(Site site, Chain.Rendered epilogue, long epilogueFlops) {
    View image = site.input(0);
    View field = site.input(1);
    int shares = items(SHARES_PER_UNIT);
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of(image.buffer(), field.buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(tiling());
    arguments.addAll(List.of(columns, columnsPadded(), pitch(), channelsPadded(), most()));
    site.launch(
        site.kernel("winograd.cl", "conv2d_weights_winograd", defines()),
        arguments,
        List.of(shares, 1),
        List.of(1, 1),
        cost(image.bytes() + field.bytes(), 0));
    var summing = new ArrayList<Object>(epilogue.arguments());
    summing.addAll(
        List.of(site.workspace(0), shares, channels(), columns, channelsPadded(), columnsPadded()));
    var defines = defines();
    defines.putAll(epilogue.defines());
    long results = (long) channels() * columns;
    site.launch(
        site.kernel("winograd.cl", "sum_shares_winograd", defines),
        summing,
        List.of(1, channels()),
        List.of(1, 1),
        new Cost(
            results * (PLANES * shares + TRANSFORM) + epilogueFlops,
            partBytes() + 4 * TAPS * TAPS * results));
  }
}
