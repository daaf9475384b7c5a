package dev.glimpse.cli.pictures;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.SequentialModel;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.StepwiseModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How a model draws images, in two pictures: an animated GIF, and beside it a sheet. */
public final class Animation {
  /** The name, in a run's samples, of the GIF of new images. */
  public static final String DRAWING = "drawing.gif";

  /** And of test images that are drawn again. */
  public static final String REDRAWING = "redrawing.gif";

  private static final String SUFFIX = ".gif";
  private static final int COLUMNS = 8;

  private final Drawing drawing;

  /** Images in a row of the GIF. */
  private final int columns;

  private Animation(Drawing drawing, int columns) {
    this.drawing = drawing;
    this.columns = columns;
  }

  /** Of new images; the same seed gives the same ones. */
  public static Animation ofSamples(
      StepwiseModel model, ParameterStore store, DataShape shape, Sampler.Grid grid, long seed) {
    return new Animation(Drawing.ofSamples(model, store, shape, grid, seed), grid.columns());
  }

  /** Of given images, which are drawn again. */
  public static Animation ofReconstructions(
      SequentialModel model, ParameterStore store, DataShape shape, ImageSet images) {
    Drawing drawing = Drawing.ofReconstructions(model, store, shape, images);
    return new Animation(drawing, Math.min(COLUMNS, images.size()));
  }

  /**
   * Where the GIF goes: as asked, or else into the samples of a run.
   *
   * @param asked by the user, or null
   * @param name that it has in the run otherwise
   * @throws SettingException where what is asked is no GIF
   */
  public static Path file(Path asked, RunFolder run, String name) {
    if (asked == null) {
      return run.samples().resolve(name);
    }
    if (!asked.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX)) {
      throw new SettingException("--out: an animation is a file *.gif, not " + asked);
    }
    return asked;
  }

  /**
   * The pictures that are written to a GIF, {@code NAME.gif}: itself and {@code NAME-sheet.png}.
   */
  public static List<Path> files(Path gif) {
    String name = gif.getFileName().toString();
    String stem = name.substring(0, name.length() - SUFFIX.length());
    return List.of(gif, gif.resolveSibling(stem + "-sheet.png"));
  }

  /** Writes both pictures, and says where they are. */
  public List<Path> write(Path gif) {
    List<Path> files = files(gif);
    var pictures = new DrawingPictures(drawing);
    pictures.writeGif(gif, columns);
    pictures.writeSheet(files.get(1));
    return files;
  }
}
