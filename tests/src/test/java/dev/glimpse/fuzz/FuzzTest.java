package dev.glimpse.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FuzzTest {
  private static final int SECONDS = 6;
  private static final int FEWEST_RUNS = 20;

  @TempDir private Path folder;

  /** The fuzzer starts from files that are read to their end, and some that are not are refused. */
  @ParameterizedTest
  @EnumSource(Reader.class)
  void seedsAreValid(Reader reader) throws IOException {
    for (byte[] seed : Seeds.of(reader)) {
      assertTrue(reader.read(seed, folder));
      assertFalse(reader.read(Arrays.copyOf(seed, seed.length / 2), folder));
    }
  }

  /** What a reader must not throw reaches the fuzzer: here the error of a folder that is none. */
  @ParameterizedTest
  @EnumSource(Reader.class)
  void anythingElseIsAFinding(Reader reader) throws IOException {
    byte[] seed = Seeds.of(reader).get(0);
    assertThrows(IOException.class, () -> reader.read(seed, folder.resolve("none")));
  }

  /** In a process of its own, with little memory, as {@code ./glimpse fuzz all} does it. */
  @Test
  void aShortRunFindsNothing() throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "all",
                String.valueOf(SECONDS)));
    int exit =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String output = Files.readString(log);
    assertEquals(0, exit, output);
    Matcher done = Pattern.compile("Done (\\d+) runs").matcher(output);
    assertTrue(done.find() && Integer.parseInt(done.group(1)) > FEWEST_RUNS, output);
  }
}
