package dev.glimpse.cli.pictures;

import java.nio.file.Path;

/** A picture of what a model can do, drawn again and again while it learns. */
interface EpochPicture extends AutoCloseable {
  /** Writes the picture; the same seed gives the same noise. */
  void write(Path file, long seed);

  @Override
  void close();
}
