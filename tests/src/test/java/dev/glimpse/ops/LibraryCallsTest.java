package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.BatchNorm;
import dev.glimpse.device.LibraryCall.BatchNormGradient;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.Epilogue;
import dev.glimpse.device.LibraryCall.Gemm;
import dev.glimpse.device.LibraryCall.Kind;
import dev.glimpse.device.LibraryCall.Lstm;
import dev.glimpse.device.LibraryCall.LstmGradient;
import dev.glimpse.device.LibraryCall.Type;
import dev.glimpse.device.TestDevices;
import dev.glimpse.device.Work;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What plans ask of a library, and what they launch themselves: see OpCaseTest for the values. */
class LibraryCallsTest {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
  private static final Set<Kind> FLOATS = EnumSet.of(Kind.GEMM, Kind.CONVOLUTION);

  private static Tensor input(String name, int... shape) {
    return Tensor.of(new Input(name, Shape.of(shape)));
  }

  /** Calls by their record, launches by their program. */
  private static List<String> work(Plan plan) {
    return plan.launches().stream()
        .map(w -> w instanceof LibraryCall ? w.getClass().getSimpleName() : w.program())
        .filter(name -> !name.equals("random.cl:advance"))
        .toList();
  }

  private static <T extends Work> List<T> calls(Plan plan, Class<T> kind) {
    return plan.launches().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static Plan plan(Device device, Tensor... outputs) {
    var store = new ParameterStore(device, List.of(), 0);
    var builder = new PlanBuilder(store);
    for (int i = 0; i < outputs.length; i++) {
      builder.output("y" + i, outputs[i]);
    }
    return builder.build();
  }

  private static void assertWork(Set<Kind> kinds, boolean accepting, Tensor y, String... expected) {
    try (Plan plan = plan(TestDevices.withLibraries(kinds, accepting), y)) {
      assertEquals(List.of(expected), work(plan));
    }
  }

  @Test
  void biasAndReluAreOneCallWithTheProduct() {
    Tensor product = Ops.matmul(input("a", 5, 3), input("b", 3, 4));
    Tensor layer = Ops.add(product, input("bias", 4));
    assertWork(FLOATS, true, Ops.relu(layer), "Gemm");
    assertWork(FLOATS, false, Ops.relu(layer), "Gemm", "pointwise.cl:pointwise");
    assertWork(FLOATS, true, Ops.leakyRelu(layer, 0.2f), "Gemm", "pointwise.cl:pointwise");
    assertWork(
        FLOATS, true, Ops.add(product, input("column", 5, 1)), "Gemm", "pointwise.cl:pointwise");
    assertWork(FLOATS, false, product, "Gemm");
    try (Plan plan = plan(TestDevices.withLibraries(FLOATS, true), Ops.relu(layer))) {
      Epilogue epilogue = calls(plan, Gemm.class).get(0).epilogue();
      assertTrue(epilogue.relu() && epilogue.bias().isPresent() && epilogue.addend().isEmpty());
    }
  }

  @Test
  void aProductIsAddedToWhatIsThere() {
    Tensor product = Ops.matmul(input("a", 5, 3), input("b", 3, 4));
    Tensor sum = Ops.subtract(Ops.scale(product, 3), Ops.scale(input("c", 5, 4), 2));
    try (Plan plan = plan(TestDevices.withLibraries(FLOATS, true), sum)) {
      assertEquals(List.of("Gemm"), work(plan));
      Epilogue epilogue = calls(plan, Gemm.class).get(0).epilogue();
      assertEquals(3, epilogue.alpha());
      assertEquals(-2, epilogue.beta());
    }
  }

  /** A second reader of the sum before the ReLU needs it stored, which no library does. */
  @Test
  void twoResultsAreNoEpilogue() {
    Tensor layer = Ops.add(Ops.matmul(input("a", 5, 3), input("b", 3, 4)), input("bias", 4));
    try (Plan plan = plan(TestDevices.withLibraries(FLOATS, true), layer, Ops.relu(layer))) {
      assertEquals(List.of("Gemm", "pointwise.cl:pointwise"), work(plan));
    }
  }

  @Test
  void biasAndReluAreOneCallWithTheConvolution() {
    Tensor images = input("images", 1, 4, 4, 3);
    Tensor weights = input("weights", 3, 3, 3, 5);
    Tensor convolved = Ops.conv2d(images, weights, Window.square(3, 1, 1));
    Tensor layer = Ops.add(convolved, input("bias", 5));
    String reorder = "filter.cl:filter_of_weights";
    String chain = "pointwise.cl:pointwise";
    assertWork(FLOATS, true, Ops.relu(layer), reorder, "Convolve");
    assertWork(FLOATS, true, layer, reorder, "Convolve");
    assertWork(FLOATS, false, layer, reorder, "Convolve", chain);
    assertWork(FLOATS, true, Ops.tanh(layer), reorder, "Convolve", chain);
    // cuDNN insists on a bias, and has it for convolutions alone.
    assertWork(FLOATS, true, Ops.relu(convolved), reorder, "Convolve", chain);
    Tensor transposed =
        Ops.convTranspose2d(images, weights, Window.square(3, 1, 1), new Window.Extent(0, 0));
    assertWork(
        FLOATS, true, Ops.relu(Ops.add(transposed, input("bias", 5))), reorder, "Convolve", chain);
  }

  private static List<Tensor> batchNorm(Tensor x, float epsilon) {
    List<Tensor> moments = Node.of(new BatchMoments(epsilon), List.of(x)).outputs();
    Tensor y =
        Tensor.of(
            new BatchNormalize(),
            x,
            moments.get(0),
            moments.get(2),
            input("scale", 3),
            input("shift", 3));
    return List.of(y, moments.get(1));
  }

  @Test
  void batchNormIsOneCallEachWay() {
    Tensor x = input("x", 2, 4, 4, 3);
    List<Tensor> norm = batchNorm(x, 1e-5f);
    Tensor loss = Ops.sum(Ops.square(Ops.relu(norm.get(0))));
    List<Tensor> by =
        Gradients.ofTensors(
            loss,
            List.of(x, norm.get(0).node().inputs().get(3), norm.get(0).node().inputs().get(4)));
    Set<Kind> kinds = EnumSet.of(Kind.BATCH_NORM);
    Device device = TestDevices.withLibraries(kinds, true);
    try (Plan plan = plan(device, by.get(0), by.get(1), by.get(2))) {
      assertEquals(1, calls(plan, BatchNorm.class).size());
      assertEquals(1, calls(plan, BatchNormGradient.class).size());
      assertFalse(work(plan).stream().anyMatch(name -> name.startsWith("normalize.cl")));
      // Nobody reads the variance, so there is nothing to clear and nothing to scale.
      assertTrue(calls(plan, BatchNorm.class).get(0).running().isEmpty());
      assertEquals(
          new LibraryCall.Images(2, 4, 4, 3), calls(plan, BatchNorm.class).get(0).images());
    }
    assertWork(
        kinds,
        true,
        norm.get(1),
        "normalize.cl:pair_sums",
        "normalize.cl:combine_moments"); // Moments alone are no call of cuDNN's.
  }

  /** One row has no unbiased variance. */
  @Test
  void batchNormOfOneRowIsOurs() {
    Tensor y = batchNorm(input("x", 1, 3), 1e-5f).get(0);
    try (Plan plan = plan(TestDevices.withLibraries(ALL, true), y)) {
      assertEquals(0, calls(plan, BatchNorm.class).size());
    }
  }

  /** The library blends into what it finds, which may be NaN in memory that others have used. */
  @Test
  void theVarianceIsTheBiasedOne() {
    Tensor x = input("x", 4, 3);
    List<Tensor> norm = batchNorm(x, 0.5f);
    Device device = TestDevices.withLibraries(EnumSet.of(Kind.BATCH_NORM), true);
    try (Plan plan = plan(device, norm.get(0), norm.get(1))) {
      plan.set("x", 1, 2, 3, 3, 2, 1, 5, 2, 0, 7, 2, 0);
      plan.set("scale", 1, 1, 2);
      plan.set("shift", 0, 5, 0);
      for (int run = 0; run < 2; run++) {
        plan.run();
        assertArrayEquals(new float[] {5, 0, 1.5f}, floats(plan.read("y1")), 1e-6f);
        float[] y = floats(plan.read("y0"));
        assertEquals(-3 / Math.sqrt(5.5), y[0], 1e-6);
        assertEquals(5, y[1], 1e-6);
        assertEquals(2 * 2 / Math.sqrt(2), y[2], 1e-6);
      }
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static final Set<Kind> LSTM = EnumSet.of(Kind.LSTM);

  private static Tensor sequence() {
    return Ops.lstmSequence(input("x", 3, 2, 4), input("weight", 9, 20), input("bias", 20));
  }

  @Test
  void aSequenceIsOneCall() {
    Tensor y = sequence();
    assertWork(LSTM, true, y, "lstm_parameters.cl:pack", "Lstm");
    try (Plan plan = plan(TestDevices.withLibraries(LSTM, true), y)) {
      assertTrue(calls(plan, Lstm.class).get(0).reserve().isEmpty(), "nobody asks for gradients");
    }
    try (Plan plan = plan(TestDevices.withLibraries(LSTM, false), y)) {
      assertEquals(3, work(plan).stream().filter("lstm.cl:lstm_step"::equals).count());
    }
  }

  /** Two losses see the same sequence; the library's gradient spoils what the forward call kept. */
  @Test
  void twoGradientsOfASequence() {
    Tensor y = sequence();
    List<Tensor> operands = y.node().inputs();
    var results = new ArrayList<Tensor>(List.of(y));
    results.addAll(Gradients.ofTensors(Ops.sum(Ops.square(y)), operands));
    results.addAll(Gradients.ofTensors(Ops.sum(Ops.exp(y)), operands));
    Tensor[] outputs = results.toArray(Tensor[]::new);
    try (Plan ours = plan(TestDevices.withGpuKernels(), outputs);
        Plan plan = plan(TestDevices.withLibraries(LSTM, true), outputs)) {
      assertEquals(1, calls(plan, Lstm.class).size());
      assertEquals(2, calls(plan, LstmGradient.class).size());
      List<String> work = work(plan);
      assertEquals(1, work.stream().filter("lstm_parameters.cl:pack"::equals).count());
      assertEquals(2, work.stream().filter("lstm_parameters.cl:unpack"::equals).count());
      assertEquals(0, work.stream().filter(w -> w.startsWith("lstm.cl")).count());
      List<float[]> expected = run(ours, operands, outputs.length);
      List<float[]> actual = run(plan, operands, outputs.length);
      for (int i = 0; i < outputs.length; i++) {
        assertArrayEquals(expected.get(i), actual.get(i), 1e-5f, "result " + i);
      }
    }
  }

  /** A convolution, and its gradients by both operands. */
  private static Tensor[] convolution(Tensor images, Tensor weights) {
    Tensor y = Ops.tanh(Ops.conv2d(images, weights, Window.square(3, 2, 1)));
    List<Tensor> by = Gradients.ofTensors(Ops.sum(y), List.of(images, weights));
    return Stream.concat(Stream.of(y), by.stream()).toArray(Tensor[]::new);
  }

  /** The results of a run with the same random inputs each time. */
  private static List<float[]> run(Plan plan, List<Tensor> inputs, int results) {
    var random = new Random(1);
    for (Tensor input : inputs) {
      float[] values = new float[input.shape().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian() / 4;
      }
      plan.set(((Input) input.node().op()).name(), values);
    }
    plan.run();
    return IntStream.range(0, results).mapToObj(i -> floats(plan.read("y" + i))).toList();
  }

  @Test
  void aLibraryForSomeConvolutionsIsAskedForTheseOnly() {
    Set<Kind> some = EnumSet.of(Kind.SOME_CONVOLUTIONS);
    String[] ours = {"conv2d.cl:conv2d"};
    String[] called = {"filter.cl:filter_of_weights", "Convolve"};
    assertWork(some, true, convolution(3, 16, 16), ours);
    assertWork(some, true, convolution(5, 16, 16), called);
    assertWork(some, true, convolution(3, 1, 16), called);
    assertWork(some, true, convolution(3, 16, 1), called);
    assertWork(some, true, convolution(3, 64, 64), called);
    assertWork(some, true, transposed(2), ours);
    assertWork(some, true, transposed(1), called);
    assertWork(Set.of(Kind.CONVOLUTION), true, transposed(2), called);
  }

  private static Tensor convolution(int side, int channels, int fields) {
    Tensor weights = input("weights", side, side, channels, fields);
    return Ops.conv2d(input("images", 2, 6, 6, channels), weights, Window.square(side, 1, 0));
  }

  private static Tensor transposed(int stride) {
    Tensor weights = input("weights", 4, 4, 64, 64);
    Tensor images = input("images", 2, 3, 3, 64);
    var none = new Window.Extent(0, 0);
    return Ops.convTranspose2d(images, weights, Window.square(4, stride, 1), none);
  }

  @Test
  void convolutionsInBfloat16AreRoundedOnTheWayInAndOut() {
    Set<Kind> kinds = EnumSet.of(Kind.CONVOLUTION, Kind.BFLOAT16_CONVOLUTION);
    List<Tensor> operands = List.of(input("images", 2, 5, 5, 3), input("weights", 3, 3, 3, 4));
    Tensor[] outputs = convolution(operands.get(0), operands.get(1));
    try (Plan ours = plan(TestDevices.withGpuKernels(), outputs);
        Plan rounded = plan(TestDevices.withLibraries(kinds, true), outputs);
        Plan refused = plan(TestDevices.withLibraries(kinds, false), outputs)) {
      assertTrue(calls(rounded, Convolve.class).stream().allMatch(c -> c.type() == Type.BFLOAT16));
      assertTrue(calls(refused, Convolve.class).stream().allMatch(c -> c.type() == Type.FLOAT));
      assertEquals(3, calls(rounded, Convolve.class).size());
      assertEquals(6, work(rounded).stream().filter(w -> w.endsWith(":narrow")).count());
      assertEquals(3, work(rounded).stream().filter(w -> w.endsWith(":widen")).count());
      List<float[]> expected = run(ours, operands, outputs.length);
      List<float[]> actual = run(rounded, operands, outputs.length);
      List<float[]> whole = run(refused, operands, outputs.length);
      for (int i = 0; i < expected.size(); i++) {
        float most = 0;
        for (float value : expected.get(i)) {
          most = Math.max(most, Math.abs(value));
        }
        // An operand is off by 2^-9 at most, as is the result; a few of them add up.
        assertArrayEquals(expected.get(i), actual.get(i), most / 64);
        assertArrayEquals(expected.get(i), whole.get(i), most * 1e-5f);
        assertFalse(Arrays.equals(expected.get(i), actual.get(i)), "nothing was rounded");
      }
    }
  }
}
