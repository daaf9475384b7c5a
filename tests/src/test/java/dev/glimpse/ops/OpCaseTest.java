package dev.glimpse.ops;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.glimpse.device.Device;
import dev.glimpse.device.LibraryCall.Kind;
import dev.glimpse.device.TestDevices;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Every op, its value and its gradients, with the kernels for this device and for GPUs. */
class OpCaseTest {
  @TestFactory
  Stream<DynamicNode> brief() {
    return checkAllKernels(OpCases.brief());
  }

  @TestFactory
  Stream<DynamicNode> sizes() {
    return checkAllKernels(OpCases.sizes());
  }

  @TestFactory
  Stream<DynamicNode> exceptions() {
    return check("own kernels", TestDevices::own, OpCases.exceptions());
  }

  /** What ops ask of a vendor's library, and the launches around it. */
  @TestFactory
  Stream<DynamicNode> libraries() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    for (String group :
        List.of(
            "products",
            "views",
            "epilogues",
            "shared panels",
            "convolutions",
            "convolution epilogues",
            "normalizations",
            "lstm sequences")) {
      groups.put(group, OpCases.brief().get(group));
    }
    groups.put("windows", OpCases.sizes().get("convolutions by windows"));
    groups.put("tall sums", OpCases.exceptions().get("tall sums"));
    groups.put("linear epilogues", LinearEpilogueCases.of(7, 15, 3));
    Set<Kind> kinds = EnumSet.of(Kind.GEMM, Kind.CONVOLUTION, Kind.BATCH_NORM, Kind.LSTM);
    return Stream.concat(
        check("a library in Java", () -> TestDevices.withLibraries(kinds, true), groups),
        check("one that refuses", () -> TestDevices.withLibraries(kinds, false), groups));
  }

  /** Tests open devices with {@code deterministic}, which leaves a vendor's LSTM out. */
  @TestFactory
  Stream<DynamicNode> sequencesByTheDevicesLibrary() {
    return Stream.of(
        dynamicTest(
            "lstm sequences",
            () -> {
              try (Device device = TestDevices.openNondeterministic()) {
                Assumptions.assumeTrue(
                    device.info().libraries().contains(Kind.LSTM), "no library here has an LSTM");
                OpCheck.check(device, OpCases.brief().get("lstm sequences"));
                OpCheck.check(device, RecurrentCases.sequences(7, 33, 64, 1, 5));
              }
            }));
  }

  private static Stream<DynamicNode> checkAllKernels(Map<String, List<OpCase>> groups) {
    Stream<DynamicNode> own = check("own kernels", TestDevices::own, groups);
    return TestDevices.info().kind().isCpu()
        ? Stream.concat(own, check("GPU kernels", TestDevices::withGpuKernels, groups))
        : own;
  }

  private static Stream<DynamicNode> check(
      String kernels, Supplier<Device> device, Map<String, List<OpCase>> groups) {
    return groups.entrySet().stream()
        .map(
            group ->
                dynamicTest(
                    kernels + ": " + group.getKey(),
                    () -> OpCheck.check(device.get(), group.getValue())));
  }
}
