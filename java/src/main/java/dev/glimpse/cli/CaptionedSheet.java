package dev.glimpse.cli;

import dev.glimpse.io.Png;
import dev.glimpse.train.DataShape;
import java.awt.Color;
import java.awt.Font;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Grids of images, one below the other, each under a caption. */
final class CaptionedSheet {
  private static final int CAPTION_HEIGHT = 26;
  private static final int BASELINE = 18;
  private static final int INDENT = 4;
  private static final int FONT_SIZE = 14;

  private final DataShape shape;
  private final int columns;
  private final List<Part> parts = new ArrayList<>();

  private record Part(String caption, BufferedImage grid) {}

  CaptionedSheet(DataShape shape, int columns) {
    this.shape = shape;
    this.columns = columns;
  }

  void add(String caption, FloatBuffer images) {
    parts.add(new Part(caption, Pictures.grid(images, shape, columns)));
  }

  /** The captions from top to bottom. */
  List<String> captions() {
    return parts.stream().map(Part::caption).toList();
  }

  /**
   * Writes the sheet.
   *
   * @return whether the captions are on it; they are not where Java has no fonts, as on a small
   *     server
   */
  boolean write(Path file) {
    int width = parts.stream().mapToInt(part -> part.grid.getWidth()).max().orElseThrow();
    int height = parts.stream().mapToInt(part -> CAPTION_HEIGHT + part.grid.getHeight()).sum();
    BufferedImage sheet = Png.ground(width, height, shape.channels());
    int top = 0;
    for (Part part : parts) {
      sheet.getRaster().setRect(0, top + CAPTION_HEIGHT, part.grid.getRaster());
      top += CAPTION_HEIGHT + part.grid.getHeight();
    }
    boolean captioned = drawCaptions(sheet);
    Png.write(file, sheet);
    return captioned;
  }

  private boolean drawCaptions(BufferedImage sheet) {
    try {
      var graphics = sheet.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
      graphics.setColor(Color.WHITE);
      int top = 0;
      for (Part part : parts) {
        graphics.drawString(part.caption, INDENT, top + BASELINE);
        top += CAPTION_HEIGHT + part.grid.getHeight();
      }
      graphics.dispose();
      return true;
    } catch (InternalError | NoClassDefFoundError | RuntimeException e) {
      // AWT's ways to say that it has no fonts.
      return false;
    }
  }
}
