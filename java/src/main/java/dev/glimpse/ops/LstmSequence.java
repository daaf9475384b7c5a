package dev.glimpse.ops;

import dev.glimpse.device.Device;
import dev.glimpse.device.LibraryCall.Sequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A layer of a long short-term memory over whole sequences, from a state of zero: of x {@code [T,
 * N, in]}, weight {@code [in + H, 4 H]} and bias {@code [4 H]} the hidden states {@code [T, N, H]}.
 */
public record LstmSequence() implements Composite {
  @Override
  public String name() {
    return "lstm sequence";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Sequence size = size(inputs);
    return List.of(Shape.of(size.steps(), size.batch(), size.hidden()));
  }

  private static Sequence size(List<Shape> inputs) {
    Shape x = inputs.get(0);
    int gates = inputs.get(2).size();
    if (x.rank() != 3) {
      throw new ShapeException("a sequence is [T, N, in]");
    }
    Shape weight = Shape.of(x.columns() + gates / 4, gates);
    if (gates % 4 != 0 || !inputs.get(1).equals(weight)) {
      throw new ShapeException(
          "x [T, N, in] needs a weight [in + H, 4 H] and a bias [4 H], here " + weight);
    }
    return new Sequence(x.dimension(0), x.dimension(1), x.columns(), gates / 4);
  }

  private static Sequence sizeOf(List<Tensor> inputs) {
    return size(inputs.subList(0, 3).stream().map(Tensor::shape).toList());
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    var inputs = new ArrayList<>(node.inputs());
    inputs.add(dy.get(0));
    return Node.of(new Gradient(), inputs).outputs();
  }

  @Override
  public List<Tensor> expand(List<Tensor> inputs) {
    return List.of(new Unrolled(inputs).hiddenStates());
  }

  @Override
  public Optional<List<Tensor>> byLibrary(Device device, List<Tensor> inputs) {
    return LibraryLstm.on(device, sizeOf(inputs))
        .map(lstm -> lstm.apply(inputs).outputs().subList(0, 1));
  }

  /** The steps of a sequence, one after another. */
  private static final class Unrolled {
    private final Sequence size;
    private final Tensor weight;

    /** Input and hidden state before a step, side by side: {@code [N, in + H]}. */
    private final List<Tensor> seen = new ArrayList<>();

    private final List<Node> steps = new ArrayList<>();

    Unrolled(List<Tensor> inputs) {
      size = sizeOf(inputs);
      weight = inputs.get(1);
      Tensor hidden = Ops.constant(0, Shape.of(size.batch(), size.hidden()));
      Tensor cell = hidden;
      for (Tensor x : inSteps(inputs.get(0))) {
        seen.add(Ops.concat(List.of(x, hidden)));
        Tensor gates = Ops.add(Ops.matmul(seen.get(seen.size() - 1), weight), inputs.get(2));
        steps.add(Node.of(new LstmStep(), List.of(gates, cell)));
        List<Tensor> after = steps.get(steps.size() - 1).outputs();
        hidden = after.get(0);
        cell = after.get(1);
      }
    }

    /** Of a tensor {@code [T, N, columns]} the parts {@code [N, columns]}. */
    private List<Tensor> inSteps(Tensor sequence) {
      Shape shape = sequence.shape();
      Tensor rows = Ops.reshape(sequence, Shape.of(shape.rows(), shape.columns()));
      return Ops.split(Axis.FIRST, rows, Collections.nCopies(size.steps(), size.batch()));
    }

    private Tensor joined(List<Tensor> parts) {
      Tensor all = Ops.concat(Axis.FIRST, parts);
      return Ops.reshape(all, Shape.of(size.steps(), size.batch(), all.shape().columns()));
    }

    Tensor hiddenStates() {
      return joined(steps.stream().map(step -> step.outputs().get(0)).toList());
    }

    /** Back through time; the weight's gradient is one product over all steps. */
    List<Tensor> gradients(Tensor dy) {
      var dx = new ArrayList<Tensor>();
      var dGates = new ArrayList<Tensor>();
      Tensor dHidden = null;
      Tensor dCell = null;
      List<Tensor> dOutputs = inSteps(dy);
      for (int t = size.steps() - 1; t >= 0; t--) {
        Tensor dOutput = dOutputs.get(t);
        Tensor dState = dHidden == null ? dOutput : Ops.add(dOutput, dHidden);
        Node step = steps.get(t);
        // In a list that may hold null: there are no cells after the last step.
        var ofState = new ArrayList<Tensor>();
        ofState.add(dState);
        ofState.add(dCell);
        List<Tensor> by = step.op().gradients(step, ofState);
        dGates.add(0, by.get(0));
        dCell = by.get(1);
        Tensor dSeen = Tensor.of(new MatMul(false, true), by.get(0), weight);
        List<Tensor> parts = Ops.split(dSeen, List.of(size.in(), size.hidden()));
        dx.add(0, parts.get(0));
        dHidden = parts.get(1);
      }
      Tensor allGates = Ops.concat(Axis.FIRST, dGates);
      Tensor allSeen = Ops.concat(Axis.FIRST, seen);
      return List.of(
          joined(dx),
          Tensor.of(new MatMul(true, false), allSeen, allGates),
          Ops.columnSum(allGates));
    }
  }

  /** Of x, weight, bias and the gradient by the hidden states, those by the first three. */
  record Gradient() implements Composite {
    @Override
    public String name() {
      return "lstm sequence gradient";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      return inputs.subList(0, 3);
    }

    @Override
    public List<Tensor> gradients(Node node, List<Tensor> dy) {
      throw new IllegalStateException("second derivatives are not supported");
    }

    /** The forward steps are those of the sequence itself: equal ops of equal inputs. */
    @Override
    public List<Tensor> expand(List<Tensor> inputs) {
      return new Unrolled(inputs).gradients(inputs.get(3));
    }

    @Override
    public Optional<List<Tensor>> byLibrary(Device device, List<Tensor> inputs) {
      return LibraryLstm.on(device, sizeOf(inputs))
          .map(lstm -> lstm.gradients(inputs, inputs.get(3)));
    }
  }
}
