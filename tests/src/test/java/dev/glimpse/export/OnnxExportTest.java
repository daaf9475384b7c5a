package dev.glimpse.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.models.Classifier;
import dev.glimpse.models.Models;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import dev.glimpse.ops.Window.Extent;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Model;
import dev.glimpse.train.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxExportTest {
  private static final int BATCH = 3;

  /** Neither square nor grey, so that no two axes can be taken for each other. */
  private static final DataShape COLOUR = new DataShape(16, 24, 3, 4);

  private static final DataShape GREY = new DataShape(8, 8, 1, 4);

  @TempDir private Path folder;

  private static Model model(String name, DataShape shape, String... changes) {
    Models.Kind kind = Models.named(name);
    Settings settings = kind.settings();
    Stream.of(changes).forEach(c -> settings.set(c.split("=")[0], c.split("=")[1]));
    return kind.create().apply(shape, settings);
  }

  /** What a model can do, without training. */
  private static Map<String, Tensor> outputs(Model model, DataShape shape) {
    Example example = Example.input(BATCH, shape);
    Tensor labels = model.conditional() ? example.labels() : null;
    var outputs = new LinkedHashMap<String, Tensor>();
    if (model instanceof LatentModel latent) {
      outputs.put("mean", latent.encode(example));
      Tensor codes = Tensor.of(new Input("codes", Shape.of(BATCH, latent.latent())));
      outputs.put("decoded", latent.decode(codes, labels));
    }
    if (model instanceof GenerativeModel generative) {
      outputs.put("sampled", generative.sample(BATCH, labels));
    }
    if (model instanceof CompletionModel completion) {
      outputs.put("completed", completion.complete(example));
    }
    if (model instanceof Classifier classifier) {
      Tensor features = classifier.features(example.images());
      outputs.put("features", features);
      outputs.put("probabilities", classifier.probabilities(features));
    }
    return outputs;
  }

  private Map<String, Integer> agrees(Model model, DataShape shape, boolean fold) {
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1)) {
      OnnxCheck.scatter(store);
      return OnnxCheck.agrees(folder.resolve("model.onnx"), outputs(model, shape), store, fold);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vae, hidden=8 latent=3",
    "vae, hidden=8 latent=3 activation=softplus",
    "cvae, hidden=8 latent=3 activation=tanh prior=network",
    "cvae, hidden=8 latent=3 condition=quadrants activation=leaky_relu"
  })
  void perceptrons(String name, String changes) {
    Map<String, Integer> types = agrees(model(name, GREY, changes.split(" ")), GREY, false);
    assertTrue(types.get("Gemm") >= 4, types::toString);
    assertFalse(types.containsKey("MatMul"), types::toString);
    assertFalse(types.containsKey("Transpose"), types::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "vae, network=conv width=2 latent=3",
    "cvae, network=conv width=2 latent=3 condition=quadrants",
    "gan, width=2 latent=3",
    "cgan, width=2 latent=3",
    "vaegan, width=2 latent=3",
    "cvaegan, width=2 latent=3"
  })
  void convolutions(String name, String changes) {
    Model model = model(name, COLOUR, changes.split(" "));
    Map<String, Integer> apart = agrees(model, COLOUR, false);
    assertTrue(apart.get("BatchNormalization") > 1, apart::toString);
    Map<String, Integer> folded = agrees(model, COLOUR, true);
    assertFalse(folded.containsKey("BatchNormalization"), folded::toString);
    assertEquals(apart.get("ConvTranspose"), folded.get("ConvTranspose"));
    assertEquals(apart.get("Conv"), folded.get("Conv"));
  }

  @Test
  void classifier() {
    Model model = model("classifier", GREY);
    Map<String, Integer> apart = agrees(model, GREY, false);
    assertEquals(3, apart.get("BatchNormalization"));
    assertFalse(agrees(model, GREY, true).containsKey("BatchNormalization"));
  }

  @ParameterizedTest
  @CsvSource({
    "draw, 'attention=true read.size=2 write.size=3'",
    "cdraw, 'attention=true read.size=1 write.size=1'",
    "draw, attention=false"
  })
  void draw(String name, String changes) {
    var small = new DataShape(5, 7, 2, 4);
    String all = changes + " glimpses=2 hidden=6 latent=3";
    assertTrue(agrees(model(name, small, all.split(" ")), small, false).get("Sigmoid") > 6);
  }

  /** What no model has by itself: pools, enlarging, and windows that are not alike both ways. */
  @Test
  void layers() {
    var window = new Window(3, 2, new Extent(2, 1), new Extent(1, 0), new Extent(1, 2));
    var down = new Conv2d("down", 3, 4, window);
    var up =
        new ConvTranspose2d("up", 4, 2, window, new Extent(1, 0), true, Initializer.normal(0, 1));
    Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, 9, 8, 3)));
    Tensor small = down.apply(x);
    var pool = new Window(3, 2, new Extent(2, 1), new Extent(1, 1), new Extent(1, 1));
    var outputs = new LinkedHashMap<String, Tensor>();
    outputs.put("up", up.apply(small));
    outputs.put("max", Ops.maxPool(small, pool));
    outputs.put("mean", Ops.averagePool(small, pool));
    outputs.put("nearest", Ops.upsample(small, 2, true));
    outputs.put("bilinear", Ops.upsample(small, 3, false));
    outputs.put("sums", Ops.rowSum(Ops.abs(Ops.square(x))));
    outputs.put("logSumExp", Ops.logSumExp(x));
    outputs.put("greater", Ops.greater(x, Ops.scale(Ops.exp(x), 0.5f)));
    outputs.put(
        "log", Ops.log(Ops.sqrt(Ops.maximum(Ops.softmax(x), Ops.constant(0.1f, Shape.SCALAR)))));
    var parameters = ParameterSet.of("layers", down.parameters(), up.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(parameters), 1)) {
      OnnxCheck.scatter(store);
      OnnxCheck.agrees(folder.resolve("layers.onnx"), outputs, store, false);
    }
  }

  @Test
  void whatBelongsToTrainingIsRefused() {
    Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, 2)));
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 1)) {
      for (Tensor refused :
          List.of(
              Ops.bernoulliCrossEntropy(x, x),
              Ops.reshape(Ops.mean(x), Shape.of(1, 1)),
              Ops.softmaxCrossEntropy(x, x),
              Ops.randomBernoulli(x),
              Ops.randomNormal(Shape.of(BATCH, 1, 2)),
              Ops.constant(1, Shape.of(BATCH, 2)))) {
        Map<String, Tensor> outputs = Map.of("y", refused);
        assertThrows(ExportException.class, () -> OnnxExport.model("f", outputs, store, false));
      }
    }
  }
}
