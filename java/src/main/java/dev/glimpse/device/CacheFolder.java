package dev.glimpse.device;

import java.nio.file.Path;

/** Where a user's machine keeps what can be made again: compiled programs, measurements. */
public final class CacheFolder {
  private CacheFolder() {}

  /** A folder in {@code $GLIMPSE_CACHE}, else in {@code glimpse} in the user's cache folder. */
  public static Path named(String name) {
    String own = System.getenv("GLIMPSE_CACHE");
    if (own != null) {
      return Path.of(own).resolve(name);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base = xdg != null ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("glimpse").resolve(name);
  }
}
