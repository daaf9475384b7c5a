package dev.glimpse.nn;

import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.ShapeException;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One or more layers of {@link LstmCell}s over whole sequences, starting from zero: {@code [T, N,
 * in]} to {@code [T, N, hidden]}, for any T.
 */
public final class Lstm implements Layer {
  private final String name;
  private final List<LstmCell> layers = new ArrayList<>();

  /**
   * @param name of the whole; the layers are {@code name.0}, {@code name.1}, ...
   * @param in the width of an input
   * @param hidden the units of each layer
   * @param layers how many there are
   */
  public Lstm(String name, int in, int hidden, int layers) {
    this.name = name;
    for (int l = 0; l < layers; l++) {
      this.layers.add(new LstmCell(name + "." + l, l == 0 ? in : hidden, hidden));
    }
  }

  @Override
  public Tensor apply(Tensor x) {
    if (x.shape().rank() != 3) {
      throw new ShapeException(name + ": a sequence is [T, N, in], not " + x.shape());
    }
    int count = x.shape().dimension(1);
    List<Tensor> sequence = steps(x, count);
    for (LstmCell layer : layers) {
      var outputs = new ArrayList<Tensor>();
      LstmCell.State state = layer.zeroState(count);
      for (Tensor input : sequence) {
        state = layer.step(input, state);
        outputs.add(state.hidden());
      }
      sequence = outputs;
    }
    Tensor all = Ops.concat(Axis.FIRST, sequence);
    return Ops.reshape(all, Shape.of(sequence.size(), count, all.shape().columns()));
  }

  /** The inputs of a sequence, {@code [N, in]} each. */
  private static List<Tensor> steps(Tensor x, int count) {
    Tensor rows = Ops.reshape(x, Shape.of(x.shape().rows(), x.shape().columns()));
    return Ops.split(Axis.FIRST, rows, Collections.nCopies(x.shape().dimension(0), count));
  }

  @Override
  public List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
  }
}
