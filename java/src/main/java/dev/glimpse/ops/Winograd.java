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
 * How a CPU computes convolutions of 5 x 5 and 3 x 3 with stride 1, and of 4 x 4 with stride 2, and
 * their gradients, with 25 to 40% of the multiplications (see {@code kernels/winograd.cl}).
 *
 * @param kind of convolution
 * @param images that are read, {@code [N, H, W, C]}; of the weights' gradient, those that the
 *     window slides over
 * @param out the extent of the result; of the weights' gradient, of the field
 * @param scatter whether the result has the phases, rather than what is read
 * @param padding zeros before the first row and column
 * @param columns the channels of the result; of the weights' gradient, of the field
 * @param registers the tile of a product
 * @param units of the device
 */
record Winograd(
    Kind kind,
    Shape images,
    Extent out,
    boolean scatter,
    Extent padding,
    int columns,
    RegisterTile registers,
    int units) {
  /** With fewer channels or columns, getting to the points and back costs more than is saved. */
  private static final int FEWEST = 16;

  /** With fewer tiles, so does reading weights at all points. */
  private static final int FEWEST_TILES = 24;

  /** The most that is left of the multiplications; the rest of the time goes to the points. */
  private static final double WORTHWHILE = 0.6;

  /** What a work-item has of its tiles at the points, in floats: half of a second-level cache. */
  private static final int BLOCK = 1 << 17;

  /** More would be dealt out more evenly, and take more memory. */
  private static final int ITEMS_PER_UNIT = 4;

  private static final int SHARES_PER_UNIT = 4;

  /** FLOPs from pixels to points or back, per tile and channel. */
  private static final int TRANSFORM = 300;

  /**
   * A kind of convolution.
   *
   * @param stride in which the window moves; with 2 there are four phases
   * @param taps of a phase, along an axis
   * @param out the outputs of a tile, along an axis
   */
  private record Kind(int stride, int taps, int out) {
    private static final List<Kind> ALL =
        List.of(new Kind(1, 5, 2), new Kind(1, 3, 4), new Kind(2, 2, 4));

    static Optional<Kind> of(Window window) {
      for (Kind kind : ALL) {
        var size = kind.stride * kind.taps;
        var stride = new Extent(kind.stride, kind.stride);
        var same = new Window(size, size, stride, window.padding(), new Extent(1, 1));
        Extent padding = window.padding();
        if (window.equals(same) && Math.max(padding.height(), padding.width()) < size) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }

    /** Pairs of points. */
    int planes() {
      return (taps + out - 1) * (taps + out - 1);
    }

    int phases() {
      return stride * stride;
    }

    /** The taps of the window. */
    int window() {
      return phases() * taps * taps;
    }
  }

  /** Whether it is the way to convolve, or to get the gradient by the weights. */
  boolean pays() {
    double multiplications = (double) tiles() * kind.planes() * kind.phases();
    double otherwise = (double) positions() * kind.window();
    return Math.min(channels(), columns) >= FEWEST
        && tiles() >= FEWEST_TILES
        && multiplications <= WORTHWHILE * otherwise;
  }

  /**
   * A convolution or its adjoint; nothing where it must be computed otherwise.
   *
   * @param images that are read
   * @param out the extent of the result
   * @param scatter whether it is the adjoint
   */
  static Optional<Winograd> of(
      DeviceInfo device, Window window, Shape images, Extent out, boolean scatter, int columns) {
    if (!device.kind().isCpu()) {
      return Optional.empty();
    }
    return Kind.of(window)
        .map(
            kind -> {
              // With stride 1 the adjoint is a convolution with mirrored weights.
              boolean mirrored = scatter && kind.stride == 1;
              Extent given = window.padding();
              int last = kind.taps - 1;
              return new Winograd(
                  kind,
                  images,
                  out,
                  scatter && !mirrored,
                  mirrored ? new Extent(last - given.height(), last - given.width()) : given,
                  columns,
                  RegisterTile.of(device),
                  device.computeUnits());
            })
        .filter(Winograd::pays);
  }

  private int channels() {
    return images.columns();
  }

  private int columnsPadded() {
    return registers.panels(columns) * registers.columns();
  }

  /** What a product sums over: the channels of all phases that are read. */
  private int depth() {
    return (scatter ? 1 : kind.phases()) * channels();
  }

  private int depthPadded() {
    return registers.tiles(depth()) * RegisterTile.ROWS;
  }

  /** A vector of the last phase's channels may end behind them. */
  private int pitch() {
    int lanes = registers.lanes();
    int vectors = depth() - channels() + roundUp(channels(), lanes);
    return roundUp(Math.max(depthPadded(), vectors), lanes);
  }

  /** The outputs of a phase, of those that the result has. */
  private Extent places() {
    int apart = scatter ? kind.stride : 1;
    return new Extent(ceilDiv(out.height(), apart), ceilDiv(out.width(), apart));
  }

  private int positions() {
    return images.dimension(0) * places().height() * places().width();
  }

  private int tilesDown() {
    return ceilDiv(places().height(), kind.out);
  }

  private int tilesAcross() {
    return ceilDiv(places().width(), kind.out);
  }

  private int tiles() {
    return images.dimension(0) * tilesDown() * tilesAcross();
  }

  /**
   * The tiles of a block: so many that they stay in the cache, or, where there are many weights,
   * that these are not read much more often than the tiles are. Every unit has as many blocks.
   */
  private int most() {
    int rows = RegisterTile.ROWS;
    int cached = BLOCK / (kind.planes() * (depth() + columns));
    int blocks = units * ceilDiv(tiles(), units * Math.max(rows, Math.max(cached, balanced())));
    return roundUp(ceilDiv(tiles(), blocks), rows);
  }

  /** So many tiles are as large as the weights, both at the points. */
  private int balanced() {
    return depth() * columns / (depth() + columns);
  }

  /** Of each phase of the result. */
  private int items() {
    return items(ITEMS_PER_UNIT);
  }

  private int items(int perUnit) {
    return Math.min(perUnit * units, ceilDiv(tiles(), most()));
  }

  /** Where shares of the weights' gradient are large beside what they are made of, only one. */
  private int sharesPerUnit() {
    int tilesPerUnit = tiles() / units;
    return Math.max(1, Math.min(SHARES_PER_UNIT, tilesPerUnit / (4 * balanced())));
  }

  /** APART of {@code kernels/winograd.cl}. */
  private long apart(int rows, int columns) {
    return (long) rows * columns + registers.lanes();
  }

  private long spaceBytes(int items) {
    return 4L * items * kind.planes() * (apart(most(), pitch()) + apart(most(), columnsPadded()));
  }

  private long partBytes() {
    return 4L * items(sharesPerUnit()) * kind.planes() * apart(depthPadded(), columnsPadded());
  }

  private Cost cost(long bytes, long results) {
    long products = 2L * kind.phases() * kind.planes() * channels() * columns;
    long transforms = TRANSFORM * (long) kind.phases() * (channels() + columns);
    return new Cost(tiles() * (products + transforms) + results, bytes);
  }

  private List<Integer> tiling() {
    return List.of(
        images.dimension(0),
        images.dimension(1),
        images.dimension(2),
        channels(),
        tilesDown(),
        tilesAcross(),
        padding.height(),
        padding.width(),
        out.height(),
        out.width(),
        columns,
        columnsPadded(),
        pitch());
  }

  private Map<String, String> defines() {
    var defines = new LinkedHashMap<String, String>();
    registers.define(defines);
    defines.put("STRIDE", String.valueOf(kind.stride));
    defines.put("TAPS", String.valueOf(kind.taps));
    defines.put("SCATTER", scatter ? "1" : "0");
    return defines;
  }

  /** The phases of the result. */
  private int phasesOut() {
    return scatter ? kind.phases() : 1;
  }

  /** Of a convolution: the weights at the points, and what is between input and output. */
  List<Long> workspaces() {
    long panels = 4L * phasesOut() * kind.planes() * apart(columnsPadded(), depth());
    return List.of(panels, spaceBytes(items()));
  }

  /** Of the gradient by the weights: shares of it, and what is before them. */
  List<Long> workspacesByWeights() {
    return List.of(partBytes(), spaceBytes(items(sharesPerUnit())));
  }

  /**
   * Launches a convolution.
   *
   * @param swapped whether the sum runs over the weights' last axis
   * @param mirrored whether it is the adjoint of a convolution
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
    int rows = kind.phases() * channels();
    site.launch(
        site.kernel("winograd.cl", "winograd_weights", defines()),
        List.of(
            w.buffer(), site.workspace(0), channels(), columns, swapped ? 1 : 0, mirrored ? 1 : 0),
        List.of(registers.panels(columns), rows),
        List.of(1, 1),
        new Cost((long) TRANSFORM * rows * columns, 2 * w.bytes()));
    var arguments = new ArrayList<Object>(epilogue.arguments());
    arguments.addAll(List.of(x.buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(tiling());
    arguments.add(most());
    var defines = defines();
    defines.putAll(epilogue.defines());
    site.launch(
        site.kernel("winograd.cl", "conv2d_winograd", defines),
        arguments,
        List.of(items(), 1),
        List.of(1, 1),
        cost(bytes, epilogueFlops));
  }

  /**
   * Launches the gradient by the weights, from the images and the field.
   *
   * @param fieldFirst whether the field's channels come before the images'
   */
  void convolveByWeights(
      Site site, boolean fieldFirst, Chain.Rendered epilogue, long epilogueFlops) {
    View image = site.input(0);
    View field = site.input(1);
    int shares = items(sharesPerUnit());
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of(image.buffer(), field.buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(tiling());
    arguments.addAll(List.of(depthPadded(), most()));
    site.launch(
        site.kernel("winograd.cl", "conv2d_weights_winograd", defines()),
        arguments,
        List.of(shares, 1),
        List.of(1, 1),
        cost(image.bytes() + field.bytes(), 0));
    var summing = new ArrayList<Object>(epilogue.arguments());
    summing.addAll(
        List.of(site.workspace(0), shares, channels(), columns, depthPadded(), columnsPadded()));
    var defines = defines();
    defines.put("FIELD_FIRST", fieldFirst ? "1" : "0");
    defines.putAll(epilogue.defines());
    long results = (long) depth() * columns;
    site.launch(
        site.kernel("winograd.cl", "sum_shares_winograd", defines),
        summing,
        List.of(1, kind.phases() * ceilDiv(channels(), registers.lanes())),
        List.of(1, 1),
        new Cost(
            results * (kind.planes() * shares + TRANSFORM) + epilogueFlops,
            partBytes() + 4L * kind.window() * channels() * columns));
  }
}
