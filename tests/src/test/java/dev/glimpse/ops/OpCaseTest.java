package dev.glimpse.ops;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Every op, its value and its gradients, with the kernels for this device and for GPUs. */
class OpCaseTest {
  @TestFactory
  Stream<DynamicNode> ownKernels() {
    return groups(TestDevices::own);
  }

  @TestFactory
  Stream<DynamicNode> gpuKernels() {
    return groups(TestDevices::withGpuKernels);
  }

  private static Stream<DynamicNode> groups(Supplier<Device> device) {
    return OpCases.all().entrySet().stream()
        .map(
            group ->
                dynamicTest(group.getKey(), () -> OpCheck.check(device.get(), group.getValue())));
  }
}
