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
 * How a CPU computes convolutions of images with few channels, grey or colour, and their gradients
 * by the weights: it copies lines of the image, not patches (see {@code kernels/conv2d_lines.cl}).
 *
 * @param images over which the window slides, {@code [N, H, W, C]}
 * @param out the extent of the outputs
 * @param columns the channels of the outputs
 * @param units of the device
 */
record FewChannels(
    Window window, Shape images, Extent out, int columns, RegisterTile tile, int units) {
  /** With more, gathering patches is cheap beside multiplying them. */
  private static final int MOST = 4;

  /** About so many outputs stay in the first-level cache, with all their channels. */
  private static final int OUTPUTS_PER_BLOCK = 128;

  private static final int ITEMS_PER_UNIT = 8;

  /** Nothing where it must be computed otherwise. */
  static Optional<FewChannels> of(
      DeviceInfo device, Window window, Shape images, Extent out, int columns) {
    boolean few = images.columns() <= MOST && window.dilation().equals(new Extent(1, 1));
    return device.kind().isCpu() && few
        ? Optional.of(
            new FewChannels(
                window, images, out, columns, RegisterTile.of(device), device.computeUnits()))
        : Optional.empty();
  }

  private int channels() {
    return images.columns();
  }

  private int depth() {
    return window.taps() * channels();
  }

  private int columnsPadded() {
    return tile.panels(columns) * tile.columns();
  }

  private int linesPerBlock() {
    return Math.max(1, Math.min(out.height(), OUTPUTS_PER_BLOCK / out.width()));
  }

  private int items() {
    int blocks = images.dimension(0) * ceilDiv(out.height(), linesPerBlock());
    return Math.min(ITEMS_PER_UNIT * units, blocks);
  }

  /** The floats of a padded line, under the windows of a whole tile at least. */
  private int pitch() {
    int places = Math.max(out.width(), RegisterTile.ROWS);
    int pixels = (places - 1) * window.stride().width() + window.width();
    return roundUp(pixels * channels(), 8);
  }

  /** What a work-item copies. */
  private int lineFloats() {
    int lines = (linesPerBlock() - 1) * window.stride().height() + window.height();
    return lines * pitch();
  }

  private int panelFloats() {
    return linesPerBlock() * out.width() * tile.columns();
  }

  /** Of a convolution: the packed weights, and the lines. */
  List<Long> workspaces() {
    return List.of(4L * columnsPadded() * depth(), 4L * items() * lineFloats());
  }

  /** Of the gradient by the weights: shares of it, and what is before them. */
  List<Long> workspacesByWeights() {
    return List.of(parts().bytes(), 4L * items() * (lineFloats() + panelFloats()));
  }

  /** The shares of the gradient by the weights. */
  Parts parts() {
    return new Parts(items(), tile.tiles(depth()) * RegisterTile.ROWS, columnsPadded());
  }

  private Map<String, String> defines() {
    var defines = new LinkedHashMap<String, String>();
    tile.define(defines);
    return defines;
  }

  /** Launches a convolution with packed weights. */
  void convolve(Site site, Chain.Rendered epilogue, Cost cost) {
    var arguments = new ArrayList<Object>(epilogue.arguments());
    arguments.addAll(List.of(site.input(0).buffer(), site.workspace(0), site.workspace(1)));
    arguments.addAll(window.arguments(images, out));
    arguments.addAll(List.of(columns, pitch(), linesPerBlock()));
    Map<String, String> defines = defines();
    defines.putAll(epilogue.defines());
    site.launch(
        site.kernel("conv2d_lines.cl", "conv2d_lines", defines),
        arguments,
        List.of(items(), 1),
        List.of(1, 1),
        cost);
  }

  /** Launches the shares of the gradient by the weights, from the images and the field. */
  void convolveByWeights(Site site, Cost cost) {
    var arguments =
        new ArrayList<Object>(
            List.of(
                site.input(0).buffer(),
                site.input(1).buffer(),
                site.workspace(0),
                site.workspace(1)));
    arguments.addAll(window.arguments(images, out));
    Parts parts = parts();
    arguments.addAll(List.of(columns, parts.rows(), parts.columns(), pitch(), linesPerBlock()));
    site.launch(
        site.kernel("conv2d_lines_weights.cl", "conv2d_lines_weights", defines()),
        arguments,
        List.of(items(), 1),
        List.of(1, 1),
        cost);
  }
}
