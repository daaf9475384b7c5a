package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Evaluates a graph in double precision, op by op, with {@link Reference}. */
public final class Interpreter {
  private final Map<Node, List<Array>> known = new HashMap<>();

  /** Gives a leaf or a random tensor its value. */
  public Interpreter set(Tensor tensor, Array value) {
    known.put(tensor.node(), List.of(value));
    return this;
  }

  public Array value(Tensor tensor) {
    List<Array> outputs = known.get(tensor.node());
    if (outputs == null) {
      var inputs = new ArrayList<Array>();
      tensor.node().inputs().forEach(input -> inputs.add(value(input)));
      List<Shape> shapes = tensor.node().outputs().stream().map(Tensor::shape).toList();
      outputs = apply(tensor.node().op(), inputs, shapes);
      known.put(tensor.node(), outputs);
    }
    return outputs.get(tensor.index());
  }

  /** An op applied to values, giving values of these shapes. */
  public static List<Array> apply(Op op, List<Array> x, List<Shape> shapes) {
    Shape shape = shapes.get(0);
    if (op instanceof Split split) {
      return Reference.split(split.axis(), x.get(0), shapes);
    } else if (op instanceof MaxPool pool) {
      return ImageReference.maxPool(pool.window(), x.get(0), shape);
    } else if (op instanceof BatchMoments moments) {
      return Reference.batchMoments(x.get(0), moments.epsilon());
    } else if (op instanceof BatchNormalize.GradientSums) {
      return Reference.batchGradientSums(x.get(0), x.get(1), x.get(2), x.get(3));
    } else if (op instanceof LstmStep) {
      return RecurrentReference.lstm(x.get(0), x.get(1));
    } else if (op instanceof LstmStepGradient) {
      return RecurrentReference.lstmGradient(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4));
    } else if (op instanceof LstmSequence) {
      return List.of(RecurrentReference.sequence(x.get(0), x.get(1), x.get(2)));
    } else if (op instanceof LstmSequence.Gradient) {
      return RecurrentReference.sequenceGradient(x.get(0), x.get(1), x.get(2), x.get(3));
    } else if (op instanceof AttentionReadGradient read) {
      return AttentionReference.readGradient(read, x, shapes);
    } else if (op instanceof AttentionWriteGradient write) {
      return AttentionReference.writeGradient(write, x, shapes);
    }
    return List.of(applyToOne(op, x, shape));
  }

  private static Array applyToOne(Op op, List<Array> x, Shape shape) {
    if (op instanceof Constant constant) {
      return Reference.pointwise(
          Function.SHIFT, List.of(constant.value()), shape, List.of(Array.zeros(shape)));
    } else if (op instanceof Variable variable) {
      return new Array(shape, new double[] {variable.initial()});
    } else if (op instanceof RowSum) {
      return Reference.rowSum(x.get(0));
    } else if (op instanceof Fusible fusible) {
      return Reference.pointwise(fusible.step(), fusible.constants(), shape, x);
    } else if (op instanceof Reshape || op instanceof StopGradient) {
      return new Array(shape, x.get(0).values());
    } else if (op instanceof Concat concat) {
      return Reference.concat(concat.axis(), x, shape);
    } else if (op instanceof MatMul matmul) {
      return Reference.matmul(matmul.transposeA(), matmul.transposeB(), x.get(0), x.get(1), shape);
    } else if (op instanceof ColumnSum) {
      return Reference.columnSum(x.get(0));
    } else if (op instanceof Sum sum) {
      return Reference.sum(x.get(0), sum.scale());
    } else if (op instanceof LogSumExp) {
      return Reference.logSumExp(x.get(0));
    } else if (op instanceof Softmax) {
      return Reference.softmax(x.get(0));
    } else if (op instanceof SoftmaxCrossEntropy) {
      return Reference.softmaxCrossEntropy(x.get(0), x.get(1));
    } else if (op instanceof SoftmaxCrossEntropy.Gradient) {
      return Reference.softmaxCrossEntropyGradient(x.get(0), x.get(1), x.get(2));
    } else if (op instanceof Convolution convolution) {
      return ImageReference.convolution(convolution, x.get(0), x.get(1), shape);
    } else if (op instanceof ConvolutionWeights weights) {
      return ImageReference.convolutionWeights(weights, x.get(0), x.get(1), shape);
    } else if (op instanceof MaxPool.Gradient pool) {
      return ImageReference.maxPoolGradient(pool.window(), x.get(0), x.get(1), shape);
    } else if (op instanceof AveragePool pool) {
      return ImageReference.averagePool(pool.window(), x.get(0), shape);
    } else if (op instanceof AveragePool.Gradient pool) {
      return ImageReference.averagePoolGradient(pool.window(), x.get(0), shape);
    } else if (op instanceof Upsample upsample) {
      return ImageReference.upsample(upsample, x.get(0), shape);
    } else if (op instanceof AttentionRead read) {
      return AttentionReference.read(read, x, shape);
    } else if (op instanceof AttentionWrite write) {
      return AttentionReference.write(write, x, shape);
    } else if (op instanceof Repeat repeat) {
      return Reference.repeat(x.get(0), repeat.times(), shape);
    } else if (op instanceof SumRepeats sum) {
      return Reference.sumRepeats(x.get(0), sum.times(), shape);
    }
    throw new IllegalArgumentException("no value was set for " + op);
  }
}
