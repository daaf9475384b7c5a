package dev.glimpse.data;

/**
 * Random numbers that are the same on every machine and every Java: SplitMix64 (Steele, Lea, Flood,
 * "Fast splittable pseudorandom number generators", OOPSLA 2014), a counter sent through a mixing
 * function. Only exact integer and float32 arithmetic is used, no library function.
 */
final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** Starts the stream {@code stream} of {@code seed}; streams are independent of each other. */
  SplitMix64 reset(long seed, long stream) {
    state = key(seed, stream);
    return this;
  }

  /** A seed for one of many independent streams. */
  static long key(long seed, long stream) {
    return mix(mix(seed + GOLDEN_GAMMA) + stream * GOLDEN_GAMMA);
  }

  /** The {@code counter}-th number of a stream, without the ones before it. */
  static long at(long key, long counter) {
    return mix(key + (counter + 1) * GOLDEN_GAMMA);
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in 0..bound-1, to within {@code bound} parts in 2^32. */
  int nextInt(int bound) {
    return (int) ((nextLong() >>> 32) * bound >>> 32);
  }

  /** Uniform in [0, 1). */
  float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /** Uniform in [from, to). */
  float between(float from, float to) {
    return from + (to - from) * nextFloat();
  }

  /**
   * Bell-shaped with mean 0 and variance 1, but never beyond 3.5: the sum of four uniform numbers.
   * Unlike a true normal number it needs no logarithm, whose last bit differs between machines.
   */
  float nextBell() {
    long bits = nextLong();
    long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return (sum - 2 * 65535) * (1.7320508f / 65536f);
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
