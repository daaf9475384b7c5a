package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.ops.Window.Extent;
import org.junit.jupiter.api.Test;

/**
 * Which convolutions of grey and colour images, and to them, have kernels of their own; what they
 * give is in {@link ConvolutionCases}.
 */
class GreyConvolutionTest {
  private static final Window WINDOW = Window.square(4, 2, 1);
  private static final Extent OUT = new Extent(7, 7);

  private static boolean reads(DeviceInfo.Kind kind, Window window, int channels) {
    Shape images = Shape.of(2, 14, 14, channels);
    return FewChannels.of(new DryDevice(kind).info(), window, images, OUT, 8).isPresent();
  }

  private static boolean gives(DeviceInfo.Kind kind, int columns) {
    Shape images = Shape.of(2, 14, 14, 8);
    return NarrowConvolution.of(new DryDevice(kind).info(), WINDOW, images, OUT, false, columns)
        .isPresent();
  }

  @Test
  void ofUpToFourChannels() {
    assertEquals(true, reads(DeviceInfo.Kind.CPU, WINDOW, 1));
    assertEquals(true, reads(DeviceInfo.Kind.CPU, WINDOW, 4));
    assertEquals(false, reads(DeviceInfo.Kind.CPU, WINDOW, 5));
    assertEquals(true, gives(DeviceInfo.Kind.CPU, 1));
    assertEquals(true, gives(DeviceInfo.Kind.CPU, 4));
    assertEquals(false, gives(DeviceInfo.Kind.CPU, 5));
  }

  /** The taps of a line are read as one run. */
  @Test
  void notWithTapsApart() {
    assertEquals(false, reads(DeviceInfo.Kind.CPU, Window.square(4, 2, 1, 2), 1));
  }

  @Test
  void notOnAGpu() {
    assertEquals(false, reads(DeviceInfo.Kind.OTHER_GPU, WINDOW, 1));
    assertEquals(false, gives(DeviceInfo.Kind.OTHER_GPU, 1));
  }

  /** Each block sees no more lines than there are, and has room for a panel at least. */
  @Test
  void aLoneImageIsSharedByAllUnits() {
    var cpu = new DryDevice(DeviceInfo.Kind.CPU).info();
    Shape images = Shape.of(1, 2, 2, 8);
    long one =
        NarrowConvolution.of(cpu, WINDOW, images, new Extent(4, 4), true, 1)
            .orElseThrow()
            .workspaces()
            .get(1);
    int rows = 16;
    int panel = RegisterTile.of(cpu).columns();
    int sums = 4;
    int line = 4 + 8;
    int items = Math.min(4, cpu.computeUnits());
    assertEquals(4L * items * (rows * panel + 8 * panel + sums + line), one);
  }
}
