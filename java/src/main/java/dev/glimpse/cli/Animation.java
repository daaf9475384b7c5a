package dev.glimpse.cli;

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

/**
 * The two pictures of a {@link Drawing}: an animated GIF, and beside it a sheet.
 *
 * @param columns images in a row of the GIF
 */
record Animation(Drawing drawing, int columns) {
  private static final String SUFFIX = ".gif";
  private static final int COLUMNS = 8;

  static Animation ofSamples(
      StepwiseModel model, ParameterStore store, DataShape shape, Sampler.Grid grid, long seed) {
    return new Animation(Drawing.ofSamples(model, store, shape, grid, seed), grid.columns());
  }

  static Animation ofReconstructions(
      SequentialModel model, ParameterStore store, DataShape shape, ImageSet images) {
    Drawing drawing = Drawing.ofReconstructions(model, store, shape, images);
    return new Animation(drawing, Math.min(COLUMNS, images.size()));
  }

  /** Where the GIF goes: as asked, or else into the samples of a run. */
  static Path file(Path asked, RunFolder run, String name) {
    if (asked == null) {
      return run.samples().resolve(name);
    }
    if (!asked.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX)) {
      throw new SettingException("--out: an animation is a file *.gif, not " + asked);
    }
    return asked;
  }

  /** Writes both pictures, {@code NAME.gif} and {@code NAME-sheet.png}, and says where they are. */
  List<Path> write(Path gif) {
    String name = gif.getFileName().toString();
    String sheetName = name.substring(0, name.length() - SUFFIX.length()) + "-sheet.png";
    Path sheet = gif.resolveSibling(sheetName);
    var pictures = new DrawingPictures(drawing);
    pictures.writeGif(gif, columns);
    pictures.writeSheet(sheet);
    return List.of(gif, sheet);
  }
}
