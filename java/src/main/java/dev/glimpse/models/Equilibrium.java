package dev.glimpse.models;

import dev.glimpse.graph.Gate;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Settings;
import java.util.List;

/**
 * Keeps two players in balance, as the published code of Larsen et al. 2016 does: who wins by more
 * than a margin, in nats per decision, pauses. The discriminator pauses when it tells real images
 * or fake ones too well, the generator when it tells either too badly; where both would, neither
 * does.
 *
 * @param level the loss of a discriminator at the equilibrium, ln 2 for pure guessing
 * @param margin how far losses may be from it; 0 where nobody ever pauses
 */
record Equilibrium(
    float level, float margin, Parameter generatorSteps, Parameter discriminatorSteps) {
  static Settings define(Settings settings) {
    return settings
        .define("equilibrium", 0.68, 0, "loss of the discriminator, in nats, at the equilibrium")
        .define("margin", 0.0, 0, "who wins by more, in nats, pauses; 0: nobody ever does");
  }

  static Equilibrium of(Settings settings) {
    return new Equilibrium(
        (float) settings.number("equilibrium"),
        (float) settings.number("margin"),
        count("generator.steps"),
        count("discriminator.steps"));
  }

  private static Parameter count(String name) {
    return new Parameter(name, Shape.of(1), Initializer.constant(0));
  }

  private boolean gates() {
    return margin > 0;
  }

  /** Where it must be kept how often each player has moved. */
  List<Parameter> counts() {
    return gates() ? List.of(generatorSteps, discriminatorSteps) : List.of();
  }

  /**
   * When the discriminator moves: both losses are above the lower margin, or the other would rest.
   */
  Gate discriminator(Tensor realLoss, Tensor fakeLoss) {
    if (!gates()) {
      return null;
    }
    return new Gate(
        Ops.maximum(
            bothAbove(level - margin, realLoss, fakeLoss),
            not(bothBelow(level + margin, realLoss, fakeLoss))),
        discriminatorSteps);
  }

  /** When the generator moves: both losses are below the upper margin, or the other would rest. */
  Gate generator(Tensor realLoss, Tensor fakeLoss) {
    if (!gates()) {
      return null;
    }
    return new Gate(
        Ops.maximum(
            bothBelow(level + margin, realLoss, fakeLoss),
            not(bothAbove(level - margin, realLoss, fakeLoss))),
        generatorSteps);
  }

  private static Tensor bothAbove(float least, Tensor realLoss, Tensor fakeLoss) {
    Tensor low = Ops.constant(least, Shape.SCALAR);
    return Ops.multiply(Ops.greater(realLoss, low), Ops.greater(fakeLoss, low));
  }

  private static Tensor bothBelow(float most, Tensor realLoss, Tensor fakeLoss) {
    Tensor high = Ops.constant(most, Shape.SCALAR);
    return not(Ops.maximum(Ops.greater(realLoss, high), Ops.greater(fakeLoss, high)));
  }

  private static Tensor not(Tensor zeroOrOne) {
    return Ops.subtract(Ops.constant(1, Shape.SCALAR), zeroOrOne);
  }
}
