package dev.glimpse.device;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where a user's machine keeps what can be made again: compiled programs, measurements. */
public final class CacheFolder {
  private CacheFolder() {}

  /** A folder in {@code $GLIMPSE_CACHE}, else in {@code glimpse} in the user's cache folder. */
  public static Path named(String name) {
    return named(name, System.getenv());
  }

  static Path named(String name, Map<String, String> environment) {
    Path users =
        folder(environment, "XDG_CACHE_HOME")
            .orElse(Path.of(System.getProperty("user.home"), ".cache"));
    return folder(environment, "GLIMPSE_CACHE").orElse(users.resolve("glimpse")).resolve(name);
  }

  /** An empty variable names no folder (XDG Base Directory Specification). */
  private static Optional<Path> folder(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable))
        .filter(value -> !value.isEmpty())
        .map(Path::of);
  }
}
