package dev.glimpse.cli;

/**
 * A run of a table of semi-supervised learning.
 *
 * @param model by its name on the command line
 * @param labels that it is told
 * @param seed that draws the labelled images and all else
 */
record ExperimentCell(String model, int labels, int seed) {
  /** The run's folder in that of the table. */
  String folder() {
    return "%s-%d-%d".formatted(model, labels, seed);
  }

  /** For a reader. */
  String described() {
    return "%s, %,d labels, seed %d".formatted(model, labels, seed);
  }
}
