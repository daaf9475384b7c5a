package dev.glimpse.cli.pictures;

import dev.glimpse.io.Png;
import dev.glimpse.train.DataShape;
import java.awt.Color;
import java.awt.Font;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Grids of images, each under a caption, one below the other or several side by side. */
public final class CaptionedSheet {
  private static final int CAPTION_HEIGHT = 26;
  private static final int BASELINE = 18;
  private static final int INDENT = 4;
  private static final int FONT_SIZE = 14;

  /** What a caption needs for a letter, at most. */
  private static final int LETTER_WIDTH = 9;

  private final DataShape shape;
  private final int columns;
  private final int across;
  private final List<Part> parts = new ArrayList<>();

  private record Part(String caption, BufferedImage grid) {}

  /**
   * Grids one below the other.
   *
   * @param columns images in a row of a grid
   */
  public CaptionedSheet(DataShape shape, int columns) {
    this(shape, columns, 1);
  }

  /**
   * Grids side by side, in rows.
   *
   * @param columns images in a row of a grid
   * @param across grids side by side, all with as many images
   */
  public CaptionedSheet(DataShape shape, int columns, int across) {
    this.shape = shape;
    this.columns = columns;
    this.across = across;
  }

  /**
   * Adds a grid.
   *
   * @param images {@code [N, H W C]}
   */
  public void add(String caption, FloatBuffer images) {
    parts.add(new Part(caption, Pictures.grid(images, shape, columns)));
  }

  /** The captions from top to bottom, and in a row from left to right. */
  List<String> captions() {
    return parts.stream().map(Part::caption).toList();
  }

  /**
   * Writes the sheet.
   *
   * @return whether the captions are on it; they are not where Java has no fonts, as on a small
   *     server
   */
  public boolean write(Path file) {
    int[] left = new int[parts.size()];
    int[] top = new int[parts.size()];
    int each = parts.stream().mapToInt(this::width).max().orElseThrow();
    int height = 0;
    for (int i = 0; i < parts.size(); i++) {
      left[i] = i % across * each;
      top[i] = i % across == 0 ? height : top[i - 1];
      height = Math.max(height, top[i] + CAPTION_HEIGHT + parts.get(i).grid.getHeight());
    }
    int width = each * Math.min(across, parts.size());
    BufferedImage sheet = Png.ground(width, height, shape.channels());
    for (int i = 0; i < parts.size(); i++) {
      sheet.getRaster().setRect(left[i], top[i] + CAPTION_HEIGHT, parts.get(i).grid.getRaster());
    }
    boolean captioned = drawCaptions(sheet, left, top);
    Png.write(file, sheet);
    return captioned;
  }

  /** Of a column; wide enough for captions where others stand beside them. */
  private int width(Part part) {
    int letters = across == 1 ? 0 : 2 * INDENT + LETTER_WIDTH * part.caption.length();
    return Math.max(letters, part.grid.getWidth());
  }

  /** Writes the sheet, and prints its path; where it cannot have captions, these first. */
  public void write(Path file, PrintWriter console) {
    if (!write(file)) {
      console.println("this Java has no fonts for captions; the picture shows, from the top:");
      captions().forEach(caption -> console.println("  " + caption));
    }
    console.println(file);
  }

  private boolean drawCaptions(BufferedImage sheet, int[] left, int[] top) {
    try {
      var graphics = sheet.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
      graphics.setColor(Color.WHITE);
      for (int i = 0; i < parts.size(); i++) {
        graphics.drawString(parts.get(i).caption, left[i] + INDENT, top[i] + BASELINE);
      }
      graphics.dispose();
      return true;
    } catch (InternalError | LinkageError | RuntimeException e) {
      // AWT's ways to say that it has no fonts.
      return false;
    }
  }
}
