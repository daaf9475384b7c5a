package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The libraries of {@code src/test/native/cuda}, compiled: NVIDIA's, as far as they are called. */
final class FakeDriver {
  private static final int LIVE = 100_000;
  private static final int LAUNCHES = 100_001;
  private static final int GRAPH_LAUNCHES = 100_002;
  private static final int REFUSE_CAPTURE = 100_003;

  private FakeDriver() {}

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
    assumeTrue(
        List.of(System.getenv("PATH").split(":")).stream()
            .anyMatch(path -> Files.isExecutable(Path.of(path, "cc"))),
        "there is no C compiler (cc)");
    Path folder = Files.createTempDirectory("glimpse-cuda-");
    build(folder, "driver.c", "libcuda.so.1", "");
    build(folder, "runtime.c", "libcudart.so.13", "libcudart.so.13 { *; };");
    build(folder, "compiler.c", "libnvrtc.so.13", "libnvrtc.so.13 { *; };");
    for (String library : List.of("libcublasLt.so.13", "libcublas.so.13")) {
      build(folder, "blas.c", library, library + " { *; };", "-l:libcuda.so.1");
    }
    for (String part : List.of("graph", "ops", "adv", "cnn")) {
      String library = "libcudnn_" + part + ".so.9";
      String source = part.equals("adv") ? "rnn.c" : "dnn.c";
      build(folder, source, library, library + " { *; };", "-l:libcuda.so.1", "-lm");
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    return new CudaLibraries(List.of(folder));
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void build(
      Path folder, String source, String library, String versions, String... linked)
      throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve(source + ".map"), versions);
    var command =
        new ArrayList<>(
            List.of("cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"));
    command.addAll(List.of("-Wl,-soname," + library, "-o", folder.resolve(library).toString()));
    if (!versions.isEmpty()) {
      command.add("-Wl,--version-script=" + script);
    }
    command.add(Path.of("src/test/native/cuda", source).toString());
    command.add("-L" + folder);
    command.addAll(List.of(linked));
    Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(compiler.getInputStream().readAllBytes());
    assertEquals(true, compiler.waitFor(60, TimeUnit.SECONDS), "cc hangs");
    assertEquals(0, compiler.exitValue(), output);
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

  /** From now on no launch can be captured. */
  static void refuseCapture() {
    ask(REFUSE_CAPTURE);
  }
}
