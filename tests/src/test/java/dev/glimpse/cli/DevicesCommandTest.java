package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Devices;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesCommandTest {
  @Test
  void marksTheBest() {
    DeviceInfo best = Devices.choose("best");
    List<String> lines = Cli.run("devices").succeeded().out().lines().toList();
    assertEquals(Devices.list().size() + 2, lines.size());
    assertEquals(1, lines.stream().filter(line -> line.startsWith("* " + best.id())).count());
    assertTrue(lines.stream().anyMatch(line -> line.contains(best.name())), lines::toString);
  }

  @Test
  void saysWhatToDoWhereThereIsNone(@TempDir Path empty) throws Exception {
    assumeTrue(Devices.list().stream().noneMatch(info -> info.id().startsWith("cuda:")));
    ProcessBuilder child = Cli.child("devices");
    Path classes = empty.resolve("classes");
    child.command().add(1, "-Xlog:class+load:file=" + classes);
    // Where the OpenCL loader looks for drivers.
    child.environment().put("OCL_ICD_VENDORS", empty.toString());
    Process process = child.start();
    assertEquals(
        "glimpse: no device found. CUDA has no driver (libcuda.so.1): install NVIDIA's, version 580 or"
            + " newer. OpenCL has no driver: install your GPU's, or pocl-opencl-icd for the CPU.",
        new String(process.getInputStream().readAllBytes()).strip());
    assertEquals(1, process.waitFor());
    String loaded = Files.readString(classes);
    assertTrue(loaded.contains("dev.glimpse.device.cuda.CudaBackend"));
    assertFalse(loaded.contains("org.bytedeco"), "nothing of CUDA is touched without a driver");
  }

  @Test
  void outputThatIsLostIsAFailure() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full));
    Process process =
        Cli.child("devices").redirectErrorStream(false).redirectOutput(full.toFile()).start();
    String told = new String(process.getErrorStream().readAllBytes()).strip();
    assertTrue(told.startsWith("glimpse: the output could not be written; "), told);
    assertEquals(1, told.lines().count(), told);
    assertEquals(1, process.waitFor());
  }

  @Test
  void namesAVersionOfCudaThatIsNotOurs(@TempDir Path folder) throws Exception {
    Files.createDirectory(folder.resolve("libcuda.so.1")); // Is there, and does not load.
    Path other = Files.createFile(folder.resolve("libcudart.so.12"));
    ProcessBuilder child = Cli.child("devices");
    child.environment().put("GLIMPSE_CUDA_LIBS", folder.toString());
    Process process = child.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(output.contains("libcudart.so.13 does not load (" + folder), output);
    assertTrue(output.contains(" Of another version is " + other + "."), output);
    assertEquals(0, process.waitFor());
  }
}
