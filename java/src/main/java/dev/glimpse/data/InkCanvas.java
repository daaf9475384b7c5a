package dev.glimpse.data;

import java.util.Arrays;

/** A square grey picture that a round pen draws on: anti-aliased, the darkest ink wins. */
final class InkCanvas {
  private final int side;
  private final float[] ink;

  InkCanvas(int side) {
    this.side = side;
    this.ink = new float[side * side];
  }

  void clear() {
    Arrays.fill(ink, 0f);
  }

  /**
   * Draws the segment from (x0, y0) to (x1, y1), in pixels from the centre of the top left one,
   * with a half-width that runs from {@code r0} to {@code r1}, and an edge {@code 1 / steepness}
   * wide.
   */
  void segment(float x0, float y0, float r0, float x1, float y1, float r1, float steepness) {
    float reach = Math.max(r0, r1) + .5f / steepness;
    int left = Math.max(0, (int) Math.ceil(Math.min(x0, x1) - reach));
    int right = Math.min(side - 1, (int) Math.floor(Math.max(x0, x1) + reach));
    int top = Math.max(0, (int) Math.ceil(Math.min(y0, y1) - reach));
    int bottom = Math.min(side - 1, (int) Math.floor(Math.max(y0, y1) + reach));
    float dx = x1 - x0;
    float dy = y1 - y0;
    float perLength = 1f / Math.max(1e-6f, dx * dx + dy * dy);
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        float px = x - x0;
        float py = y - y0;
        float t = Math.min(1f, Math.max(0f, (px * dx + py * dy) * perLength));
        float ex = px - t * dx;
        float ey = py - t * dy;
        float distance = (float) Math.sqrt(ex * ex + ey * ey);
        float cover = (r0 + t * (r1 - r0) - distance) * steepness + .5f;
        int at = y * side + x;
        ink[at] = Math.max(ink[at], cover);
      }
    }
  }

  /** Writes the picture as bytes, 0 (paper) to 255 (full ink), row by row. */
  void copyTo(byte[] pixels, int offset) {
    for (int i = 0; i < ink.length; i++) {
      pixels[offset + i] = (byte) (int) (Math.min(1f, ink[i]) * 255f + .5f);
    }
  }
}
