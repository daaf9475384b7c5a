package dev.glimpse.data;

/**
 * A data set in its three parts.
 *
 * @param train what models learn from
 * @param validation what choices are made on
 * @param test touched once per reported result
 * @param unlabelled what a semi-supervised model learns from besides labelled images of {@code
 *     train}: {@code train} itself, or others
 */
public record Splits(ImageSet train, ImageSet validation, ImageSet test, ImageSet unlabelled) {

  /** Checks that all parts have images of one size and the same classes. */
  public Splits {
    check(train, validation);
    check(train, test);
    if (!sameSize(train, unlabelled)) {
      throw new DataException(
          "images without labels must be as large as those with labels: "
              + unlabelled
              + "; "
              + train);
    }
  }

  /** A data set without other images beside it. */
  public Splits(ImageSet train, ImageSet validation, ImageSet test) {
    this(train, validation, test, train);
  }

  /** The same with other images without labels. */
  public Splits withUnlabelled(ImageSet others) {
    return new Splits(train, validation, test, others);
  }

  /**
   * Cuts the validation set off the end of the training images: the last twelfth, at least one
   * image. For MNIST these are the last 5,000.
   */
  public static Splits of(ImageSet trainAndValidation, ImageSet test) {
    int size = trainAndValidation.size();
    if (size < 2) {
      throw new DataException(
          trainAndValidation.name() + ": two images or more are needed to train and validate");
    }
    int cut = size - Math.max(1, size / 12);
    return new Splits(
        trainAndValidation.subset(0, cut), trainAndValidation.subset(cut, size), test);
  }

  private static void check(ImageSet a, ImageSet b) {
    if (!sameSize(a, b) || a.classes() != b.classes()) {
      throw new DataException("parts of a data set differ: " + a + "; " + b);
    }
  }

  private static boolean sameSize(ImageSet a, ImageSet b) {
    return a.height() == b.height() && a.width() == b.width() && a.channels() == b.channels();
  }
}
