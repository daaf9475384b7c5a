package dev.glimpse.ops;

/**
 * Philox4x32-10 (Salmon et al. 2011, section 3.3), written after the paper, and the numbers that
 * {@link Random} makes with it.
 */
final class Philox {
  private Philox() {}

  /** The four words of a counter. */
  static int[] words(int[] counter, int[] key) {
    int[] c = counter.clone();
    int k0 = key[0];
    int k1 = key[1];
    for (int round = 0; round < 10; round++) {
      long first = 0xD2511F53L * Integer.toUnsignedLong(c[0]);
      long second = 0xCD9E8D57L * Integer.toUnsignedLong(c[2]);
      c =
          new int[] {
            (int) (second >>> 32) ^ c[1] ^ k0,
            (int) second,
            (int) (first >>> 32) ^ c[3] ^ k1,
            (int) first
          };
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    return c;
  }

  /** Element 8 c + l of block b is word c of counter 8 b + l: the centre of one of 2^23 cells. */
  static double[] uniform(int size, long seed, int step, int stream) {
    int[] key = {(int) seed, (int) (seed >>> 32)};
    double[] numbers = new double[size];
    for (int i = 0; i < size; i++) {
      int counter = i / 32 * 8 + i % 8;
      int word = words(new int[] {counter, stream, step, 0}, key)[i % 32 / 8];
      numbers[i] = ((word >>> 9) + 0.5) / (1 << 23);
    }
    return numbers;
  }

  /** Each pair of words makes two numbers by the method of Box and Muller. */
  static double[] normal(int size, long seed, int step, int stream) {
    double[] u = uniform((size + 31) / 32 * 32, seed, step, stream);
    double[] numbers = new double[size];
    for (int i = 0; i < size; i++) {
      boolean isFirst = i % 16 < 8;
      int first = isFirst ? i : i - 8;
      double radius = Math.sqrt(-2 * Math.log(u[first]));
      double angle = 2 * Math.PI * u[first + 8];
      numbers[i] = radius * (isFirst ? Math.cos(angle) : Math.sin(angle));
    }
    return numbers;
  }
}
