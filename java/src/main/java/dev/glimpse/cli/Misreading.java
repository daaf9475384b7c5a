package dev.glimpse.cli;

/**
 * An image that is read wrong.
 *
 * @param image its place
 * @param label what it is
 * @param read what it is read as
 * @param probability that is given to that
 */
record Misreading(int image, int label, int read, double probability) {
  /** In a few letters, such as {@code 4 as 9}. */
  String caption() {
    return "%d as %d".formatted(label, read);
  }
}
