package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.ShapeException;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where windows lie, and the errors of what does not fit; {@code ops} tests the rest. */
class GaussianAttentionTest {
  private static final Shape IMAGE = Shape.of(5, 4, 1);

  private static Tensor input(String name, int... dimensions) {
    return Tensor.of(new Input(name, Shape.of(dimensions)));
  }

  /** Filters so narrow that each sees the one pixel on which it lies. */
  @Test
  void aGridLiesWhereItSays() {
    // Of columns 1 and 3, and rows 1 and 3, counted from 0.
    float[] window = {2 * 3f / 5 - 1, 0, -9, (float) Math.log(2 / 4.0), (float) Math.log(3)};
    GaussianGrid grid = GaussianGrid.of(window, 4, 5, 2);
    assertEquals(2, grid.x(), 1e-6);
    assertEquals(2, grid.y(), 1e-6);
    assertEquals(2, grid.stride(), 1e-6);
    assertEquals(Math.exp(-4.5), grid.deviation(), 1e-9);
    assertEquals(3, grid.intensity(), 1e-6);

    Tensor images = input("images", 1, 5, 4, 1);
    Tensor windows = input("windows", 1, 5);
    Tensor patch = input("patch", 1, 2, 2, 1);
    float[] pixels = new float[IMAGE.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i;
    }
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("read", Ops.attentionRead(images, windows, 2))
                .output("written", Ops.attentionWrite(images, patch, windows, false))
                .build()) {
      plan.set("images", pixels);
      plan.set("windows", window);
      plan.set("patch", 3, 6, -9, -3);
      plan.run();
      float[] seen = {3 * 5, 3 * 7, 3 * 13, 3 * 15};
      assertArrayEquals(seen, floats(plan.read("read")), 1e-4f);
      pixels[5] += 1;
      pixels[7] += 2;
      pixels[13] -= 3;
      pixels[15] -= 1;
      assertArrayEquals(pixels, floats(plan.read("written")), 1e-4f);
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static void assertRefused(String message, Runnable build) {
    assertEquals(message, assertThrows(ShapeException.class, build::run).getMessage());
  }

  @Test
  void whatIsReadMustFit() {
    Tensor images = input("images", 2, 5, 4, 1);
    Tensor windows = input("windows", 2, 5);
    assertRefused(
        "layer: attention read of [[2, 20], [2, 4]]: windows are [2, 5]",
        () -> Scope.in("layer", () -> Ops.attentionRead(images, input("w", 2, 4), 3)));
    assertRefused(
        "layer: attention read of [[2, 20], [3, 5]]: windows are [2, 5]",
        () -> Scope.in("layer", () -> Ops.attentionRead(images, input("w", 3, 5), 3)));
    assertRefused(
        "layer: attention read of [[2, 5, 4, 1], [2, 4, 5, 1]]:"
            + " canvases are as large as the images",
        () ->
            Scope.in("layer", () -> Ops.attentionRead(images, input("c", 2, 4, 5, 1), windows, 3)));
    assertRefused(
        "layer: attention read of [[2, 20]]: images are [N, H, W, C], not [2, 20]",
        () -> Scope.in("layer", () -> Ops.attentionRead(input("rows", 2, 20), windows, 3)));
    assertRefused(
        "attention read of [[2, 5, 4, 1]]: a grid has at least one filter",
        () -> Ops.attentionRead(images, windows, 0));
    var read = new GaussianRead("read", IMAGE, 6, 3);
    assertRefused(
        "read: reshape of [[2, 21]]: [2, 5, 4, 1] has another number of elements",
        () -> read.apply(input("x", 2, 20), input("canvas", 2, 21), input("hidden", 2, 6)));
  }

  @Test
  void whatIsWrittenMustFit() {
    Tensor canvases = input("canvases", 2, 5, 4, 1);
    Tensor windows = input("windows", 2, 5);
    String message = "layer: attention write of [[2, 5, 4, 1], %s]: patches are [2, size, size, 1]";
    for (Tensor patches :
        List.of(
            input("flat", 2, 9),
            input("oblong", 2, 3, 2, 1),
            input("colours", 2, 3, 3, 3),
            input("other", 3, 3, 3, 1))) {
      assertRefused(
          message.formatted(patches.shape()),
          () -> Scope.in("layer", () -> Ops.attentionWrite(canvases, patches, windows, false)));
    }
    assertRefused(
        "attention write of [[2, 20], [2, 9], [2, 6]]: windows are [2, 5]",
        () -> Ops.attentionWrite(canvases, input("p", 2, 3, 3, 1), input("w", 2, 6), false));
    var write = new GaussianWrite("write", IMAGE, 6, 3, false);
    assertRefused(
        "write/write.patch: matmulNN of [[2, 7], [6, 14]]: inner dimensions are 7 and 6",
        () -> write.apply(input("canvas", 2, 20), input("hidden", 2, 7)));
  }
}
