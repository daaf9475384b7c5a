package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts Glimpse, with a JVM that only tells what it was started with. */
@Timeout(60)
class LauncherTest {
  @TempDir private Path folder;

  /** Takes the place of {@code java}, and of a build that is up to date. */
  private Path launcher(String java) throws IOException {
    Path script = Files.copy(Path.of("..", "glimpse"), folder.resolve("glimpse"));
    Path state = Files.createDirectories(folder.resolve("target/launcher"));
    Files.createFile(state.resolve("tools"));
    Files.createFile(state.resolve("app"));
    Path classes = Files.createDirectories(folder.resolve("java/target"));
    Files.createFile(classes.resolve("classpath.txt"));
    Path jvm = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(jvm, "#!/bin/sh\n" + java + "\n");
    assumeTrue(jvm.toFile().setExecutable(true), "a system that has scripts");
    return script;
  }

  @Test
  void filesOfAnyNameAreFoundInALocaleOfAsciiAlone() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/locale")), "a system that tells its locale");
    String script = launcher("locale charmap").toString();
    for (String locale : new String[] {"C", ""}) {
      var builder = new ProcessBuilder("bash", script, "devices").redirectErrorStream(true);
      builder.environment().keySet().removeIf(name -> name.matches("LC_.*|LANG|LD_PRELOAD"));
      builder.environment().put("LC_ALL", locale);
      builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
      Process process = builder.start();
      String told =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor(1, TimeUnit.MINUTES);
      assertEquals("UTF-8", told, "LC_ALL=" + locale);
    }
  }
}
