package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Settings;
import java.util.List;
import org.junit.jupiter.api.Test;

class EquilibriumTest {
  private static final float LOW = 0.5f;
  private static final float HIGH = 0.9f;

  /** Each loss below, between and above the margins, by the rule of the published code. */
  @Test
  void whoWinsByTooMuchPauses() {
    var settings = Equilibrium.define(new Settings());
    settings.set("equilibrium", "0.7");
    settings.set("margin", "0.2");
    Equilibrium equilibrium = Equilibrium.of(settings);
    Tensor real = Tensor.of(new Input("real", Shape.SCALAR));
    Tensor fake = Tensor.of(new Input("fake", Shape.SCALAR));
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("discriminator", equilibrium.discriminator(real, fake).open())
                .output("generator", equilibrium.generator(real, fake).open())
                .build()) {
      for (float r : new float[] {0.3f, 0.7f, 1.1f}) {
        for (float f : new float[] {0.3f, 0.7f, 1.1f}) {
          boolean discriminator = r >= LOW && f >= LOW;
          boolean generator = r <= HIGH && f <= HIGH;
          if (!discriminator && !generator) {
            discriminator = true;
            generator = true;
          }
          plan.set("real", r);
          plan.set("fake", f);
          plan.run();
          String losses = r + " and " + f;
          assertEquals(discriminator ? 1 : 0, plan.read("discriminator").get(0), losses);
          assertEquals(generator ? 1 : 0, plan.read("generator").get(0), losses);
        }
      }
    }
  }
}
