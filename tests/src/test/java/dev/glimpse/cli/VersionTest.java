package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.export.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void isThatOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    assertTrue(pom.contains("<version>" + Version.NUMBER + "</version>"));
    assertTrue(
        Cli.run("--version").succeeded().out().startsWith("glimpse " + Version.NUMBER + "\n"));
  }
}
