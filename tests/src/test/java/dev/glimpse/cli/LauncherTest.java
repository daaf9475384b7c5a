package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts Glimpse, with a JVM that only tells what it was started with. */
@Timeout(60)
class LauncherTest {
  @TempDir private Path folder;

  /** Takes the place of {@code java} and {@code mvn}, and of a build that is up to date. */
  private void install(String java) throws IOException {
    Files.copy(Path.of("..", "glimpse"), folder.resolve("glimpse"));
    Path tools = Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(tools.resolve("java"), "#!/bin/sh\n" + java + "\n");
    Files.writeString(tools.resolve("mvn"), "#!/bin/sh\n");
    for (String tool : new String[] {"java", "mvn"}) {
      assumeTrue(tools.resolve(tool).toFile().setExecutable(true), "a system that has scripts");
    }
    Path state = Files.createDirectories(folder.resolve("target/launcher"));
    Files.writeString(state.resolve("tools"), tools.resolve("java").toRealPath().toString());
    Files.createDirectories(folder.resolve("java/target"));
    Files.createFile(folder.resolve("java/target/classpath.txt"));
    Files.createFile(state.resolve("app"));
  }

  /** What it tells, on both ways. */
  private String launch(String locale) throws IOException, InterruptedException {
    String script = folder.resolve("glimpse").toString();
    var builder = new ProcessBuilder("bash", script, "devices").redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("LC_.*|LANG|LD_PRELOAD"));
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder
        .environment()
        .merge("PATH", folder.resolve("jdk/bin").toString(), (p, t) -> t + ":" + p);
    Process process = builder.start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor(1, TimeUnit.MINUTES);
    return told.strip();
  }

  @Test
  void filesOfAnyNameAreFoundInALocaleOfAsciiAlone() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/locale")), "a system that tells its locale");
    install("locale charmap");
    assertEquals("UTF-8", launch("C"));
    assertEquals("UTF-8", launch(""));
  }

  @Test
  void whateverCameLaterIsBuilt() throws IOException, InterruptedException {
    install("echo started");
    String building = "glimpse: building (once) ...\nstarted";
    assertEquals("started", launch("C"));

    // As rsync or tar leave it.
    Path source = Files.createFile(folder.resolve("pom.xml"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
    assertEquals(building, launch("C"));
    assertEquals("started", launch("C"));

    Files.writeString(folder.resolve("java/target/classpath.txt"), "nowhere.jar:nothing.jar");
    assertEquals(building, launch("C"));
  }
}
