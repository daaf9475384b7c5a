package dev.glimpse.bench;

import java.util.SplittableRandom;

/** Numbers from a fixed seed, never zeros: a zero can be cheaper than another number. */
final class Data {
  private static final long SEED = 1;

  private Data() {}

  /** In (0, 1). */
  static float[] uniform(String name, int count) {
    return uniform(name, count, Float.MIN_NORMAL);
  }

  /** In [least, 1). */
  static float[] uniform(String name, int count, float least) {
    SplittableRandom random = random(name);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat(least, 1);
    }
    return values;
  }

  /** With mean 0 and variance 1. */
  static float[] normal(String name, int count) {
    SplittableRandom random = random(name);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** One of {@code classes} per row, as rows with a single 1. */
  static float[] oneHot(String name, int rows, int classes) {
    SplittableRandom random = random(name);
    float[] values = new float[rows * classes];
    for (int row = 0; row < rows; row++) {
      values[row * classes + random.nextInt(classes)] = 1;
    }
    return values;
  }

  private static SplittableRandom random(String name) {
    return new SplittableRandom(SEED * 31 + name.hashCode());
  }
}
