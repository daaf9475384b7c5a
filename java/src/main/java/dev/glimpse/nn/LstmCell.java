package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A long short-term memory (Hochreiter and Schmidhuber 1997) with forget gates (Gers et al. 2000)
 * and without peepholes:
 *
 * <pre>
 *   [i f g o] = [x h] W + b
 *   c' = sigmoid(f) c + sigmoid(i) tanh(g)
 *   h' = sigmoid(o) tanh(c')
 * </pre>
 *
 * The weight is {@code [in + hidden][4 hidden]}: PyTorch's {@code weight_ih} and {@code weight_hh}
 * side by side, transposed; the bias is the sum of {@code bias_ih} and {@code bias_hh}.
 */
public final class LstmCell {
  private final String name;
  private final int hidden;
  private final Parameter weight;
  private final Parameter bias;

  /**
   * What a memory holds between two steps.
   *
   * @param hidden the hidden state, {@code [N, H]}
   * @param cell the cells, {@code [N, H]}
   */
  public record State(Tensor hidden, Tensor cell) {}

  /**
   * A cell whose forget gates begin open, with a bias of 1 (Jozefowicz et al. 2015).
   *
   * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
   * @param in the width of an input
   * @param hidden the number H of units
   */
  public LstmCell(String name, int in, int hidden) {
    this.name = name;
    this.hidden = hidden;
    Shape shape = Shape.of(in + hidden, 4 * hidden);
    var transposed = new Layout(shape, List.of(1, 0), Shape.of(4 * hidden, in + hidden));
    weight =
        new Parameter(
            name + ".weight", shape, Initializer.uniform(1 / Math.sqrt(hidden)), transposed);
    float[] first = new float[4 * hidden];
    Arrays.fill(first, hidden, 2 * hidden, 1);
    bias = new Parameter(name + ".bias", Shape.of(4 * hidden), Initializer.values(first));
  }

  /** The number H of units. */
  public int hidden() {
    return hidden;
  }

  /** A memory of nothing. */
  public State zeroState(int count) {
    Tensor zero = Ops.constant(0, Shape.of(count, hidden));
    return new State(zero, zero);
  }

  /** The state after another input {@code [N, in]}. */
  public State step(Tensor x, State state) {
    return Scope.in(
        name,
        () -> {
          Tensor seen = Ops.concat(List.of(x, state.hidden));
          Tensor gates = Ops.add(Ops.matmul(seen, weight.tensor()), bias.tensor());
          List<Tensor> after = Ops.lstm(gates, state.cell);
          return new State(after.get(0), after.get(1));
        });
  }

  /** The hidden states {@code [T, N, H]} of a whole sequence {@code [T, N, in]}, from no memory. */
  public Tensor sequence(Tensor x) {
    return Scope.in(name, () -> Ops.lstmSequence(x, weight.tensor(), bias.tensor()));
  }

  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }
}
