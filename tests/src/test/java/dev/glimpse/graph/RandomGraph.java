package dev.glimpse.graph;

import dev.glimpse.ops.Array;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.BatchMoments;
import dev.glimpse.ops.BatchNormalize;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Interpreter;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A graph of random ops over small random shapes, with values for its inputs and random tensors.
 */
final class RandomGraph {
  /** Of two grids of filters. */
  private static final Shape WINDOWS = Shape.of(2, 5);

  private static final Window SLIDING = Window.square(2, 1, 1);

  /** Of a convolution of grey images, and of the transposed one of what it gives. */
  private static final Shape WEIGHTS = Shape.of(2, 2, 1, 3);

  private static final Shape BACK = Shape.of(2, 2, 3, 1);

  private final SplittableRandom random;
  private final int rows;
  private final int columns;
  private final List<Tensor> pool = new ArrayList<>();
  private final Map<Tensor, float[]> inputs = new LinkedHashMap<>();
  private final Map<Tensor, Array> drawn = new LinkedHashMap<>();
  private final List<Tensor> stopped = new ArrayList<>();

  /**
   * @param drawsNumbers whether random tensors are among the ops
   */
  RandomGraph(long seed, int size, boolean drawsNumbers) {
    random = new SplittableRandom(seed);
    rows = random.nextInt(1, 5);
    columns = random.nextInt(1, 6);
    addInput(Shape.of(rows, columns));
    addInput(Shape.of(rows, columns));
    addInput(Shape.of(columns));
    addInput(Shape.of(rows, 1));
    addInput(Shape.of(columns, random.nextInt(1, 6)));
    addInput(Shape.of(2, rows, columns));
    addInput(WINDOWS);
    addInput(WEIGHTS);
    addInput(BACK);
    addInput(Shape.SCALAR);
    int wanted = pool.size() + size;
    while (pool.size() < wanted) {
      grow(random.nextInt(drawsNumbers ? 28 : 26));
    }
  }

  /** The inputs, every second of which is a parameter, and their values. */
  Map<Tensor, float[]> inputs() {
    return inputs;
  }

  /** The random tensors, and values for them. */
  Map<Tensor, Array> drawn() {
    return drawn;
  }

  /** Every third tensor that was made, and the last one. */
  List<Tensor> outputs() {
    var outputs = new ArrayList<Tensor>();
    for (int i = inputs.size(); i < pool.size(); i += 3) {
      outputs.add(pool.get(i));
    }
    outputs.add(pool.get(pool.size() - 1));
    return outputs;
  }

  /** A scalar that depends on everything. */
  Tensor loss() {
    Tensor loss = Ops.constant(0, Shape.SCALAR);
    for (Tensor tensor : pool) {
      loss = Ops.add(loss, Ops.mean(Ops.tanh(Ops.shift(tensor, 0.1f))));
    }
    return loss;
  }

  /** Knows the inputs and the random tensors. */
  Interpreter interpreter() {
    var interpreter = new Interpreter();
    inputs.forEach((tensor, values) -> interpreter.set(tensor, Array.of(tensor.shape(), values)));
    drawn.forEach(interpreter::set);
    return interpreter;
  }

  /**
   * An interpreter with one input moved by a step, in which the tensors through which no gradient
   * flows keep their values.
   */
  Interpreter moved(Interpreter at, Tensor input, int element, double step) {
    Interpreter moved = interpreter();
    stopped.forEach(tensor -> moved.set(tensor, at.value(tensor)));
    double[] values = at.value(input).values().clone();
    values[element] += step;
    return moved.set(input, new Array(input.shape(), values));
  }

  private void addInput(Shape shape) {
    String name = "x" + inputs.size();
    Tensor input =
        inputs.size() % 2 == 0
            ? Tensor.of(new Input(name, shape))
            : new Parameter(name, shape, Initializer.constant(0)).tensor();
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    inputs.put(input, values);
    pool.add(input);
  }

  private Tensor any() {
    // The latest more often, so that graphs become deep.
    int from = random.nextBoolean() ? 0 : Math.max(0, pool.size() - 4);
    return pool.get(random.nextInt(from, pool.size()));
  }

  private Optional<Tensor> any(Predicate<Tensor> condition) {
    List<Tensor> fitting = pool.stream().filter(condition).toList();
    return fitting.isEmpty()
        ? Optional.empty()
        : Optional.of(fitting.get(random.nextInt(fitting.size())));
  }

  private void grow(int op) {
    Tensor x = any();
    Shape shape = x.shape();
    switch (op) {
      case 0 -> pool.add(Ops.tanh(x));
      case 1 -> pool.add(Ops.sigmoid(x));
      case 2 -> pool.add(Ops.softplus(x));
      case 3 -> pool.add(random.nextBoolean() ? Ops.relu(x) : Ops.leakyRelu(x, 0.2f));
      case 4 -> pool.add(Ops.exp(Ops.tanh(x)));
      case 5 -> pool.add(Ops.scale(x, random.nextBoolean() ? -0.5f : 0.75f));
      case 6 -> pool.add(Ops.sqrt(Ops.shift(Ops.square(x), 0.25f)));
      case 7, 8, 9 -> addPairOf(x);
      case 10, 11 -> addProductOf(x);
      case 12 -> pool.add(random.nextBoolean() ? Ops.sum(x) : Ops.mean(x));
      case 13 -> {
        if (shape.rank() > 0) {
          pool.add(random.nextBoolean() ? Ops.rowSum(x) : Ops.columnSum(x));
        }
      }
      case 14 -> {
        if (shape.rank() > 0) {
          pool.add(random.nextBoolean() ? Ops.softmax(x) : Ops.logSumExp(x));
        }
      }
      case 15 -> {
        Axis axis = anyAxis();
        int length = axis.length(shape);
        if (shape.rank() > 0 && length > 1) {
          int part = random.nextInt(1, length);
          pool.addAll(Ops.split(axis, x, List.of(part, length - part)));
        }
      }
      case 16 -> {
        Axis axis = anyAxis();
        any(t -> shape.rank() > 0 && joins(axis, t.shape(), shape))
            .ifPresent(other -> pool.add(Ops.concat(axis, List.of(x, other))));
      }
      case 17 -> {
        if (shape.rank() > 0 && shape.size() < 100) {
          pool.add(
              random.nextBoolean()
                  ? Ops.repeat(x, 2)
                  : Ops.reshape(x, Shape.of(shape.columns(), shape.rows())));
        }
      }
      case 18 -> {
        if (random.nextBoolean()) {
          stop(x);
        } else {
          pool.add(Ops.abs(x));
        }
      }
      case 19 -> {
        if (shape.rank() > 0 && shape.size() < 100) {
          Tensor gates = Ops.concat(List.of(x, Ops.negate(x), Ops.square(x), Ops.shift(x, 1)));
          pool.addAll(Ops.lstm(gates, Ops.tanh(x)));
        }
      }
      case 20, 21 -> addDrawing();
      case 22, 23 -> addNormalised(x);
      case 24 -> addConvolutions();
      case 25 -> fill(x);
      case 26 -> draw(Ops.randomNormal(Shape.of(rows, columns)));
      default -> draw(Ops.randomBernoulli(Ops.sigmoid(x)));
    }
  }

  /** A matrix of a scalar, a row or a column, if x is one. */
  private void fill(Tensor x) {
    Shape shape = x.shape();
    if (shape.size() == 1) {
      pool.add(Ops.broadcast(x, Shape.of(rows, columns)));
    } else if (shape.rank() == 1) {
      pool.add(Ops.broadcast(x, Shape.of(rows, shape.columns())));
    } else if (shape.columns() == 1) {
      pool.add(Ops.broadcast(x, shape.withColumns(columns)));
    }
  }

  private void stop(Tensor x) {
    Tensor stop = Ops.stopGradient(x);
    pool.add(stop);
    stopped.add(stop);
  }

  private Axis anyAxis() {
    return random.nextBoolean() ? Axis.FIRST : Axis.LAST;
  }

  private static boolean joins(Axis axis, Shape a, Shape b) {
    return a.rank() == b.rank() && axis.resize(a, 1).equals(axis.resize(b, 1));
  }

  /** Normalises the columns of a batch. */
  private void addNormalised(Tensor x) {
    if (x.shape().rank() < 2) {
      return;
    }
    Tensor scale = anyRow(x);
    Tensor shift = anyRow(x);
    List<Tensor> moments = Node.of(new BatchMoments(0.5f), List.of(x)).outputs();
    stop(moments.get(1));
    pool.add(Tensor.of(new BatchNormalize(), x, moments.get(0), moments.get(2), scale, shift));
  }

  private Tensor anyRow(Tensor x) {
    Shape row = Shape.of(x.shape().columns());
    return any(t -> t.shape().equals(row)).orElseGet(() -> Ops.tanh(Ops.columnSum(x)));
  }

  private Tensor any(Shape shape) {
    return any(t -> t.shape().equals(shape)).orElseThrow();
  }

  /** Two grey images, which are in the pool without their last axis. */
  private Tensor anyImages() {
    return Ops.reshape(any(Shape.of(2, rows, columns)), Shape.of(2, rows, columns, 1));
  }

  /** Convolves two images, and brings what that or another convolution gave back. */
  private void addConvolutions() {
    Tensor maps = Ops.scale(Ops.conv2d(anyImages(), any(WEIGHTS), SLIDING), 0.5f);
    pool.add(maps);
    Tensor back =
        Ops.convTranspose2d(any(maps.shape()), any(BACK), SLIDING, new Window.Extent(0, 0));
    pool.add(Ops.reshape(back, Shape.of(2, rows, columns)));
  }

  /** Reads two images and their errors, and writes these. */
  private void addDrawing() {
    Tensor image = anyImages();
    Tensor canvas = anyImages();
    Tensor windows = any(WINDOWS);
    int size = random.nextInt(1, 4);
    Tensor read = Ops.attentionRead(image, canvas, windows, size);
    List<Tensor> patches =
        Ops.split(
            Ops.reshape(read, Shape.of(2, 2 * size * size)), List.of(size * size, size * size));
    Tensor errors = Ops.reshape(Ops.tanh(patches.get(1)), Shape.of(2, size, size, 1));
    pool.add(Ops.reshape(Ops.attentionRead(canvas, windows, size), Shape.of(2, size * size)));
    pool.add(patches.get(0));
    Tensor written = Ops.attentionWrite(canvas, errors, windows, random.nextBoolean());
    pool.add(Ops.reshape(written, Shape.of(2, rows, columns)));
  }

  /** A function of a tensor and one that broadcasts to it. */
  private void addPairOf(Tensor x) {
    Shape shape = x.shape();
    Tensor y =
        any(t ->
                t.shape().equals(shape)
                    || t.shape().rank() == 0
                    || t.shape().rank() == 1 && t.shape().columns() == shape.columns()
                    || shape.rank() > 0 && t.shape().equals(shape.withColumns(1)))
            .orElse(x);
    pool.add(
        switch (random.nextInt(6)) {
          case 0 -> Ops.add(x, y);
          case 1 -> Ops.subtract(y, x);
          case 2 -> Ops.multiply(x, Ops.tanh(y));
          case 3 -> Ops.divide(x, Ops.shift(Ops.softplus(y), 0.5f));
          case 4 -> Ops.maximum(x, y);
          default -> Ops.gaussianKl(Ops.tanh(x), Ops.tanh(y));
        });
  }

  private void addProductOf(Tensor x) {
    boolean transposeX = random.nextBoolean();
    boolean transposeY = random.nextBoolean();
    if (x.shape().rank() < 2) {
      return;
    }
    int inner = transposeX ? x.shape().rows() : x.shape().columns();
    any(t ->
            t.shape().rank() == 2 && (transposeY ? t.shape().columns() : t.shape().rows()) == inner)
        .ifPresent(
            y -> pool.add(Ops.scale(Tensor.of(new MatMul(transposeX, transposeY), x, y), 0.5f)));
  }

  /** Takes a random tensor in, with values that a test may use for it. */
  private void draw(Tensor tensor) {
    boolean binary = !tensor.node().inputs().isEmpty();
    var values = Array.zeros(tensor.shape());
    for (int i = 0; i < values.values().length; i++) {
      values.values()[i] = binary ? random.nextInt(2) : random.nextGaussian();
    }
    drawn.put(tensor, values);
    pool.add(tensor);
  }
}
