package dev.glimpse.ops;

import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/** The distribution of a parameter's first values. */
@FunctionalInterface
public interface Initializer {
  /** Draws all values. */
  void fill(float[] values, RandomGenerator random);

  /** Draws each value like all others. */
  private static Initializer each(ToDoubleFunction<RandomGenerator> draw) {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) draw.applyAsDouble(random);
      }
    };
  }

  /**
   * For a weight {@code [in + classes][out]} of an input and a one-hot label behind it: at the
   * start the label says as much as all of the input. Drawn like one input among many it would
   * hardly be noticed, and what it says would be learnt from the input before.
   */
  default Initializer withLabel(int in, int out) {
    return amplified(in * out, (float) Math.sqrt(in));
  }

  /** The same, but the values from an index on are larger by a factor. */
  default Initializer amplified(int from, float factor) {
    return (values, random) -> {
      fill(values, random);
      for (int i = from; i < values.length; i++) {
        values[i] *= factor;
      }
    };
  }

  /** Just these values. */
  static Initializer values(float... given) {
    return (values, random) -> {
      if (values.length != given.length) {
        throw new IllegalArgumentException(given.length + " values for " + values.length);
      }
      System.arraycopy(given, 0, values, 0, given.length);
    };
  }

  static Initializer constant(float value) {
    return each(random -> value);
  }

  static Initializer normal(double mean, double deviation) {
    return each(random -> mean + deviation * random.nextGaussian());
  }

  /** Uniform in [-bound, bound]. */
  static Initializer uniform(double bound) {
    return each(random -> bound * (2 * random.nextDouble() - 1));
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
