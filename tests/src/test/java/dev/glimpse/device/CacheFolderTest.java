package dev.glimpse.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
  private static Path named(String glimpse, String xdg) {
    return CacheFolder.named("a", Map.of("GLIMPSE_CACHE", glimpse, "XDG_CACHE_HOME", xdg));
  }

  @Test
  void anEmptyVariableNamesNone() {
    Path home = Path.of(System.getProperty("user.home"));
    assertEquals(Path.of("/own/a"), named("/own", "/xdg"));
    assertEquals(Path.of("/xdg/glimpse/a"), named("", "/xdg"));
    assertEquals(home.resolve(".cache/glimpse/a"), named("", ""));
    assertEquals(home.resolve(".cache/glimpse/a"), CacheFolder.named("a", Map.of()));
  }
}
