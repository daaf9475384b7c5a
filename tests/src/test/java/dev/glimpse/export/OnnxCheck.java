package dev.glimpse.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Holds what ONNX Runtime makes of an exported function against what a plan makes of it. */
final class OnnxCheck {
  static final float TOLERANCE = 1e-4f;

  private OnnxCheck() {}

  /** Values for all parameters as training might leave them: no mean is 0, no variance 1. */
  static void scatter(ParameterStore store) {
    var random = new SplittableRandom(1);
    for (Parameter parameter : store.parameters()) {
      float[] values = new float[parameter.shape().size()];
      store.read(parameter).get(values);
      boolean variance = parameter.name().endsWith("running_var");
      for (int i = 0; i < values.length; i++) {
        double noise = random.nextDouble(-0.3, 0.3);
        values[i] = (float) (variance ? 1 + noise : values[i] + noise);
      }
      store.write(parameter, FloatBuffer.wrap(values));
    }
  }

  /**
   * Exports, and runs on both sides: the whole batch, and of it the first example alone, which must
   * give its part of the outputs.
   *
   * @return the types of the nodes, and how many there are of each
   */
  static Map<String, Integer> agrees(ModelFunction function, ParameterStore store, boolean fold) {
    ModelProto model = OnnxExport.model(function, store, fold, "a description");
    agrees(model.toByteArray(), NoiseInput.of(function), store);
    var types = new TreeMap<String, Integer>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      types.merge(node.getOpType(), 1, Integer::sum);
    }
    return types;
  }

  /**
   * Holds a model against the function that it was made of.
   *
   * @param function without draws
   */
  static void agrees(byte[] model, ModelFunction function, ParameterStore store) {
    var inputs = new HashMap<String, float[]>();
    var random = new SplittableRandom(2);
    function
        .inputs()
        .forEach((name, input) -> inputs.put(name, numbers(random, input.shape().size())));
    var builder = new PlanBuilder(store);
    function.outputs().forEach(builder::output);
    try (Plan plan = builder.build();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        var session = environment.createSession(model)) {
      checkDeclared(function.inputs(), session.getInputInfo());
      checkDeclared(function.outputs(), session.getOutputInfo());
      inputs.forEach(plan::set);
      plan.run();
      for (int examples : new int[] {function.batch(), 1}) {
        var found = run(session, inputs, examples);
        function
            .outputs()
            .forEach((name, y) -> compare(name, y, plan, found.get(name), function, examples));
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime does not run " + function.name(), e);
    }
  }

  private static float[] numbers(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static void checkDeclared(Map<String, Tensor> tensors, Map<String, NodeInfo> declared) {
    assertEquals(tensors.keySet(), declared.keySet());
    tensors.forEach(
        (name, tensor) -> {
          long[] lengths = ((TensorInfo) declared.get(name).getInfo()).getShape();
          assertEquals(tensor.shape().rank(), lengths.length);
          for (int axis = 0; axis < lengths.length; axis++) {
            boolean open = axis == batchAxis(tensor);
            assertEquals(open ? -1 : tensor.shape().dimension(axis), lengths[axis]);
          }
        });
  }

  /** Of a sequence {@code [T, N, C]} the second. */
  private static int batchAxis(Tensor tensor) {
    return tensor.shape().rank() == 3 ? 1 : 0;
  }

  /** A tensor is one batch after the other: the steps of a sequence, or those of a first axis. */
  private static void compare(
      String name, Tensor y, Plan plan, float[] found, ModelFunction function, int examples) {
    FloatBuffer expected = plan.read(name);
    List<Integer> dimensions = y.shape().dimensions();
    int perExample = dimensions.stream().skip(batchAxis(y) + 1).reduce(1, Math::multiplyExact);
    int batches = y.shape().size() / (function.batch() * perExample);
    assertEquals(batches * examples * perExample, found.length, name);
    for (int i = 0; i < found.length; i++) {
      int inBatch = i % (examples * perExample);
      int at = i / (examples * perExample) * function.batch() * perExample + inBatch;
      float difference = Math.abs(expected.get(at) - found[i]);
      assertTrue(
          difference <= TOLERANCE,
          "%s of %s at %d: %s in ONNX, %s here"
              .formatted(name, function.name(), i, found[i], expected.get(at)));
    }
  }

  /**
   * Runs a model on the first examples of a batch.
   *
   * @param inputs with values for that many examples or more
   */
  static Map<String, float[]> run(OrtSession session, Map<String, float[]> inputs, int examples)
      throws OrtException {
    var environment = OrtEnvironment.getEnvironment();
    var tensors = new HashMap<String, OnnxTensor>();
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      long[] lengths = ((TensorInfo) input.getValue().getInfo()).getShape().clone();
      int steps = lengths[0] < 0 ? 1 : (int) lengths[0];
      lengths[lengths[0] < 0 ? 0 : 1] = examples;
      float[] values = inputs.get(input.getKey());
      int perStep = (int) Arrays.stream(lengths).reduce(1, (a, b) -> a * b) / steps;
      FloatBuffer first = FloatBuffer.allocate(steps * perStep);
      for (int t = 0; t < steps; t++) {
        first.put(values, t * (values.length / steps), perStep);
      }
      tensors.put(input.getKey(), OnnxTensor.createTensor(environment, first.rewind(), lengths));
    }
    var found = new HashMap<String, float[]>();
    try (OrtSession.Result result = session.run(tensors)) {
      for (var entry : result) {
        FloatBuffer values = ((OnnxTensor) entry.getValue()).getFloatBuffer();
        float[] array = new float[values.remaining()];
        values.get(array);
        found.put(entry.getKey(), array);
      }
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
    return found;
  }
}
