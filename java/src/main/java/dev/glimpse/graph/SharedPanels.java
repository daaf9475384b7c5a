package dev.glimpse.graph;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Lets products that pack the same matrix pack it once: the steps of a recurrent network, which all
 * multiply by the same weights.
 */
final class SharedPanels {
  private SharedPanels() {}

  private record Packed(Tensor matrix, boolean transposed) {}

  static List<Step> share(List<Step> steps, DeviceInfo device) {
    var readers = new HashMap<Packed, Integer>();
    for (Step step : steps) {
      if (packs(step, device)) {
        readers.merge(packed(step), 1, Integer::sum);
      }
    }
    var shared = new ArrayList<Step>();
    for (Step step : steps) {
      boolean alone = !packs(step, device) || readers.get(packed(step)) == 1;
      shared.add(
          alone
              ? step
              : new Step(
                  ((MatMul) step.op).withSharedPanels(), step.inputs, step.outputs, step.scope));
    }
    return shared;
  }

  private static boolean packs(Step step, DeviceInfo device) {
    return step.op instanceof MatMul product
        && product.packs(device, step.inputs.stream().map(Tensor::shape).toList());
  }

  private static Packed packed(Step step) {
    return new Packed(step.inputs.get(1), ((MatMul) step.op).transposeB());
  }
}
