package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrokesTest {
  private static final int SIZE = 28;

  /** Says where there is ink. */
  private interface Pen {
    boolean touches(double x, double y);
  }

  /** An image whose pixels are the share of their area that is inked, over 8 x 8 points. */
  private static float[] draw(Pen pen) {
    float[] image = new float[SIZE * SIZE];
    for (int p = 0; p < image.length; p++) {
      for (int s = 0; s < 64; s++) {
        if (pen.touches(p % SIZE + (s % 8 + 0.5) / 8, p / SIZE + (s / 8 + 0.5) / 8)) {
          image[p] += 1 / 64f;
        }
      }
    }
    return image;
  }

  private static Strokes measure(Pen pen) {
    return Strokes.of(draw(pen), 0, SIZE, SIZE);
  }

  /** A stroke of 20 rows about the centre, that moves {@code shear} columns from row to row. */
  private static Pen sheared(double shear, double width) {
    return (x, y) -> Math.abs(x - 14 - shear * (y - 14)) <= width / 2 && Math.abs(y - 14) <= 10;
  }

  @Test
  void slantIsTheShear() {
    assertEquals(0, measure(sheared(0, 3)).slant(), 1e-9);
    // With y downwards, a stroke like \ moves to the right and one like / to the left.
    assertEquals(0.4, measure(sheared(0.4, 3)).slant(), 0.01);
    assertEquals(-0.4, measure(sheared(-0.4, 3)).slant(), 0.01);
  }

  @Test
  void slantDependsOnTheInkAlone() {
    Pen stroke = sheared(-0.3, 2);
    double slant = measure(stroke).slant();
    assertEquals(slant, measure((x, y) -> stroke.touches(x + 5, y - 2)).slant(), 1e-6);
    float[] pale = draw(stroke);
    for (int p = 0; p < pale.length; p++) {
      pale[p] *= 0.5f;
    }
    assertEquals(slant, Strokes.of(pale, 0, SIZE, SIZE).slant(), 1e-6);
  }

  @ParameterizedTest
  @ValueSource(doubles = {2, 3, 4, 5, 6})
  void widthOfBars(double width) {
    double tolerance = 0.1 * width;
    assertEquals(width, measure(sheared(0, width)).width(), tolerance, "upright");
    Pen flat = (x, y) -> sheared(0, width).touches(y, x);
    // A bar that lies is no different, and may touch the edge of the image.
    assertEquals(width, measure(flat).width(), tolerance, "lying");
    assertEquals(width, measure((x, y) -> flat.touches(x + 4, y)).width(), tolerance, "edge");
  }

  @ParameterizedTest
  @ValueSource(doubles = {2, 3, 4, 5})
  void widthOfSlantingAndBentStrokes(double width) {
    double cosine = Math.cos(Math.PI / 6);
    double sine = Math.sin(Math.PI / 6);
    Pen turned =
        (x, y) ->
            sheared(0, width)
                .touches(
                    14 + cosine * (x - 14) + sine * (y - 14),
                    14 - sine * (x - 14) + cosine * (y - 14));
    assertEquals(width, measure(turned).width(), 0.12 * width, "turned by 30 degrees");
    Pen ring = (x, y) -> Math.abs(Math.hypot(x - 14, y - 14) - 9) <= width / 2;
    assertEquals(width, measure(ring).width(), 0.15 * width, "ring");
  }

  @Test
  void widthOfABlotIsFinite() {
    double disc = measure((x, y) -> Math.hypot(x - 14, y - 14) < 6).width();
    assertTrue(disc > 8 && disc < 12, () -> "width " + disc);
  }

  @Test
  void measuresTheImageAskedFor() {
    float[] two = new float[2 * SIZE * SIZE];
    float[] stroke = draw(sheared(0.2, 3));
    System.arraycopy(stroke, 0, two, SIZE * SIZE, stroke.length);
    assertEquals(Strokes.of(stroke, 0, SIZE, SIZE), Strokes.of(two, 1, SIZE, SIZE));
    assertThrows(MetricException.class, () -> Strokes.of(two, 0, SIZE, SIZE));
    assertThrows(IllegalArgumentException.class, () -> Strokes.of(two, 2, SIZE, SIZE));
  }
}
