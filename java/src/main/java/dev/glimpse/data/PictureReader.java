package dev.glimpse.data;

import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads a picture file of any kind that ImageIO knows, cuts out the largest square in its middle
 * and scales that, or takes it whole. Transparent parts lie on white. Values are taken as the file
 * has them: colour profiles are not applied, nor is the orientation that a camera notes in EXIF.
 */
final class PictureReader {
  /** More pixels than any camera has: what claims more would only use up the memory. */
  private static final int MAX_PIXELS = 1 << 27;

  private final BufferedImage picture;
  private final ColorModel colours;
  private final float[] scales;
  private int[] samples;

  private PictureReader(BufferedImage picture) throws IOException {
    this.picture = picture;
    this.colours = picture.getColorModel();
    int space = colours.getColorSpace().getType();
    if (space != ColorSpace.TYPE_GRAY && space != ColorSpace.TYPE_RGB) {
      throw new IOException("its colours are neither grey nor red, green and blue");
    }
    scales = new float[colours.getNumComponents()];
    for (int band = 0; band < scales.length; band++) {
      int bits = colours.getComponentSize(band);
      if (bits > 16) {
        throw new IOException("it has " + bits + " bits per value, more than 16");
      }
      scales[band] = 255f / ((1 << bits) - 1);
    }
  }

  /**
   * Reads one picture into {@code [size, size, channels]} bytes from {@code offset} on.
   *
   * @throws IOException if it cannot be read, or its decoder warns of damage
   */
  static void read(Path file, ImageFormat format, byte[] into, int offset) throws IOException {
    try (var stream = new FileImageInputStream(file.toFile())) {
      read(
          stream,
          true,
          reader -> {
            reader.scale(format, into, offset);
            return into;
          });
    }
  }

  /** Reads one picture as it is. */
  static WholePicture readWhole(byte[] file) throws IOException {
    try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      return read(stream, false, PictureReader::whole);
    }
  }

  private static <T> T read(ImageInputStream stream, boolean square, Function<PictureReader, T> use)
      throws IOException {
    try {
      return use.apply(new PictureReader(decode(stream, square)));
    } catch (EOFException e) {
      throw new IOException("it is truncated", e);
    } catch (RuntimeException e) {
      // Decoders meet damaged files with any exception, such as ArrayIndexOutOfBoundsException.
      throw new IOException("its decoder fails: " + e, e);
    }
  }

  private static BufferedImage decode(ImageInputStream stream, boolean square) throws IOException {
    var readers = ImageIO.getImageReaders(stream);
    if (!readers.hasNext()) {
      throw new IOException("it is no picture of a kind that Java reads");
    }
    ImageReader reader = readers.next();
    try {
      return decode(reader, stream, square);
    } finally {
      reader.dispose();
    }
  }

  private static BufferedImage decode(ImageReader reader, ImageInputStream stream, boolean square)
      throws IOException {
    var warnings = new StringBuilder();
    reader.addIIOReadWarningListener((source, warning) -> warnings.append(warning).append(' '));
    reader.setInput(stream, true, true);
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    int side = Math.min(width, height);
    var part =
        square
            ? new Rectangle((width - side) / 2, (height - side) / 2, side, side)
            : new Rectangle(width, height);
    if ((long) part.width * part.height > MAX_PIXELS) {
      throw new IOException("it has %d x %d pixels, too many".formatted(width, height));
    }
    var region = reader.getDefaultReadParam();
    region.setSourceRegion(part);
    BufferedImage picture = reader.read(0, region);
    // The JPEG decoder fills what is missing of a truncated file with grey, and only warns.
    if (!warnings.isEmpty()) {
      throw new IIOException("it is damaged: " + warnings.toString().strip());
    }
    return picture;
  }

  private void scale(ImageFormat format, byte[] into, int offset) {
    int side = picture.getWidth();
    int channels = format.channels();
    int rowLength = format.size() * channels;
    var filter = new TriangleFilter(side, format.size());
    float[] row = new float[side * channels];
    float[] narrow = new float[side * rowLength];
    for (int y = 0; y < side; y++) {
      readRow(y, row, channels);
      for (int c = 0; c < channels; c++) {
        filter.apply(row, c, narrow, y * rowLength + c, channels);
      }
    }
    float[] scaled = new float[format.bytes()];
    for (int x = 0; x < rowLength; x++) {
      filter.apply(narrow, x, scaled, x, rowLength);
    }
    for (int i = 0; i < scaled.length; i++) {
      into[offset + i] = (byte) Math.round(scaled[i]);
    }
  }

  private WholePicture whole() {
    int height = picture.getHeight();
    int length = 3 * picture.getWidth();
    float[] values = new float[height * length];
    float[] row = new float[length];
    for (int y = 0; y < height; y++) {
      readRow(y, row, 3);
      System.arraycopy(row, 0, values, y * length, length);
    }
    return new WholePicture(height, picture.getWidth(), values);
  }

  private void readRow(int y, float[] row, int channels) {
    Raster raster = picture.getRaster();
    int bands = raster.getNumBands();
    samples = raster.getPixels(0, y, picture.getWidth(), 1, samples);
    for (int x = 0; x < picture.getWidth(); x++) {
      if (colours instanceof IndexColorModel palette) {
        int argb = palette.getRGB(samples[x]);
        put(row, x, channels, argb >> 16 & 255, argb >> 8 & 255, argb & 255, argb >>> 24);
      } else {
        // Samples as they are: getRGB would bend greys by its colour conversion.
        int green = colours.getNumColorComponents() == 1 ? 0 : 1;
        float opacity = colours.hasAlpha() ? value(x * bands, bands - 1) : 255;
        put(
            row,
            x,
            channels,
            value(x * bands, 0),
            value(x * bands, green),
            value(x * bands, 2 * green),
            opacity);
      }
    }
  }

  private float value(int pixel, int band) {
    return samples[pixel + band] * scales[band];
  }

  private static void put(
      float[] row, int x, int channels, float red, float green, float blue, float opacity) {
    float white = 255 - opacity;
    float cover = opacity / 255;
    if (channels == 1) {
      // The luma of ITU-R BT.601.
      row[x] = (0.299f * red + 0.587f * green + 0.114f * blue) * cover + white;
    } else {
      row[3 * x] = red * cover + white;
      row[3 * x + 1] = green * cover + white;
      row[3 * x + 2] = blue * cover + white;
    }
  }
}
