package dev.glimpse.export;

import dev.glimpse.data.Digits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Devices;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.graph.Reachable;
import dev.glimpse.models.Models;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Random;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.Model;
import dev.glimpse.train.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Bundles of small models whose weights are random, and what the engine computes with them: for the
 * tests of every runtime. For each function there are files {@code MODEL.FUNCTION.BATCH.TENSOR} of
 * floats: inputs, and the outputs of two runs from seed {@link #SEED}, one after the other; of a
 * function that draws at random also {@code noise}, what it drew. As ONNX, functions are {@code
 * MODEL-FUNCTION.onnx}.
 */
public final class BundleFixtures {
  static final long SEED = 7;

  private static final DataShape DIGITS = new DataShape(28, 28, 1, 10);

  private BundleFixtures() {}

  /** A model, all of whose functions are tried. */
  private record Case(
      String name,
      String kind,
      Map<String, Object> settings,
      List<Integer> batches,
      Export.Precision precision) {}

  private static Case of(String name, String kind, Map<String, Object> settings, int... batches) {
    return new Case(
        name, kind, settings, Arrays.stream(batches).boxed().toList(), Export.Precision.FP32);
  }

  private static final Map<String, Object> SMALL = Map.of("hidden", "16", "latent", 4);
  private static final Map<String, Object> NARROW = Map.of("width", 4, "latent", 8);
  private static final Map<String, Object> SHORT = Map.of("hidden", 16, "latent", 4, "glimpses", 3);

  private static final List<Case> CASES =
      List.of(
          of("vae", "vae", SMALL, 1, 16),
          new Case("half", "vae", SMALL, List.of(1), Export.Precision.FP16),
          of("cvae", "cvae", SMALL, 2, 16),
          of(
              "completion",
              "cvae",
              Map.of("hidden", "16", "latent", 4, "condition", "quadrants"),
              1),
          of("gan", "gan", NARROW, 2),
          of("cgan", "cgan", NARROW, 2),
          of("vaegan", "vaegan", NARROW, 1),
          of("cvaegan", "cvaegan", NARROW, 3),
          of("draw", "draw", SHORT, 1),
          of("cdraw", "cdraw", SHORT, 2),
          of("drawgan", "drawgan", SHORT, 1),
          of("cflowmatch", "cflowmatch", Map.of("width", 4, "steps", 3), 2),
          of("classifier", "classifier", Map.of(), 1),
          of("ssl", "ssl", SMALL, 2),
          of("ssl-conv", "ssl-conv", Map.of("hidden", "16", "latent", 4, "width", 4), 2),
          of("ssl-gan", "ssl-gan", Map.of("hidden", "16", "latent", 4, "d.width", 4), 2),
          of(
              "m1m2",
              "m1m2",
              Map.of("hidden", "16", "latent", 4, "m1.hidden", "16", "m1.latent", 6),
              2));

  /** The names of the bundles, without their ending. */
  static List<String> names() {
    return CASES.stream().map(Case::name).toList();
  }

  /** Writes everything to a folder. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    try (Device device = Devices.open(TestDevices.openCl())) {
      for (Case each : CASES) {
        write(folder, each, device);
      }
    }
    picture(folder.resolve("digit.pgm"));
    Path seeds = Files.createDirectories(folder.resolve("seeds"));
    for (String name : List.of("vae", "draw")) {
      Files.write(seeds.resolve(name), launches(folder.resolve(name + ".glimpse")));
    }
  }

  /** The third section of a bundle: all about launches, from which the fuzzer starts. */
  private static byte[] launches(Path bundle) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(bundle)).order(ByteOrder.LITTLE_ENDIAN);
    int entry = 24 + 2 * 24;
    int offset = (int) bytes.getLong(entry + 8);
    byte[] section = new byte[(int) bytes.getLong(entry + 16)];
    bytes.get(offset, section);
    return section;
  }

  private static void write(Path folder, Case each, Device device) throws IOException {
    Models.Kind kind = Models.named(each.kind);
    Settings settings = kind.settings();
    each.settings.forEach((name, value) -> settings.set(name, String.valueOf(value)));
    Model model = kind.create(DIGITS, settings);
    try (var store = new ParameterStore(device, model.parameters(), 3)) {
      store.parameters().forEach(parameter -> disturb(store, parameter, each.precision));
      Set<String> names = new ModelFunctions(model, DIGITS).names();
      Export export = export(model, names, each, each.precision, store);
      Bundle.write(folder.resolve(each.name + ".glimpse"), export);
      for (String name : names) {
        Path file = folder.resolve("%s-%s.onnx".formatted(each.name, name));
        OnnxExport.write(
            file, export(model, Set.of(name), each, Export.Precision.FP32, store), false);
      }
      for (ModelFunction function : export.graphs()) {
        run(folder, each, function, store);
      }
    }
  }

  private static Export export(
      Model model, Set<String> names, Case each, Export.Precision precision, ParameterStore store) {
    return new Export(
        new ModelFunctions(model, DIGITS),
        List.copyOf(names),
        each.batches,
        precision,
        store,
        DIGITS,
        "{\"model\": \"" + each.kind + "\"}");
  }

  /** Moves zeros and ones, as of biases and of running moments, off their first values. */
  private static void disturb(
      ParameterStore store, Parameter parameter, Export.Precision precision) {
    if (parameter.name().equals("given")) {
      return;
    }
    var random = new SplittableRandom(parameter.name().hashCode());
    float[] values = store.read(parameter).array();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) random.nextDouble(-0.1, 0.1);
      if (precision == Export.Precision.FP16) {
        // Values that fp16 holds: the same numbers are in the file and in the engine.
        values[i] =
            Math.abs(values[i]) < 0x1p-14f
                ? 0
                : Float.intBitsToFloat(Float.floatToIntBits(values[i]) & 0xffffe000);
      }
    }
    store.write(parameter, FloatBuffer.wrap(values));
  }

  private static void run(Path folder, Case each, ModelFunction function, ParameterStore store)
      throws IOException {
    String prefix = "%s.%s.%d.".formatted(each.name, function.name(), function.batch());
    try (Plan plan = Bundle.plan(store, function)) {
      for (Map.Entry<String, Tensor> input : function.inputs().entrySet()) {
        float[] values = values(input.getKey(), input.getValue().shape().size());
        plan.set(input.getKey(), values);
        write(folder.resolve(prefix + input.getKey()), values);
      }
      runTwice(folder, prefix, plan);
    }
    List<Tensor> draws =
        Reachable.from(function.outputs().values()).stream()
            .filter(node -> node.op() instanceof Random)
            .map(node -> node.outputs().get(0))
            .toList();
    if (!draws.isEmpty()) {
      try (Plan plan = new PlanBuilder(store).output(NoiseInput.NAME, Ops.concat(draws)).build()) {
        runTwice(folder, prefix, plan);
      }
    }
  }

  private static void runTwice(Path folder, String prefix, Plan plan) throws IOException {
    plan.setState(SEED, 0);
    plan.run();
    var first = new LinkedHashMap<String, float[]>();
    plan.outputs().forEach(name -> first.put(name, plan.read(name).array().clone()));
    plan.run();
    for (String name : plan.outputs()) {
      write(folder.resolve(prefix + name), first.get(name), plan.read(name).array());
    }
  }

  private static float[] values(String name, int size) {
    var random = new SplittableRandom(size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      boolean label = name.equals(Example.LABELS);
      int row = i / DIGITS.classes();
      values[i] = label ? (i % DIGITS.classes() == row % 10 ? 1 : 0) : (float) random.nextDouble();
    }
    return values;
  }

  private static void write(Path file, float[]... parts) throws IOException {
    int count = 0;
    for (float[] part : parts) {
      count += part.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] part : parts) {
      for (float value : part) {
        bytes.putFloat(value);
      }
    }
    Files.write(file, bytes.array());
  }

  private static void picture(Path file) throws IOException {
    var image = Digits.generate(1, 1);
    ByteBuffer bytes = ByteBuffer.allocate(784 + 16);
    bytes.put("P5 28 28 255\n".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 784; i++) {
      bytes.put((byte) image.pixel(0, i));
    }
    Files.write(file, Arrays.copyOf(bytes.array(), bytes.position()));
  }
}
