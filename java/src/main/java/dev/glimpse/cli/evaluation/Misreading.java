package dev.glimpse.cli.evaluation;

import dev.glimpse.train.RunConfig;

/**
 * An image that is read wrong.
 *
 * @param image its place
 * @param label what it is
 * @param read what it is read as
 * @param probability that is given to that
 */
public record Misreading(int image, int label, int read, double probability) {
  /** In a few letters, such as {@code 4 as 9}. */
  public String caption(RunConfig config) {
    return "%s as %s".formatted(config.className(label), config.className(read));
  }
}
