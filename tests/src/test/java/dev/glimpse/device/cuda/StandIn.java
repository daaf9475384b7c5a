package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What stands in for an NVIDIA card: the libraries of {@code src/test/native/cuda}, compiled. */
final class StandIn {
  private static final int LIVE = 100_000;
  private static final int LAUNCHES = 100_001;
  private static final int GRAPH_LAUNCHES = 100_002;
  private static final int REFUSE_CAPTURE = 100_003;
  private static final int CAPABILITY = 200_000;

  private StandIn() {}

  private static CudaLibraries libraries;

  /**
   * Builds them, once for the JVM, which can load them only once; skips the test where that is
   * impossible, or out of place.
   */
  static synchronized CudaLibraries libraries() throws IOException, InterruptedException {
    if (libraries == null) {
      libraries = build();
    }
    return libraries;
  }

  private static CudaLibraries build() throws IOException, InterruptedException {
    assumeFalse(CudaLibraries.ofUser().hasDriver(), "NVIDIA's own driver is here: it is tested");
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "the presets for linux-x86_64 are on the class path");
    for (String compiler : List.of("cc", "c++")) {
      assumeTrue(
          Stream.of(System.getenv("PATH").split(":"))
              .anyMatch(path -> Files.isExecutable(Path.of(path, compiler))),
          "there is no compiler " + compiler);
    }
    Path folder = Files.createTempDirectory("glimpse-cuda-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    Process script =
        new ProcessBuilder("src/test/native/cuda/build.sh", folder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, script.waitFor(), output);
    return new CudaLibraries(List.of(folder));
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int ask(int attribute) {
    return CudaDriver.attribute(CudaDriver.handle(0), attribute);
  }

  /** Native objects that nobody released: contexts, streams, memory, modules, events, graphs. */
  static int live() {
    return ask(LIVE);
  }

  /** Kernels launched one by one so far. */
  static int launches() {
    return ask(LAUNCHES);
  }

  /** Graphs launched so far. */
  static int graphLaunches() {
    return ask(GRAPH_LAUNCHES);
  }

  /**
   * The device gets another compute capability.
   *
   * @return the one before
   */
  static int become(int capability) {
    int before = CudaDriver.capability(CudaDriver.handle(0));
    ask(CAPABILITY + capability);
    return before;
  }

  /** Until this is called again, no launch can be captured. */
  static void refuseCapture() {
    ask(REFUSE_CAPTURE);
  }
}
