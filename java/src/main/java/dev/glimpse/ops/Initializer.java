package dev.glimpse.ops;

import java.util.random.RandomGenerator;

/** The distribution of a parameter's first values. */
@FunctionalInterface
public interface Initializer {
  /** Draws one value. */
  float next(RandomGenerator random);

  /** Draws all values. */
  default void fill(float[] values, RandomGenerator random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = next(random);
    }
  }

  /** Just these values. */
  static Initializer values(float... given) {
    return new Initializer() {
      @Override
      public float next(RandomGenerator random) {
        throw new UnsupportedOperationException("given values come all together");
      }

      @Override
      public void fill(float[] values, RandomGenerator random) {
        if (values.length != given.length) {
          throw new IllegalArgumentException(given.length + " values for " + values.length);
        }
        System.arraycopy(given, 0, values, 0, given.length);
      }
    };
  }

  static Initializer constant(float value) {
    return random -> value;
  }

  static Initializer normal(double mean, double deviation) {
    return random -> (float) (mean + deviation * random.nextGaussian());
  }

  /** Uniform in [-bound, bound]. */
  static Initializer uniform(double bound) {
    return random -> (float) (bound * (2 * random.nextDouble() - 1));
  }

  /** For layers before a ReLU (He et al. 2015, equation 10): N(0, 2 / fan in). */
  static Initializer he(int fanIn) {
    return normal(0, Math.sqrt(2.0 / fanIn));
  }

  /** For layers before a tanh (Glorot and Bengio 2010, equation 16). */
  static Initializer glorot(int fanIn, int fanOut) {
    return uniform(Math.sqrt(6.0 / (fanIn + fanOut)));
  }

  /** The weights of DCGAN (Radford et al. 2016): N(0, 0.02 squared). */
  static Initializer dcgan() {
    return normal(0, 0.02);
  }
}
