package dev.glimpse.data;

/** Writes one digit on a canvas, each time differently: see {@link Digits}. */
final class DigitPen {
  /** Longest side of a digit with its ink, in pixels, and that of the canvas. */
  private static final float BOX = 20f;

  private static final float PAGE = Digits.SIDE;

  /** Segments between two points of a template. */
  private static final int STEPS = 5;

  private static final int MAX_POINTS = 128;

  private final float[] xs = new float[MAX_POINTS];
  private final float[] ys = new float[MAX_POINTS];
  private final float[] widths = new float[MAX_POINTS];
  private final boolean[] starts = new boolean[MAX_POINTS];
  private final float[] control = new float[MAX_POINTS];
  private int points;

  void write(int digit, SplitMix64 random, InkCanvas canvas) {
    float[][][] ways = DigitTemplates.BY_DIGIT[digit];
    float halfWidth = Math.max(.7f, 1.27f + .36f * random.nextBell());
    float looseness = random.between(.010f, .034f);
    points = 0;
    for (float[] stroke : ways[random.nextInt(ways.length)]) {
      trace(stroke, looseness, random);
    }
    bend(random);
    slantAndTurn(random);
    fit(halfWidth, BOX + random.between(-.8f, .4f));
    draw(halfWidth, random.between(.75f, 1.1f), canvas);
  }

  /** Lays points along a stroke: a Catmull-Rom spline through its moved control points. */
  private void trace(float[] stroke, float looseness, SplitMix64 random) {
    int n = stroke.length / 2;
    for (int i = 0; i < n; i++) {
      boolean corner = i > 0 && isCorner(stroke, i - 1);
      for (int axis = 0; axis < 2; axis++) {
        int at = 2 * i + axis;
        control[at] = corner ? control[at - 2] : stroke[at] + looseness * random.nextBell();
      }
    }
    float begin = 1f + .14f * random.nextBell();
    float middle = 1f + .10f * random.nextBell();
    float end = .92f + .16f * random.nextBell();
    for (int i = 0; i + 1 < n; i++) {
      if (isCorner(stroke, i)) {
        continue;
      }
      // At a corner and at the ends the spline has no neighbour to lean on but the point itself.
      int before = i == 0 || isCorner(stroke, i - 1) ? i : i - 1;
      int after = i + 2 == n || isCorner(stroke, i + 1) ? i + 1 : i + 2;
      for (int step = i == 0 ? 0 : 1; step <= STEPS; step++) {
        float t = step / (float) STEPS;
        float along = 2f * (i + t) / (n - 1) - 1f;
        float width =
            along < 0
                ? middle + (begin - middle) * along * along
                : middle + (end - middle) * along * along;
        add(
            spline(before, i, i + 1, after, 0, t),
            spline(before, i, i + 1, after, 1, t),
            width,
            i == 0 && step == 0);
      }
    }
  }

  private static boolean isCorner(float[] stroke, int i) {
    return stroke[2 * i] == stroke[2 * i + 2] && stroke[2 * i + 1] == stroke[2 * i + 3];
  }

  private float spline(int before, int from, int to, int after, int axis, float t) {
    float a = control[2 * before + axis];
    float b = control[2 * from + axis];
    float c = control[2 * to + axis];
    float d = control[2 * after + axis];
    return b + .5f * t * (c - a + t * (2f * a - 5f * b + 4f * c - d + t * (3f * (b - c) + d - a)));
  }

  private void add(float x, float y, float width, boolean start) {
    xs[points] = x - .47f;
    ys[points] = y - .5f;
    widths[points] = width;
    starts[points] = start;
    points++;
  }

  /** Moves every point by a random cubic polynomial in x and y, as a hand bends what it writes. */
  private void bend(SplitMix64 random) {
    float a = .26f * random.nextBell();
    float b = .24f * random.nextBell();
    float c = .28f * random.nextBell();
    float d = .18f * random.nextBell();
    float e = .24f * random.nextBell();
    float f = .22f * random.nextBell();
    float g = .40f * random.nextBell();
    float h = .40f * random.nextBell();
    for (int i = 0; i < points; i++) {
      float x = xs[i];
      float y = ys[i];
      xs[i] = x + a * y * y + b * x * y + g * y * (y * y - .25f);
      ys[i] = y + c * x * x + d * x * y + e * x * y * y + f * y * y + h * x * (x * x - .25f);
    }
  }

  private void slantAndTurn(SplitMix64 random) {
    float aspect = 1.08f + .18f * random.nextBell();
    float slant = .24f + .25f * random.nextBell();
    float turn = .09f * random.nextBell();
    for (int i = 0; i < points; i++) {
      float x = aspect * xs[i] - slant * ys[i];
      float y = ys[i];
      // A small turn; the length that it adds is gone after the fit.
      xs[i] = x - turn * y;
      ys[i] = y + turn * x;
    }
  }

  /** Scales to the box and moves the centre of mass to the page's centre, without leaving it. */
  private void fit(float halfWidth, float box) {
    float left = min(xs);
    float right = max(xs);
    float top = min(ys);
    float bottom = max(ys);
    float scale = (box - 2f * halfWidth) / Math.max(right - left, bottom - top);
    float mass = 1e-6f;
    float massX = 0;
    float massY = 0;
    for (int i = 1; i < points; i++) {
      if (!starts[i]) {
        float dx = xs[i] - xs[i - 1];
        float dy = ys[i] - ys[i - 1];
        float ink = (float) Math.sqrt(dx * dx + dy * dy) * (widths[i] + widths[i - 1]);
        mass += ink;
        massX += ink * (xs[i] + xs[i - 1]) * .5f;
        massY += ink * (ys[i] + ys[i - 1]) * .5f;
      }
    }
    float originX = place(massX / mass * scale, left * scale, right * scale, halfWidth);
    float originY = place(massY / mass * scale, top * scale, bottom * scale, halfWidth);
    for (int i = 0; i < points; i++) {
      xs[i] = xs[i] * scale + originX;
      ys[i] = ys[i] * scale + originY;
    }
  }

  private static float place(float centre, float low, float high, float halfWidth) {
    float middle = (PAGE - 1f) / 2f;
    float origin = middle - centre;
    return Math.max(halfWidth - low, Math.min(PAGE - 1f - halfWidth - high, origin));
  }

  private float min(float[] values) {
    float least = values[0];
    for (int i = 1; i < points; i++) {
      least = Math.min(least, values[i]);
    }
    return least;
  }

  private float max(float[] values) {
    float most = values[0];
    for (int i = 1; i < points; i++) {
      most = Math.max(most, values[i]);
    }
    return most;
  }

  private void draw(float halfWidth, float steepness, InkCanvas canvas) {
    canvas.clear();
    for (int i = 1; i < points; i++) {
      if (!starts[i]) {
        canvas.segment(
            xs[i - 1],
            ys[i - 1],
            widths[i - 1] * halfWidth,
            xs[i],
            ys[i],
            widths[i] * halfWidth,
            steepness);
      }
    }
  }
}
