package dev.glimpse.train;

import dev.glimpse.data.ImageSet;

/**
 * What a model must know of its data.
 *
 * @param height of an image
 * @param width of an image
 * @param channels 1 for grey, 3 for colour
 * @param classes the number of labels; 0 without
 */
public record DataShape(int height, int width, int channels, int classes) {
  private static final int MOST_NUMBERS = 1 << 26;
  private static final int MOST_CLASSES = 1 << 16;

  public static DataShape of(ImageSet images) {
    return new DataShape(images.height(), images.width(), images.channels(), images.classes());
  }

  /** Numbers per image. */
  public int pixels() {
    return height * width * channels;
  }

  /** Whether there can be images like that: not where a file that says so is damaged. */
  boolean isPossible() {
    return height > 0
        && width > 0
        && channels > 0
        && (long) height * width <= MOST_NUMBERS / channels
        && classes >= 0
        && classes <= MOST_CLASSES;
  }

  /** For a reader, such as {@code 28 x 28 x 1 and 10 classes}. */
  public String described() {
    String labels = classes == 0 ? "no labels" : classes + " classes";
    return "%d x %d x %d and %s".formatted(height, width, channels, labels);
  }
}
