package dev.glimpse.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.graph.Reachable;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Holds what ONNX Runtime makes of an exported function against what a plan makes of it. */
final class OnnxCheck {
  private static final float TOLERANCE = 1e-4f;

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
   * Exports, and runs on both sides: the whole batch, and of it the first row alone, which must
   * give the first rows of the outputs.
   *
   * @return the types of the nodes, and how many there are of each
   */
  static Map<String, Integer> agrees(
      Path file, Map<String, Tensor> outputs, ParameterStore store, boolean fold) {
    OnnxExport.write(file, "function", outputs, store, fold);
    Map<String, Tensor> wanted = OnnxExport.deterministic(outputs);
    var shapes = new TreeMap<String, Shape>();
    for (var node : Reachable.from(wanted.values())) {
      if (node.op() instanceof Input input) {
        shapes.put(input.name(), input.shape());
      }
    }
    var random = new SplittableRandom(2);
    var inputs = new TreeMap<String, float[]>();
    shapes.forEach(
        (name, shape) -> {
          float[] values = new float[shape.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
          }
          inputs.put(name, values);
        });
    var builder = new PlanBuilder(store);
    wanted.forEach(builder::output);
    try (Plan plan = builder.build();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession session =
            environment.createSession(file.toString(), new OrtSession.SessionOptions())) {
      assertEquals(shapes.keySet(), session.getInputNames());
      assertEquals(wanted.keySet(), session.getOutputNames());
      for (var input : session.getInputInfo().entrySet()) {
        long[] declared = ((TensorInfo) input.getValue().getInfo()).getShape();
        assertEquals(-1, declared[0], "the batch is open");
      }
      inputs.forEach(plan::set);
      plan.run();
      for (int rows : new int[] {shapes.values().iterator().next().dimension(0), 1}) {
        Map<String, float[]> found = run(environment, session, inputs, shapes, rows);
        wanted.forEach(
            (name, tensor) -> {
              FloatBuffer expected = plan.read(name);
              float[] values = found.get(name);
              assertEquals(
                  tensor.shape().size() / tensor.shape().dimension(0) * rows, values.length);
              for (int i = 0; i < values.length; i++) {
                float difference = Math.abs(expected.get(i) - values[i]);
                assertTrue(
                    difference <= TOLERANCE,
                    "%s[%d] is %s in ONNX, %s here".formatted(name, i, values[i], expected.get(i)));
              }
            });
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime does not run it", e);
    }
    return types(outputs, store, fold);
  }

  private static Map<String, float[]> run(
      OrtEnvironment environment,
      OrtSession session,
      Map<String, float[]> inputs,
      Map<String, Shape> shapes,
      int rows)
      throws OrtException {
    var tensors = new LinkedHashMap<String, OnnxTensor>();
    for (String name : inputs.keySet()) {
      Shape shape = shapes.get(name).withFirst(rows);
      long[] lengths = shape.dimensions().stream().mapToLong(d -> d).toArray();
      FloatBuffer values = FloatBuffer.wrap(inputs.get(name), 0, shape.size()).slice();
      tensors.put(name, OnnxTensor.createTensor(environment, values, lengths));
    }
    var found = new TreeMap<String, float[]>();
    try (OrtSession.Result result = session.run(tensors, Set.copyOf(session.getOutputNames()))) {
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

  private static Map<String, Integer> types(
      Map<String, Tensor> outputs, ParameterStore store, boolean fold) {
    var types = new TreeMap<String, Integer>();
    OnnxExport.model("function", outputs, store, fold)
        .getGraph()
        .getNodeList()
        .forEach(node -> types.merge(node.getOpType(), 1, Integer::sum));
    return types;
  }
}
