package dev.glimpse.data;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Images in memory, with or without labels: {@code [N, height, width, channels]} grey or colour
 * values 0..255, one byte each, and one label in 0..classes-1 per image. Immutable; a {@link
 * #subset} shares the memory of the whole.
 */
public final class ImageSet {
  private static final float[] TO_FLOAT = new float[256];

  static {
    for (int value = 0; value < 256; value++) {
      TO_FLOAT[value] = value / 255f;
    }
  }

  private final String name;
  private final int height;
  private final int width;
  private final int channels;
  private final List<String> classNames;
  private final byte[] pixels;
  private final int[] labels;
  private final int from;
  private final int size;

  private ImageSet(ImageSet whole, String name, byte[] pixels, int[] labels, int from, int size) {
    this.name = name;
    this.height = whole.height;
    this.width = whole.width;
    this.channels = whole.channels;
    this.classNames = whole.classNames;
    this.pixels = pixels;
    this.labels = labels;
    this.from = from;
    this.size = size;
  }

  /** Images without labels; takes over {@code pixels} without copying. */
  public ImageSet(String name, int height, int width, int channels, byte[] pixels) {
    this(name, height, width, channels, pixels, null, List.of());
  }

  /**
   * Images with labels; takes over {@code pixels} and {@code labels} without copying.
   *
   * @param classes how many, named by their numbers
   * @throws DataException if the sizes do not fit together or a label is outside 0..classes-1
   */
  public ImageSet(
      String name, int height, int width, int channels, byte[] pixels, int[] labels, int classes) {
    this(name, height, width, channels, pixels, labels, ClassNames.numbers(classes));
  }

  /**
   * Images with labels whose classes have names; takes over {@code pixels} and {@code labels}
   * without copying.
   *
   * @param labels null for images without labels
   * @throws DataException if the sizes do not fit together or a label is that of no class
   */
  public ImageSet(
      String name,
      int height,
      int width,
      int channels,
      byte[] pixels,
      int[] labels,
      List<String> classNames) {
    this.name = name;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.classNames = labels == null ? List.of() : List.copyOf(classNames);
    this.pixels = pixels;
    this.labels = labels;
    this.from = 0;
    long each = (long) height * width * channels;
    if (height < 1 || width < 1 || channels < 1 || pixels.length % each != 0) {
      throw new DataException(
          "%s: %d bytes are no whole number of images of %d x %d x %d"
              .formatted(name, pixels.length, height, width, channels));
    }
    this.size = (int) (pixels.length / each);
    if (labels != null) {
      checkLabels();
    }
  }

  private void checkLabels() {
    if (labels.length != size) {
      throw new DataException("%s: %d images, %d labels".formatted(name, size, labels.length));
    }
    for (int i = 0; i < size; i++) {
      if (labels[i] < 0 || labels[i] >= classes()) {
        throw new DataException(
            "%s: label %d of image %d is outside 0..%d"
                .formatted(name, labels[i], i, classes() - 1));
      }
    }
  }

  public String name() {
    return name;
  }

  /** The number of images. */
  public int size() {
    return size;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** 1 for grey, 3 for colour. */
  public int channels() {
    return channels;
  }

  /** {@code height * width * channels}. */
  public int pixelsPerImage() {
    return height * width * channels;
  }

  public boolean labelled() {
    return labels != null;
  }

  /** The number of classes, 0 without labels. */
  public int classes() {
    return classNames.size();
  }

  /** Of each class, by its number; none without labels. */
  public List<String> classNames() {
    return classNames;
  }

  /** The label of image {@code i}, in 0..classes-1. */
  public int label(int i) {
    if (labels == null) {
      throw new DataException(name + " has no labels");
    }
    return labels[from + Objects.checkIndex(i, size)];
  }

  /** One value, 0..255, of image {@code i}, at {@code offset} within {@code [H, W, C]}. */
  public int pixel(int i, int offset) {
    return pixels[start(i) + Objects.checkIndex(offset, pixelsPerImage())] & 0xff;
  }

  /** Puts image {@code i}, scaled to [0, 1], at the position of {@code into} and advances it. */
  public void copyPixels(int i, FloatBuffer into) {
    int start = start(i);
    int end = start + pixelsPerImage();
    for (int p = start; p < end; p++) {
      into.put(TO_FLOAT[pixels[p] & 0xff]);
    }
  }

  /** All values, scaled to [0, 1], {@code [N, H, W, C]}. */
  public float[] pixels() {
    FloatBuffer values = FloatBuffer.allocate(Math.multiplyExact(size, pixelsPerImage()));
    for (int i = 0; i < size; i++) {
      copyPixels(i, values);
    }
    return values.array();
  }

  /** All labels, {@code [N]}. */
  public int[] labels() {
    return IntStream.range(0, size).map(this::label).toArray();
  }

  /**
   * A copy with other labels.
   *
   * @throws DataException if they are not as many as the images, or outside 0..classes-1
   */
  public ImageSet withLabels(int[] others, int theirClasses) {
    int each = pixelsPerImage();
    byte[] own = Arrays.copyOfRange(pixels, from * each, (from + size) * each);
    return new ImageSet(name, height, width, channels, own, others, theirClasses);
  }

  /** The images {@code fromIndex} to {@code toIndex - 1}, without copying. */
  public ImageSet subset(int fromIndex, int toIndex) {
    Objects.checkFromToIndex(fromIndex, toIndex, size);
    return new ImageSet(this, name, pixels, labels, from + fromIndex, toIndex - fromIndex);
  }

  /** The first {@code n} images, or all where there are fewer. */
  public ImageSet first(int n) {
    return subset(0, Math.min(n, size));
  }

  /** A copy of the images in some places, in that order. */
  public ImageSet select(int... places) {
    int each = pixelsPerImage();
    byte[] selected = new byte[places.length * each];
    for (int i = 0; i < places.length; i++) {
      System.arraycopy(pixels, start(places[i]), selected, i * each, each);
    }
    int[] theirLabels = labels == null ? null : Arrays.stream(places).map(this::label).toArray();
    return new ImageSet(this, name, selected, theirLabels, 0, places.length);
  }

  /**
   * A copy of the first {@code n} images whose labels are 0, 1, .., K - 1, 0, ..
   *
   * @throws DataException where there are not enough of a label
   */
  public ImageSet labelsInTurn(int n) {
    int[] places = new int[n];
    int[] next = new int[classes()];
    for (int i = 0; i < n; i++) {
      int label = i % classes();
      int place = next[label];
      while (place < size && label(place) != label) {
        place++;
      }
      if (place == size) {
        throw new DataException(
            "%s has only %d images of label %s; take fewer"
                .formatted(name, i / classes(), classNames.get(label)));
      }
      places[i] = place;
      next[label] = place + 1;
    }
    return select(places);
  }

  /**
   * A copy of {@code n} images, as many of each class (the first classes have one more where n is
   * no multiple), drawn by the seed.
   *
   * @throws DataException without labels, with fewer images than classes, or when a class has too
   *     few
   */
  public ImageSet balanced(int n, long seed) {
    if (labels == null) {
      throw new DataException(name + " has no labels to choose images by");
    }
    int classes = classNames.size();
    if (n < classes) {
      throw new DataException(
          "%d labelled images are fewer than the %d classes of %s".formatted(n, classes, name));
    }
    int[] order = IntStream.range(0, size).toArray();
    var random = new SplitMix64().reset(seed, 0);
    int[] wanted = new int[classes];
    for (int k = 0; k < classes; k++) {
      wanted[k] = n / classes + (k < n % classes ? 1 : 0);
    }
    int[] chosen = new int[n];
    int found = 0;
    for (int i = 0; i < size && found < n; i++) {
      int j = i + random.nextInt(size - i);
      int image = order[j];
      order[j] = order[i];
      if (wanted[label(image)]-- > 0) {
        chosen[found++] = image;
      }
    }
    if (found < n) {
      throw new DataException(
          "%s has too few images of some class for %d with as many of each".formatted(name, n));
    }
    return select(chosen);
  }

  /**
   * A copy in which each value is 255 with probability value / 255, else 0: one Bernoulli draw
   * each, as likelihoods of binary images need. Draw {@code k} (counted from this set's first
   * value) is the {@code k}-th number of a SplitMix64 stream, so that the result depends on the
   * images and the seed alone, on every machine.
   */
  public ImageSet binarised(long seed) {
    long key = SplitMix64.key(seed, 0);
    int start = from * pixelsPerImage();
    byte[] drawn = new byte[size * pixelsPerImage()];
    for (int k = 0; k < drawn.length; k++) {
      // Uniform in 0..254: never below 0, always below 255, so black and white stay what they are.
      int threshold = (int) ((SplitMix64.at(key, k) >>> 32) * 255 >>> 32);
      drawn[k] = (byte) (threshold < (pixels[start + k] & 0xff) ? 255 : 0);
    }
    int[] sameLabels = labels == null ? null : Arrays.copyOfRange(labels, from, from + size);
    return new ImageSet(this, name + ", binarised", drawn, sameLabels, 0, size);
  }

  private int start(int i) {
    return (from + Objects.checkIndex(i, size)) * pixelsPerImage();
  }

  @Override
  public String toString() {
    return "%s: %d images of %d x %d x %d, %s"
        .formatted(
            name, size, height, width, channels, labelled() ? classes() + " classes" : "no labels");
  }
}
