package dev.glimpse.graph;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.ops.ColumnSum;
import dev.glimpse.ops.ColumnSumHost;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves sums of columns into kernels of a CPU that read the same tensor anyway. (A GPU's
 * work-groups would wait for the one that sums, and a sum by many is done sooner.) Only sums that
 * no other step reads, as gradients are: so the order of steps is no question.
 */
final class ColumnSums {
  private ColumnSums() {}

  static List<Step> merge(List<Step> steps, DeviceInfo device) {
    if (!device.kind().isCpu()) {
      return steps;
    }
    Map<Tensor, Step> sumOf = new HashMap<>();
    for (Step step : steps) {
      if (step.op instanceof ColumnSum) {
        sumOf.put(step.inputs.get(0), step);
      }
    }
    for (Step step : steps) {
      step.inputs.forEach(input -> sumOf.values().removeIf(sum -> sum.outputs.contains(input)));
    }
    var hosts = new HashMap<Step, Step>();
    for (Step step : steps) {
      if (step.op instanceof ColumnSumHost host && host.sumsColumns()) {
        Step sum = sumOf.remove(step.inputs.get(host.summed()));
        if (sum != null) {
          var outputs = new ArrayList<>(step.outputs);
          outputs.addAll(sum.outputs);
          hosts.put(step, new Step(host.withColumnSum(), step.inputs, outputs, step.scope));
          hosts.put(sum, null);
        }
      }
    }
    var merged = new ArrayList<Step>();
    for (Step step : steps) {
      Step replaced = hosts.getOrDefault(step, step);
      if (replaced != null) {
        merged.add(replaced);
      }
    }
    return merged;
  }
}
