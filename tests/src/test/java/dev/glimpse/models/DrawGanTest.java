package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.nn.Training;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.Model.Lesson;
import dev.glimpse.train.Settings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DrawGanTest {
  private static final float BETA = 2;
  private static final float GAMMA = 3;
  private static final int BATCH = 4;

  private final DataShape data = new DataShape(8, 8, 1, 0);

  private DrawGan model(double noise) {
    Settings settings = Models.named("drawgan").settings();
    settings.set("glimpses", "3");
    settings.set("hidden", "6");
    settings.set("latent", "2");
    settings.set("width", "2");
    settings.set("beta", String.valueOf(BETA));
    settings.set("gamma", String.valueOf(GAMMA));
    settings.set("noise", String.valueOf(noise));
    return new DrawGan(data, settings);
  }

  private Lesson lesson(DrawGan model) {
    return new Training()
        .write(() -> model.learn(Example.input(BATCH, data), name -> new Adam(0.001f)));
  }

  private void setImages(Plan plan) {
    float[] images = new float[BATCH * data.pixels()];
    var random = new Random(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    plan.set(Example.IMAGES, images);
  }

  /** DRAW's encoder looks at what was drawn so far, so that the KL term is the generator's, too. */
  @Test
  void theGeneratorDescendsTheWholeBound() {
    DrawGan model = model(0);
    Lesson lesson = lesson(model);
    Tensor loss =
        lesson.objectives().stream()
            .filter(o -> o.name().equals("generator"))
            .map(Objective::loss)
            .findFirst()
            .orElseThrow();
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1)) {
      Parameter decoder =
          store.parameters().stream()
              .filter(p -> p.name().equals("decoder.weight"))
              .findFirst()
              .orElseThrow();
      var builder = new PlanBuilder(store).output("loss", byDecoder(loss, decoder));
      for (String part : List.of("kl", "reconstruction", "generatorLoss")) {
        builder.output(part, byDecoder(lesson.metrics().get(part), decoder));
      }
      try (Plan plan = builder.build()) {
        setImages(plan);
        plan.run();
        FloatBuffer byLoss = plan.read("loss");
        FloatBuffer byKl = plan.read("kl");
        FloatBuffer byError = plan.read("reconstruction");
        FloatBuffer byDeceit = plan.read("generatorLoss");
        double greatest = 0;
        for (int i = 0; i < byLoss.capacity(); i++) {
          double bound = BETA * byKl.get(i) + byError.get(i);
          assertEquals(GAMMA * bound + byDeceit.get(i), byLoss.get(i), 1e-4);
          greatest = Math.max(greatest, Math.abs(byKl.get(i)));
        }
        assertTrue(greatest > 1e-3, "no gradient to compare");
      }
    }
  }

  private static Tensor byDecoder(Tensor loss, Parameter decoder) {
    return Gradients.of(loss, List.of(decoder)).get(decoder);
  }

  @Test
  void theDiscriminatorSeesNoisyImages() {
    assertNotEquals(realLoss(0), realLoss(0.5));
    assertEquals(realLoss(0), realLoss(0));
  }

  private double realLoss(double noise) {
    DrawGan model = model(noise);
    Lesson lesson = lesson(model);
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1);
        Plan plan =
            new PlanBuilder(store).output("loss", lesson.metrics().get("realLoss")).build()) {
      setImages(plan);
      plan.run();
      return plan.read("loss").get(0);
    }
  }
}
