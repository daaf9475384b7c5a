package dev.glimpse.ops;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The grid of Gaussian filters through which DRAW reads and writes (Gregor et al. 2015, section
 * 3.2). Five numbers place it in an image of A columns and B rows: {@code gX, gY, ln variance, ln
 * stride, ln intensity}; its centre is {@code ((A + 1) / 2 (gX + 1), (B + 1) / 2 (gY + 1))}, pixels
 * counted from 1, and its filters are {@code (max(A, B) - 1) / (size - 1) stride} apart.
 *
 * @param image the shape of an image, {@code [H, W, C]}
 * @param size the filters of a row and of a column
 */
public record AttentionWindow(Shape image, int size) {
  /** The numbers that place a grid. */
  public static final int PARAMETERS = 5;

  private static final int GPU_GROUP = 256;

  /** Pixels that a work-group keeps in local memory at most, for several groups to share it. */
  private static final int STAGED_PIXELS = 6144;

  public AttentionWindow {
    if (image.rank() != 3) {
      throw new ShapeException("an image is [H, W, C]");
    }
    if (size < 1) {
      throw new ShapeException("a grid has at least one filter");
    }
  }

  /** The shape of one of N images {@code [N, H, W, C]}. */
  static Shape imageOf(Tensor images) {
    if (images.shape().rank() != 4) {
      throw new ShapeException("images are [N, H, W, C], not " + images.shape());
    }
    return new Shape(images.shape().dimensions().subList(1, 4));
  }

  /** Images or patches as rows of a matrix, as the kernels see them. */
  static Tensor asRows(Tensor t) {
    int count = t.shape().dimension(0);
    return Ops.reshape(t, Shape.of(count, t.shape().size() / count));
  }

  int pixels() {
    return image.size();
  }

  int patch() {
    return size * size * image.columns();
  }

  /** Multiply-adds of one separable product of a patch and an image. */
  private long products() {
    return (long) size * pixels() + (long) patch() * image.dimension(1);
  }

  /**
   * Launches a kernel of {@code kernels/attention.cl}; a work-item (on a GPU a work-group) takes an
   * image.
   *
   * @param products how many separable products the kernel computes for each image
   * @param perPixel further operations
   */
  void launch(
      Site site,
      String entry,
      Map<String, String> switches,
      List<View> in,
      List<View> out,
      int products,
      int perPixel) {
    var defines = new LinkedHashMap<>(switches);
    defines.put("HEIGHT", String.valueOf(image.dimension(0)));
    defines.put("WIDTH", String.valueOf(image.dimension(1)));
    defines.put("CHANNELS", String.valueOf(image.dimension(2)));
    defines.put("SIZE", String.valueOf(size));
    var arguments = new ArrayList<>(View.arguments(in));
    arguments.addAll(View.arguments(out));
    long bytes = View.bytes(in) + View.bytes(out);
    boolean cpu = site.device().kind().isCpu();
    if (!cpu) {
      int images = "1".equals(switches.get("ERROR_IMAGE")) ? 2 : 1;
      defines.put("STAGED", staged(images, site.device()) ? "1" : "0");
    }
    int group = cpu ? 1 : GPU_GROUP;
    int count = in.get(0).rows();
    site.launch(
        site.kernel("attention.cl", entry, defines),
        arguments,
        List.of(count * group, 1),
        List.of(group, 1),
        new Cost(count * (2 * products * products() + (long) perPixel * pixels()), bytes));
  }

  /**
   * Whether a GPU's work-group keeps its images in local memory, beside what the most demanding
   * kernel of {@code attention_gpu.h} has there in any case.
   *
   * @throws DeviceException if not even that fits
   */
  private boolean staged(int images, DeviceInfo device) {
    int height = image.dimension(0);
    int width = image.dimension(1);
    long pitch = width * image.columns() | 1;
    long filters = size * (width + height + 2L * (width | 1) + 2L * (height | 1) + 6);
    long others = filters + images * (size * pitch + patch());
    long pixels = images * height * pitch;
    long room = device.localMemory() / Float.BYTES;
    if (others > room) {
      throw new DeviceException(
          "OUT_OF_LOCAL_MEMORY",
          "attention by %d x %d filters on images %s takes %d bytes of local memory, and %s has %d;"
                  .formatted(
                      size, size, image, others * Float.BYTES, device.name(), device.localMemory())
              + " use fewer filters");
    }
    return pixels <= STAGED_PIXELS && others + pixels <= room;
  }
}
