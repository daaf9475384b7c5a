package dev.glimpse.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.Device;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What the license asks of whoever passes the jar on is in the jar. */
class LicenseTest {
  @Test
  void liesInTheJar() throws IOException {
    String jar = Device.class.getProtectionDomain().getCodeSource().getLocation().toString();
    URL license =
        Collections.list(getClass().getClassLoader().getResources("META-INF/LICENSE")).stream()
            .filter(url -> url.toString().contains(jar))
            .findFirst()
            .orElseThrow();
    try (InputStream text = license.openStream()) {
      String expected = Files.readString(Path.of("..", "LICENSE"));
      assertEquals(expected, new String(text.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
