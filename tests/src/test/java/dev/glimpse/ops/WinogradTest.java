package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.ops.Window.Extent;
import org.junit.jupiter.api.Test;

/**
 * Which convolutions take the way over the points; what they give is in {@link ConvolutionCases}.
 */
class WinogradTest {
  private static final Window FIVE = Window.square(5, 1, 2);
  private static final Window FOUR = Window.square(4, 2, 1);

  private static void assertTaken(boolean expected, Window window, int... images) {
    Shape shape = Shape.of(images);
    Extent out = window.positions(Window.extent(shape));
    assertEquals(
        expected,
        Winograd.of(new DryDevice(DeviceInfo.Kind.CPU).info(), window, shape, out, false, 16)
            .isPresent(),
        window + " over " + shape);
  }

  @Test
  void convolutionsOf5x5And3x3AndStridedOnesOf4x4() {
    assertTaken(true, FIVE, 12, 2, 3, 16);
    assertTaken(true, FOUR, 24, 8, 7, 16);
    assertTaken(true, Window.square(4, 2, 3), 24, 4, 4, 16);
    assertTaken(false, Window.square(4, 2, 4), 24, 4, 4, 16);
    assertTaken(false, Window.square(4, 1, 1), 24, 8, 7, 16);
    assertTaken(false, Window.square(5, 2, 2), 24, 8, 7, 16);
    assertTaken(false, Window.square(4, 2, 1, 2), 24, 14, 14, 16);
    assertTaken(true, Window.square(3, 1, 1), 24, 4, 3, 16);
    assertTaken(false, Window.square(3, 2, 1), 24, 8, 7, 16);
    assertTaken(false, Window.square(2, 1, 1), 24, 8, 7, 16);
  }

  @Test
  void onlyWhereTheyPay() {
    assertTaken(false, FIVE, 12, 2, 3, 15);
    // A tile of 4 x 4 outputs, of which there are 2 x 4.
    assertTaken(false, FOUR, 24, 4, 8, 16);
    // So few tiles that reading the weights takes longer.
    assertTaken(false, FOUR, 5, 14, 14, 16);
    assertTaken(true, FOUR, 6, 14, 14, 16);
  }

  @Test
  void notOnAGpu() {
    var gpu = new DryDevice(DeviceInfo.Kind.OTHER_GPU).info();
    Shape images = Shape.of(24, 8, 7, 16);
    Extent out = FOUR.positions(new Extent(8, 7));
    assertEquals(true, Winograd.of(gpu, FOUR, images, out, false, 16).isEmpty());
  }
}
