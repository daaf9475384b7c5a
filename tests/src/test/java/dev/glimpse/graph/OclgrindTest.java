package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernels in the simulator Oclgrind, which sees what a device does not: accesses out of bounds,
 * data races, use of uninitialised memory. A JVM loads OpenCL by itself, so Oclgrind's launcher
 * cannot step in between; it is used as a driver instead.
 */
class OclgrindTest {
  /** LSTMs over a sequence, slow to simulate, have no kernels of their own and are left out. */
  private static final List<String> OPS =
      List.of(
          "functions",
          "broadcasting",
          "products",
          "reductions",
          "views",
          "epilogues",
          "mean",
          "convolutions",
          "resizing",
          "normalizations",
          "first axis",
          "lstm",
          "attention",
          "attention to colours",
          "attention to a column");

  /** What is too wide for the smallest tile of a work-group. */
  private static final List<String> WIDE =
      List.of("wide products", "wide convolutions", "shared panels");

  /** Oclgrind 21.10 knows no restrict of inlined functions. */
  private static final String BUILD = "-Drestrict=";

  /** Its check of uninitialised memory also fails on what the optimiser makes of a modulus. */
  private static final String BUILD_PLAIN = BUILD + " -cl-opt-disable";

  /** So few steps of a product at once that our small ones have more than one block of them. */
  private static final String SHORT_BLOCKS = " -DTILE_K=8";

  @TempDir Path folder;

  @Test
  void cpuKernelsStayInBounds() throws Exception {
    simulate("CPU", OPS, BUILD);
    simulate("CPU", WIDE, BUILD);
    simulate("CPU", List.of("convolution epilogues", "random", "training"), BUILD);
    simulate("CPU", List.of("small convolutions of 5 x 5", "small convolutions of 4 x 4"), BUILD);
  }

  @Test
  void gpuKernelsStayInBounds() throws Exception {
    simulate("OTHER_GPU", WIDE, BUILD + SHORT_BLOCKS);
    simulate("OTHER_GPU", List.of("random", "training"), BUILD);
  }

  /**
   * Not of products and random numbers: Oclgrind crashes on their shuffles. Nor of attention, whose
   * lines are padded to vectors: what is in the padding is dropped, which Oclgrind does not see.
   */
  @Test
  void cpuKernelsReadWhatWasWritten() throws Exception {
    var names = new ArrayList<>(OPS);
    names.removeAll(List.of("products", "views", "epilogues"));
    names.removeIf(name -> name.startsWith("attention"));
    simulate("CPU", names, BUILD_PLAIN, "OCLGRIND_UNINITIALIZED");
  }

  /**
   * Not of training: Oclgrind forgets a buffer's content when a part of it is written. Nor of the
   * first axis, which takes long and has no kernels of its own.
   */
  @Test
  void gpuKernelsReadWhatWasWritten() throws Exception {
    var names = new ArrayList<>(OPS);
    names.remove("first axis");
    simulate("OTHER_GPU", names, BUILD_PLAIN + SHORT_BLOCKS, "OCLGRIND_UNINITIALIZED");
  }

  @Test
  void whatStandsAroundALibrarysCallsStaysInBounds() throws Exception {
    simulate(
        "OTHER_GPU",
        List.of("lstm sequences by a library", "convolutions by a library"),
        BUILD_PLAIN + SHORT_BLOCKS);
  }

  private void simulate(String kind, List<String> names, String options, String... checks)
      throws IOException, InterruptedException {
    Path driver = driver();
    Path vendors = Files.createDirectories(folder.resolve("vendors"));
    Files.writeString(vendors.resolve("oclgrind.icd"), driver + "\n");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(KernelSuite.class.getName(), kind));
    command.addAll(names);
    Path output = folder.resolve("output");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    for (String check : checks) {
      builder.environment().put(check, "1");
    }
    builder.environment().put("OCLGRIND_DATA_RACES", "1");
    builder.environment().put("OCLGRIND_BUILD_OPTIONS", options);
    builder.environment().put("OCL_ICD_VENDORS", vendors + "/");
    builder.environment().put("GLIMPSE_CACHE", folder.resolve("cache").toString());
    int status =
        builder.redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertEquals("", said, "a correct kernel gives it no reason to say anything");
    assertEquals(0, status);
    try (Stream<Path> programs = Files.list(folder.resolve("cache").resolve("programs"))) {
      assertTrue(programs.findAny().isPresent(), "the driver keeps no programs, so Glimpse does");
    }
  }

  /** Oclgrind's driver, which lies in the library folder beside the launcher's. */
  private static Path driver() throws IOException {
    for (String bin : System.getenv("PATH").split(":")) {
      Path launcher = Path.of(bin, "oclgrind");
      if (Files.isExecutable(launcher)) {
        Path library = launcher.toRealPath().getParent().resolveSibling("lib");
        var found =
            Stream.of("oclgrind/liboclgrind-rt-icd.so", "liboclgrind-rt-icd.so")
                .map(library::resolve)
                .filter(Files::exists)
                .findFirst();
        assumeTrue(found.isPresent(), "oclgrind was built without its OpenCL driver");
        return found.get();
      }
    }
    assumeTrue(false, "oclgrind is not installed");
    throw new IllegalStateException();
  }
}
