package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.ImageSet;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.nn.CouplingFlow;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Settings;
import dev.glimpse.train.SmallTraining;
import dev.glimpse.train.Trainer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodePriorTest {
  @TempDir private Path folder;

  /** An untrained flow is the standard normal distribution. */
  @Test
  void theEstimateOfAFlowsDivergenceIsUnbiased() {
    var flow = new CodePrior.Flow(new CouplingFlow("prior", 2, 0, 2, 4));
    var parameters = List.of(ParameterSet.of("prior", flow.parameters()));
    Shape codes = Shape.of(50_000, 2);
    var posterior = new Gaussian(Ops.constant(0.5f, codes), Ops.constant(-1, codes));
    Tensor estimate = flow.kl(posterior, null, posterior.sample());
    try (var store = new ParameterStore(TestDevices.own(), parameters, 1);
        Plan plan =
            new PlanBuilder(store)
                .output("estimate", Ops.mean(estimate))
                .output("exact", Ops.mean(posterior.klFromStandard()))
                .build()) {
      plan.run();
      assertEquals(plan.read("exact").get(0), plan.read("estimate").get(0), 0.02);
    }
  }

  /** The digits have labels, which a model without labels is not told. */
  @ParameterizedTest
  @ValueSource(strings = {"vaegan", "cvaegan"})
  void aFlowTakesTheShapeOfAGansCodes(String name) {
    Settings settings =
        SmallTraining.settings(
            name,
            "width=4",
            "latent=4",
            "beta=0.01",
            "prior=flow",
            "prior.steps=2",
            "prior.width=16",
            "train.epochs=3",
            "train.lr=0.002");
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), name, settings, folder.resolve("run"))) {
      double fromFlow = trainer.train().orElseThrow().values().get("kl");
      double fromStandard = divergenceFromStandard(trainer);
      assertTrue(fromFlow < 0.9 * fromStandard, () -> fromFlow + " of " + fromStandard);
    }
  }

  private static double divergenceFromStandard(Trainer trainer) {
    ImageSet test = trainer.test();
    Example example = Example.input(test.size(), trainer.data());
    Gaussian posterior = ((LatentModel) trainer.model()).posterior(example);
    var pixels = FloatBuffer.allocate(test.size() * test.pixelsPerImage());
    float[] labels = new float[test.size() * test.classes()];
    for (int i = 0; i < test.size(); i++) {
      test.copyPixels(i, pixels);
      labels[i * test.classes() + test.label(i)] = 1;
    }
    try (Plan plan =
        new PlanBuilder(trainer.store())
            .output("kl", Ops.mean(posterior.klFromStandard()))
            .build()) {
      plan.set(Example.IMAGES, pixels.array());
      if (trainer.model().conditional()) {
        plan.set(Example.LABELS, labels);
      }
      plan.run();
      return plan.read("kl").get(0);
    }
  }
}
