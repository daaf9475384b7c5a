package dev.glimpse.data;

/**
 * Scales a line of values by linear interpolation, widened to all the values that an output covers
 * when the line gets shorter, so that nothing is skipped: the "bilinear" of Pillow, and of
 * torchvision with antialias. A constant line stays constant; one of the same length stays itself.
 */
final class TriangleFilter {
  /** By output, the first input that it draws on, and the weights of that and the next ones. */
  private final int[] first;

  private final float[][] weights;

  TriangleFilter(int inputs, int outputs) {
    first = new int[outputs];
    weights = new float[outputs][];
    double scale = (double) inputs / outputs;
    double reach = Math.max(1, scale);
    for (int o = 0; o < outputs; o++) {
      double centre = (o + 0.5) * scale;
      first[o] = Math.max(0, (int) Math.round(centre - reach));
      int end = Math.min(inputs, (int) Math.round(centre + reach));
      weights[o] = new float[end - first[o]];
      double sum = 0;
      for (int i = first[o]; i < end; i++) {
        sum += weight(i, centre, reach);
      }
      for (int i = first[o]; i < end; i++) {
        weights[o][i - first[o]] = (float) (weight(i, centre, reach) / sum);
      }
    }
  }

  private static double weight(int input, double centre, double reach) {
    return Math.max(0, 1 - Math.abs(input + 0.5 - centre) / reach);
  }

  /** Reads {@code in[inAt + i * step]} and writes {@code out[outAt + o * step]}. */
  void apply(float[] in, int inAt, float[] out, int outAt, int step) {
    for (int o = 0; o < first.length; o++) {
      float sum = 0;
      int at = inAt + first[o] * step;
      for (float weight : weights[o]) {
        sum += weight * in[at];
        at += step;
      }
      out[outAt + o * step] = sum;
    }
  }
}
