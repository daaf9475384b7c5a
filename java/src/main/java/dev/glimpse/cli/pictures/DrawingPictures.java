package dev.glimpse.cli.pictures;

import dev.glimpse.cli.pictures.Drawing.Stage;
import dev.glimpse.io.AnimatedGif;
import dev.glimpse.io.Png;
import dev.glimpse.nn.GaussianGrid;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of a {@link Drawing}: as a GIF, and as a sheet of the canvases over the glimpses. The
 * window that reads is a green frame on the original, the one that writes a red frame on the
 * canvas; the wider its filters, the thicker the frame, as in Gregor et al. 2015.
 */
final class DrawingPictures {
  private static final int SCALE = 3;
  private static final int PADDING = 4;
  private static final int DELAY = 15;
  private static final int LAST_DELAY = 200;
  private static final int MOST_ROWS = 8;
  private static final int MOST_COLUMNS = 16;
  private static final Color GROUND = new Color(96, 96, 96);
  private static final Color READ = new Color(60, 220, 60);
  private static final Color WRITE = new Color(240, 60, 60);

  private final Drawing drawing;
  private final int width;
  private final int height;

  DrawingPictures(Drawing drawing) {
    this.drawing = drawing;
    width = drawing.shape().width() * SCALE;
    height = drawing.shape().height() * SCALE;
  }

  /** Images that a picture shows one above the other, an original above what is drawn of it. */
  private int tiles() {
    return drawing.originals() == null ? 1 : 2;
  }

  /** Writes an animation of all images, so many in a row. */
  void writeGif(Path file, int columns) {
    int rows = (drawing.count() + columns - 1) / columns;
    var frames = new ArrayList<BufferedImage>();
    for (Stage stage : drawing.glimpses()) {
      BufferedImage frame = ground(columns, rows);
      for (int i = 0; i < drawing.count(); i++) {
        paint(frame, i % columns, i / columns, stage, i);
      }
      frames.add(frame);
    }
    AnimatedGif.write(file, frames, DELAY, LAST_DELAY);
  }

  /** Writes a row for each of the first images: its canvas after glimpses that lie evenly. */
  void writeSheet(Path file) {
    List<Stage> glimpses = drawing.glimpses();
    int columns = Math.min(MOST_COLUMNS, glimpses.size());
    int rows = Math.min(MOST_ROWS, drawing.count());
    BufferedImage sheet = ground(columns, rows);
    for (int column = 0; column < columns; column++) {
      Stage stage = glimpses.get((column + 1) * glimpses.size() / columns - 1);
      for (int image = 0; image < rows; image++) {
        paint(sheet, column, image, stage, image);
      }
    }
    Png.write(file, sheet);
  }

  private BufferedImage ground(int columns, int rows) {
    var picture =
        new BufferedImage(
            columns * (width + PADDING) + PADDING,
            rows * (tiles() * height + PADDING) + PADDING,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(GROUND);
    graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    graphics.dispose();
    return picture;
  }

  /** Paints an image as it is after a glimpse, below its original if it has one. */
  private void paint(BufferedImage picture, int column, int row, Stage stage, int image) {
    var place =
        new Rectangle(
            PADDING + column * (width + PADDING),
            PADDING + row * (tiles() * height + PADDING),
            width,
            height);
    if (drawing.originals() != null) {
      GaussianGrid read = drawing.grid(stage.read(), image, drawing.readSize());
      paint(picture, place, drawing.originals(), image, read, drawing.readSize(), READ);
      place.translate(0, height);
    }
    GaussianGrid write = drawing.grid(stage.write(), image, drawing.writeSize());
    paint(picture, place, stage.canvas(), image, write, drawing.writeSize(), WRITE);
  }

  private void paint(
      BufferedImage picture,
      Rectangle place,
      FloatBuffer images,
      int image,
      GaussianGrid window,
      int size,
      Color colour) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = image * drawing.shape().height() + y / SCALE;
        pixel = pixel * drawing.shape().width() + x / SCALE;
        picture.setRGB(place.x + x, place.y + y, colour(images, pixel));
      }
    }
    if (window == null) {
      return;
    }
    Graphics2D graphics = picture.createGraphics();
    graphics.setClip(place);
    graphics.setColor(colour);
    graphics.setStroke(new BasicStroke((float) Math.min(2 * SCALE, 1 + window.deviation())));
    double side = (size - 1) * window.stride() * SCALE;
    double left = place.x + (window.x() + 0.5) * SCALE - side / 2;
    double top = place.y + (window.y() + 0.5) * SCALE - side / 2;
    graphics.draw(new Rectangle2D.Double(left, top, side, side));
    graphics.dispose();
  }

  private int colour(FloatBuffer images, int pixel) {
    int channels = drawing.shape().channels();
    int colour = 0;
    for (int c = 0; c < 3; c++) {
      float value = images.get(pixel * channels + Math.min(c, channels - 1));
      colour = colour << 8 | Math.round(Math.min(1f, Math.max(0f, value)) * 255);
    }
    return colour;
  }
}
