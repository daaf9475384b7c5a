package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.Digits;
import dev.glimpse.data.ImageSet;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Settings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelClassifierTest {
  private static final int EXAMPLES = 5;
  private static final int CLASSES = 3;

  private final Random random = new Random(3);

  /** An adversarial image changes the answer more than a random neighbour as far away does. */
  @Test
  void virtualAdversariesAreWorseThanChance() {
    ImageSet digits = Digits.generate(40, 1);
    Settings settings = SemiSupervisedVae.perceptrons();
    settings.set("hidden", "32");
    settings.set("vat", "1");
    var networks = new SemiSupervisedNetworks(DataShape.of(digits), settings);
    var classifier = new LabelClassifier("classifier", networks, settings);
    Tensor x = Tensor.of(new Input("x", Shape.of(40, digits.pixelsPerImage())));
    Tensor logits = classifier.judge(x).logits();
    Tensor p = Ops.softmax(logits);
    Tensor noise = Ops.randomNormal(x.shape());
    Tensor length = Ops.sqrt(Ops.rowSum(Ops.square(noise)));
    Tensor neighbour = Ops.add(x, Ops.scale(Ops.divide(noise, length), 2));
    Tensor entropy = Ops.mean(Ops.softmaxCrossEntropy(logits, p));
    Tensor chance = Ops.mean(Ops.softmaxCrossEntropy(classifier.judge(neighbour).logits(), p));
    var set = new ParameterSet("classifier", classifier.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1);
        Plan plan =
            new PlanBuilder(store)
                .output("adversary", classifier.virtualAdversarialLoss(x, logits))
                .output("chance", chance)
                .output("entropy", entropy)
                .build()) {
      var pixels = FloatBuffer.allocate(x.shape().size());
      for (int i = 0; i < 40; i++) {
        digits.copyPixels(i, pixels);
      }
      plan.set("x", pixels.array());
      plan.run();
      double least = plan.read("entropy").get(0);
      double byChance = plan.read("chance").get(0) - least;
      double byAdversary = plan.read("adversary").get(0) - least;
      assertTrue(byChance > 0, "divergence " + byChance);
      assertTrue(byAdversary > 5 * byChance, byAdversary + " and by chance " + byChance);
    }
  }

  /** The answer to an image is the target of that to the distorted one, and takes no gradient. */
  @Test
  void distortedImagesLearnTheAnswerToTheImage() {
    Settings settings = SemiSupervisedVae.perceptrons();
    settings.set("hidden", "8");
    var networks = new SemiSupervisedNetworks(new DataShape(1, 4, 1, CLASSES), settings);
    var classifier = new LabelClassifier("classifier", networks, settings);
    Tensor x = Tensor.of(new Input("x", Shape.of(EXAMPLES, 4)));
    Tensor distorted = Tensor.of(new Input("distorted", x.shape()));
    Tensor logits = classifier.judge(x).logits();
    Tensor loss = classifier.inconsistency(distorted, logits);
    List<Tensor> by = Gradients.ofTensors(loss, List.of(x, distorted));
    assertNull(by.get(0));
    var set = new ParameterSet("classifier", classifier.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1);
        Plan plan =
            new PlanBuilder(store)
                .output("loss", loss)
                .output("by distorted", by.get(1))
                .output("logits", logits)
                .output("others", classifier.judge(distorted).logits())
                .build()) {
      plan.set("x", values(EXAMPLES * 4));
      plan.set("distorted", values(EXAMPLES * 4));
      plan.run();
      double crossEntropy = 0;
      for (int e = 0; e < EXAMPLES; e++) {
        double[] p = probabilities(plan.read("logits"), e);
        double[] q = probabilities(plan.read("others"), e);
        for (int k = 0; k < CLASSES; k++) {
          crossEntropy -= p[k] * Math.log(q[k]) / EXAMPLES;
        }
      }
      assertEquals(crossEntropy, plan.read("loss").get(0), 1e-5);
      assertTrue(Math.abs(plan.read("by distorted").get(0)) > 0);
    }
  }

  private static double[] probabilities(FloatBuffer logits, int example) {
    double[] p = new double[CLASSES];
    double total = 0;
    for (int k = 0; k < CLASSES; k++) {
      p[k] = Math.exp(logits.get(example * CLASSES + k));
      total += p[k];
    }
    for (int k = 0; k < CLASSES; k++) {
      p[k] /= total;
    }
    return p;
  }

  /** Between -2 and 2. */
  private float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 4 * (random.nextFloat() - 0.5f);
    }
    return values;
  }
}
