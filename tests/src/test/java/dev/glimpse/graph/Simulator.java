package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.graph.Placement.Place;
import dev.glimpse.graph.Placement.Preparation;
import dev.glimpse.graph.Placement.Work;
import dev.glimpse.ops.Array;
import dev.glimpse.ops.Broadcast;
import dev.glimpse.ops.Chain;
import dev.glimpse.ops.Convolution;
import dev.glimpse.ops.ConvolutionWeights;
import dev.glimpse.ops.Function;
import dev.glimpse.ops.FusedPointwise;
import dev.glimpse.ops.Interpreter;
import dev.glimpse.ops.Leaf;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Reference;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Structural;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles a graph as {@link PlanBuilder} does, up to the launches, and carries these out in double
 * precision over simulated memory. What nobody wrote is NaN there.
 */
final class Simulator {
  private final Device device;
  private final boolean optimised;
  private final boolean frozen;
  private final Map<Buffer, double[]> memory = new HashMap<>();
  private final Map<Tensor, Buffer> leaves = new HashMap<>();
  private final Map<Op, Array> drawn = new HashMap<>();
  private final Map<Tensor, Buffer> kept = new LinkedHashMap<>();
  private final Placement placement;
  private final double[] arena;

  /**
   * @param values those of leaves and of random tensors
   */
  Simulator(
      Device device,
      List<Tensor> wanted,
      Map<Tensor, Array> values,
      boolean optimised,
      boolean frozen) {
    this.device = device;
    this.optimised = optimised;
    this.frozen = frozen;
    values.forEach(
        (tensor, value) -> {
          drawn.put(tensor.node().op(), value);
          leaves.put(tensor, allocate(value.values()));
        });
    for (Tensor tensor : wanted) {
      Op op = tensor.node().op();
      boolean placed = op instanceof Leaf || op instanceof Structural;
      Tensor own = placed ? Tensor.of(new Broadcast(tensor.shape()), tensor) : tensor;
      kept.putIfAbsent(own, allocate(new double[tensor.shape().size()]));
    }
    this.placement = compile();
    this.arena = new double[(int) (placement.arena().size() / 4)];
    Arrays.fill(arena, Double.NaN);
  }

  private Buffer allocate(double[] content) {
    Buffer buffer = device.allocate(4L * content.length);
    memory.put(buffer, content);
    return buffer;
  }

  private Placement compile() {
    var steps = new Steps(kept.keySet(), optimised);
    var fixed = new HashMap<Tensor, Buffer>();
    kept.forEach(
        (tensor, buffer) -> {
          Tensor canonical = steps.canonical(tensor);
          boolean taken = fixed.containsKey(canonical);
          fixed.put(taken ? steps.copy(canonical, tensor.shape()) : canonical, buffer);
        });
    List<Step> list = steps.list;
    if (optimised) {
      list = SharedPanels.share(ColumnSums.merge(list, device.info()), device.info());
    }
    List<Step> fused = Fusion.fuse(list, fixed.keySet(), optimised);
    return new Placement(
        device.info(),
        fused,
        tensor -> fixed.getOrDefault(tensor, leaves.get(tensor)),
        fixed.keySet(),
        optimised,
        frozen);
  }

  /**
   * Runs everything, what is not done once twice; the values of the wanted tensors, in their order.
   */
  List<double[]> run() {
    for (Work work : placement.work) {
      if (work.once()) {
        run(work, work.preparation() != Preparation.DONE);
      } else if (work.preparation() == Preparation.ONCE) {
        prepare(work, true);
      }
    }
    for (int i = 0; i < 2; i++) {
      for (Work work : placement.work) {
        if (!work.once()) {
          run(work, work.preparation() == Preparation.PART);
        }
      }
    }
    return kept.values().stream().map(memory::get).toList();
  }

  Placement placement() {
    return placement;
  }

  private void run(Work work, boolean prepares) {
    List<Array> inputs = work.inputs().stream().map(this::read).toList();
    List<Shape> shapes = work.outputs().stream().map(Place::shape).toList();
    prepare(work, prepares);
    List<Array> outputs = apply(work.op(), inputs, shapes);
    for (int i = 0; i < outputs.size(); i++) {
      write(work.outputs().get(i), outputs.get(i));
    }
  }

  /**
   * Gives a step its workspaces. What it prepares of an input is here the input's values, which the
   * next steps that prepare the same must find where they are.
   */
  private void prepare(Work work, boolean prepares) {
    List<Shape> shapes = work.inputs().stream().map(Place::shape).toList();
    Optional<Op.Preparation> wanted = work.op().preparation(device.info(), shapes);
    List<Arena.Block> workspaces = work.workspaces();
    for (Arena.Block workspace : prepares ? workspaces : workspaces.subList(1, workspaces.size())) {
      int first = (int) (workspace.offset / 4);
      Arrays.fill(arena, first, first + (int) (workspace.bytes / 4), Double.NaN);
    }
    if (wanted.isPresent()) {
      double[] values = read(work.inputs().get(wanted.get().input())).values();
      int first = (int) (workspaces.get(0).offset / 4);
      if (prepares) {
        System.arraycopy(values, 0, arena, first, values.length);
      } else {
        assertArrayEquals(values, Arrays.copyOfRange(arena, first, first + values.length));
      }
    }
  }

  private List<Array> apply(Op op, List<Array> x, List<Shape> shapes) {
    if (drawn.containsKey(op)) {
      return List.of(drawn.get(op));
    }
    if (op instanceof FusedPointwise fused) {
      return chain(fused.chain(), x, fused.domain());
    }
    if (op instanceof MatMul matmul) {
      Array product =
          Reference.matmul(
              matmul.transposeA(), matmul.transposeB(), x.get(0), x.get(1), shapes.get(0));
      var outputs = new ArrayList<>(epilogue(matmul.epilogue(), product, x, shapes.get(0)));
      if (matmul.columnSum()) {
        outputs.add(Reference.columnSum(x.get(1)));
      }
      return outputs;
    }
    if (op instanceof Convolution convolution) {
      return epilogue(
          convolution.epilogue(), Interpreter.apply(op, x, shapes).get(0), x, shapes.get(0));
    }
    if (op instanceof ConvolutionWeights weights) {
      return epilogue(
          weights.epilogue(), Interpreter.apply(op, x, shapes).get(0), x, shapes.get(0));
    }
    return Interpreter.apply(op, x, shapes);
  }

  /** What becomes of a kernel's result; the chain's other inputs follow the kernel's two. */
  private static List<Array> epilogue(Chain chain, Array result, List<Array> inputs, Shape shape) {
    var values = new ArrayList<Array>();
    values.add(result);
    values.addAll(inputs.subList(2, inputs.size()));
    return chain(chain, values, shape);
  }

  private static List<Array> chain(Chain chain, List<Array> inputs, Shape domain) {
    var values = new ArrayList<>(inputs);
    for (Chain.Step step : chain.steps()) {
      if (step.function() == null) {
        values.add(new Array(Shape.SCALAR, new double[] {step.constants().get(0)}));
      } else {
        List<Array> arguments = step.arguments().stream().map(values::get).toList();
        values.add(Reference.pointwise(step.function(), step.constants(), domain, arguments));
      }
    }
    var outputs = new ArrayList<Array>();
    for (int output : chain.outputs()) {
      outputs.add(
          Reference.pointwise(Function.IDENTITY, List.of(), domain, List.of(values.get(output))));
    }
    for (int sum : chain.sums()) {
      Array whole =
          Reference.pointwise(Function.IDENTITY, List.of(), domain, List.of(values.get(sum)));
      outputs.add(Reference.rowSum(whole));
    }
    return outputs;
  }

  private double[] memory(Place place) {
    return place.buffer() != null ? memory.get(place.buffer()) : arena;
  }

  private static int start(Place place) {
    return place.offset() + (place.block() == null ? 0 : (int) (place.block().offset / 4));
  }

  private Array read(Place place) {
    var array = Array.zeros(place.shape());
    for (int r = 0; r < array.rows(); r++) {
      System.arraycopy(
          memory(place),
          start(place) + r * place.stride(),
          array.values(),
          r * array.columns(),
          array.columns());
    }
    return array;
  }

  private void write(Place place, Array array) {
    int columns = place.shape().columns();
    for (int r = 0; r < place.shape().rows(); r++) {
      System.arraycopy(
          array.values(), r * columns, memory(place), start(place) + r * place.stride(), columns);
    }
  }
}
