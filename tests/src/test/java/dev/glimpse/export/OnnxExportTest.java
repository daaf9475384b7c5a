package dev.glimpse.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.models.Models;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Lstm;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import dev.glimpse.ops.Window.Extent;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Model;
import dev.glimpse.train.Settings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxExportTest {
  private static final int BATCH = 3;

  /** Neither square nor grey, so that no two axes can be taken for each other. */
  private static final DataShape COLOUR = new DataShape(16, 24, 3, 4);

  private static final DataShape GREY = new DataShape(8, 8, 1, 4);

  /**
   * Checks all functions of a model.
   *
   * @return the types of the nodes of all of them, and how many there are of each
   */
  private static Map<String, Integer> agrees(
      String name, DataShape shape, String changes, boolean fold) {
    Models.Kind kind = Models.named(name);
    Settings settings = kind.settings();
    for (String change : changes.split(" ")) {
      settings.set(change.split("=")[0], change.split("=")[1]);
    }
    Model model = kind.create(shape, settings);
    var functions = new ModelFunctions(model, shape);
    var types = new TreeMap<String, Integer>();
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1)) {
      OnnxCheck.scatter(store);
      for (String function : functions.names()) {
        OnnxCheck.agrees(functions.function(function, BATCH), store, fold)
            .forEach((type, count) -> types.merge(type, count, Integer::sum));
      }
    }
    return types;
  }

  @ParameterizedTest
  @CsvSource({
    "vae, hidden=8 latent=3",
    "vae, hidden=8 latent=3 activation=softplus",
    "vae, hidden=8 latent=3 prior=flow prior.steps=2 prior.width=4",
    "cvae, hidden=8 latent=3 activation=tanh prior=network",
    "cvae, hidden=8 latent=3 prior=flow prior.steps=3 prior.width=4",
    "cvae, hidden=8 latent=3 condition=quadrants activation=leaky_relu"
  })
  void perceptrons(String name, String changes) {
    Map<String, Integer> types = agrees(name, GREY, changes, false);
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
    Map<String, Integer> apart = agrees(name, COLOUR, changes, false);
    assertTrue(apart.get("BatchNormalization") > 1, apart::toString);
    Map<String, Integer> folded = agrees(name, COLOUR, changes, true);
    assertFalse(folded.containsKey("BatchNormalization"), folded::toString);
    assertEquals(apart.get("ConvTranspose"), folded.get("ConvTranspose"));
    assertEquals(apart.get("Conv"), folded.get("Conv"));
  }

  @Test
  void flowMatching() {
    Map<String, Integer> types = agrees("cflowmatch", COLOUR, "width=2 steps=2", false);
    assertTrue(types.get("ConvTranspose") > 2, types::toString);
  }

  @Test
  void classifier() {
    String unchanged = "train.seed=1";
    assertEquals(3, agrees("classifier", GREY, unchanged, false).get("BatchNormalization"));
    Map<String, Integer> folded = agrees("classifier", GREY, unchanged, true);
    assertEquals(
        Set.of("Conv", "Gemm", "Identity", "MaxPool", "Relu", "Reshape", "Softmax", "Transpose"),
        folded.keySet());
  }

  @ParameterizedTest
  @CsvSource({
    "draw, attention=true read.size=2 write.size=3",
    "cdraw, attention=true read.size=1 write.size=1",
    "draw, attention=false",
    "drawgan, width=2 read.size=2 write.size=3"
  })
  void draw(String name, String changes) {
    // A discriminator wants images that can be halved.
    DataShape small = name.equals("drawgan") ? GREY : new DataShape(5, 7, 2, 4);
    String all = changes + " glimpses=2 hidden=6 latent=3";
    assertTrue(agrees(name, small, all, false).get("Tanh") > 6);
  }

  @ParameterizedTest
  @CsvSource({
    "ssl, hidden=8 latent=3",
    "ssl-conv, hidden=8 width=2 latent=3",
    "ssl-gan, hidden=8 latent=3 d.width=2",
    "m1m2, hidden=8 latent=3 m1.hidden=8 m1.latent=5"
  })
  void fewLabels(String name, String changes) {
    assertTrue(agrees(name, COLOUR, changes, false).get("Softmax") >= 1);
    Map<String, Integer> folded = agrees(name, COLOUR, changes, true);
    assertFalse(folded.containsKey("BatchNormalization"), folded::toString);
  }

  private static ModelFunction function(Map<String, Tensor> outputs, Tensor... inputs) {
    var named = new LinkedHashMap<String, Tensor>();
    for (Tensor input : inputs) {
      named.put(input.node().op().name(), input);
    }
    return new ModelFunction("function", BATCH, named, outputs);
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
    Tensor atLeast = Ops.maximum(Ops.softmax(x), Ops.constant(0.1f, Shape.SCALAR));
    outputs.put("log", Ops.log(Ops.sqrt(atLeast)));
    outputs.put("ratio", Ops.divide(x, Ops.shift(Ops.square(x), 1)));
    var parameters = ParameterSet.of("layers", down.parameters(), up.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(parameters), 1)) {
      OnnxCheck.scatter(store);
      OnnxCheck.agrees(function(outputs, x), store, false);
    }
  }

  /** Two layers over the rows of an image, from the top down; one operator each. */
  @Test
  void lstmOverTheRowsOfAnImage() {
    int steps = 6;
    var lstm = new Lstm("lstm", 5, 4, 2);
    Tensor images = Tensor.of(new Input("images", Shape.of(BATCH, steps * 5)));
    List<Tensor> rows = Ops.split(images, Collections.nCopies(steps, 5));
    Tensor sequence = Ops.reshape(Ops.concat(Axis.FIRST, rows), Shape.of(steps, BATCH, 5));
    Tensor states = Ops.tanh(lstm.apply(Ops.scale(sequence, 2)));
    Tensor all = Ops.reshape(states, Shape.of(steps * BATCH, 4));
    List<Tensor> each = Ops.split(Axis.FIRST, all, Collections.nCopies(steps, BATCH));
    var outputs = new LinkedHashMap<String, Tensor>();
    outputs.put("all", all);
    outputs.put("last", each.get(steps - 1));
    try (var store = store(lstm)) {
      Map<String, Integer> types = OnnxCheck.agrees(function(outputs, images), store, false);
      assertEquals(2, types.get("LSTM"));
      assertFalse(types.containsKey("Sigmoid"), types::toString);
    }
  }

  private static ParameterStore store(Lstm lstm) {
    var parameters = ParameterSet.of("lstm", lstm.parameters());
    var store = new ParameterStore(TestDevices.own(), List.of(parameters), 1);
    OnnxCheck.scatter(store);
    return store;
  }

  /** What comes and goes as a sequence has its batch, which is open, as the second axis. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 3, 4", "7, 5, 3", "4, 16, 17"})
  void lstmOfASequence(int steps, int in, int hidden) {
    var lstm = new Lstm("lstm", in, hidden, 1);
    Tensor x = Tensor.of(new Input("x", Shape.of(steps, BATCH, in)));
    Tensor y = Ops.add(lstm.apply(x), Ops.constant(1, Shape.of(steps, BATCH, hidden)));
    Tensor start = Ops.constant(0.5f, Shape.of(2, BATCH, hidden));
    var outputs = new LinkedHashMap<String, Tensor>();
    outputs.put("y", y);
    outputs.put("longer", Ops.concat(Axis.FIRST, List.of(start, y)));
    if (steps > 2) {
      outputs.put("later", Ops.split(Axis.FIRST, y, List.of(1, steps - 1)).get(1));
    }
    try (var store = store(lstm)) {
      assertEquals(1, OnnxCheck.agrees(function(outputs, x), store, false).get("LSTM"));
    }
  }

  @Test
  void whatAnLstmCannotBeIsRefused() {
    Tensor x = Tensor.of(new Input("x", Shape.of(4, BATCH, 5)));
    Tensor rows = Tensor.of(new Input("rows", Shape.of(9, 16)));
    Tensor bias = new Parameter("bias", Shape.of(16), Initializer.constant(0)).tensor();
    Tensor computed = Ops.lstmSequence(x, rows, bias);
    Tensor batchFirst = Ops.reshape(x, Shape.of(BATCH, 4, 5));
    Tensor wide = Tensor.of(new Input("wide", Shape.of(BATCH, 2 * BATCH)));
    Tensor notOfRows = Ops.reshape(wide, Shape.of(BATCH, BATCH, 2));
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 1)) {
      for (Tensor refused : List.of(computed, batchFirst, notOfRows)) {
        ModelFunction function = function(Map.of("y", refused), x, rows, wide);
        assertThrows(ExportException.class, () -> OnnxExport.model(function, store, false, ""));
      }
    }
  }

  /** A model whose weights changed since is told from the function. */
  @Test
  void anotherModelDoesNotAgree() {
    var layer = new Conv2d("layer", 1, 1, Window.square(1, 1, 0));
    Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, 2, 2, 1)));
    ModelFunction function = function(Map.of("y", layer.apply(x)), x);
    var parameters = ParameterSet.of("layer", layer.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(parameters), 1)) {
      byte[] model = OnnxExport.model(function, store, false, "").toByteArray();
      OnnxCheck.agrees(model, function, store);
      OnnxCheck.scatter(store);
      assertThrows(AssertionError.class, () -> OnnxCheck.agrees(model, function, store));
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
              Ops.randomNormal(Shape.of(BATCH, 1, 2)))) {
        ModelFunction function = function(Map.of("y", refused), x);
        assertThrows(ExportException.class, () -> OnnxExport.model(function, store, false, ""));
      }
      ModelFunction closed = function(Map.of("y", Ops.constant(1, Shape.of(BATCH, 2))));
      assertThrows(ExportException.class, () -> OnnxExport.model(closed, store, false, ""));
    }
  }
}
