package dev.glimpse.graph;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.ops.BatchMoments;
import dev.glimpse.ops.BatchNormalize;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.Function;
import dev.glimpse.ops.LibraryBatchNorm;
import dev.glimpse.ops.Pointwise;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes one step of the two that batch normalisation is, and of the two that its gradient is, where
 * a vendor's library computes both together. The one step stands where the first of the two did.
 */
final class LibraryNorms {
  private final List<Step> steps;
  private final Map<Tensor, Integer> positions = new HashMap<>();
  private final Set<Step> gone = new HashSet<>();

  private LibraryNorms(List<Step> steps) {
    this.steps = steps;
    for (int i = 0; i < steps.size(); i++) {
      for (Tensor output : steps.get(i).outputs) {
        positions.put(output, i);
      }
    }
  }

  static List<Step> merge(List<Step> steps, DeviceInfo device) {
    var norms = new LibraryNorms(steps);
    var merged = new ArrayList<Step>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!norms.gone.contains(step)) {
        boolean served =
            !step.inputs.isEmpty() && LibraryBatchNorm.serves(device, step.inputs.get(0).shape());
        merged.add(served ? norms.merged(i) : step);
      }
    }
    return merged;
  }

  private Step merged(int position) {
    Step step = steps.get(position);
    if (step.op instanceof BatchMoments moments) {
      return forward(position, moments);
    }
    return step.op instanceof BatchNormalize.GradientSums ? gradient(position) : step;
  }

  private Step forward(int position, BatchMoments moments) {
    Step first = steps.get(position);
    List<Tensor> read = List.of(first.inputs.get(0), first.outputs.get(0), first.outputs.get(2));
    return second(position, step -> step.op instanceof BatchNormalize, read, 3, 4)
        .map(
            normalize ->
                new Step(
                    new LibraryBatchNorm(moments.epsilon()),
                    List.of(read.get(0), normalize.inputs.get(3), normalize.inputs.get(4)),
                    List.of(
                        normalize.outputs.get(0),
                        first.outputs.get(0),
                        first.outputs.get(1),
                        first.outputs.get(2)),
                    first.scope))
        .orElse(first);
  }

  private Step gradient(int position) {
    Step sums = steps.get(position);
    if (!(sums.inputs.get(2).node().op() instanceof BatchMoments moments)) {
      return sums;
    }
    return second(
            position,
            step -> isNormalizeGradient(step) && step.inputs.subList(5, 7).equals(sums.outputs),
            sums.inputs,
            4)
        .map(
            by -> {
              var inputs = new ArrayList<>(sums.inputs);
              inputs.add(by.inputs.get(4));
              return new Step(
                  new LibraryBatchNorm.Gradient(moments.epsilon()),
                  inputs,
                  List.of(by.outputs.get(0), sums.outputs.get(1), sums.outputs.get(0)),
                  sums.scope);
            })
        .orElse(sums);
  }

  private static boolean isNormalizeGradient(Step step) {
    return step.op instanceof Pointwise pointwise
        && pointwise.function() == Function.NORMALIZE_GRADIENT;
  }

  /**
   * The step that reads what the first one of a pair does, and takes it out of the list.
   *
   * @param read its first inputs
   * @param others the numbers of inputs that must be in memory before the first step
   */
  private Optional<Step> second(
      int position, Predicate<Step> kind, List<Tensor> read, int... others) {
    for (Step step : steps.subList(position + 1, steps.size())) {
      if (kind.test(step)
          && step.inputs.subList(0, read.size()).equals(read)
          && !gone.contains(step)
          && areThere(position, step, others)) {
        gone.add(step);
        return Optional.of(step);
      }
    }
    return Optional.empty();
  }

  private boolean areThere(int position, Step step, int[] others) {
    for (int other : others) {
      Tensor input = step.inputs.get(other);
      if (input.node().op() instanceof Constant || positions.getOrDefault(input, -1) >= position) {
        return false;
      }
    }
    return true;
  }
}
