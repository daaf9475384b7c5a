package dev.glimpse.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The real MNIST, for tests that need it: they are skipped where it is not at hand. */
public final class RealMnist {
  private RealMnist() {}

  /**
   * The folder that the environment variable GLIMPSE_MNIST names, or {@code ../shared/data/mnist}
   * beside the repository; without either the calling test is skipped.
   */
  public static Path folder() {
    String named = System.getenv("GLIMPSE_MNIST");
    if (named != null) {
      return Path.of(named);
    }
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path folder = up.resolveSibling("shared").resolve("data").resolve("mnist");
      if (Files.exists(up.resolve("kernels")) && Files.isDirectory(folder)) {
        return folder;
      }
    }
    Assumptions.abort("MNIST is not at hand: set GLIMPSE_MNIST to a folder with its four files");
    throw new AssertionError();
  }
}
