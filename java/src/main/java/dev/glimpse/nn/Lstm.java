package dev.glimpse.nn;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One or more layers of {@link LstmCell}s over whole sequences, starting from zero: {@code [T, N,
 * in]} to {@code [T, N, hidden]}, for any T.
 */
public final class Lstm implements Layer {
  private final List<LstmCell> layers = new ArrayList<>();

  /**
   * @param name of the whole; the layers are {@code name.0}, {@code name.1}, ...
   * @param in the width of an input
   * @param hidden the units of each layer
   * @param layers how many there are
   */
  public Lstm(String name, int in, int hidden, int layers) {
    for (int l = 0; l < layers; l++) {
      this.layers.add(new LstmCell(name + "." + l, l == 0 ? in : hidden, hidden));
    }
  }

  @Override
  public Tensor apply(Tensor x) {
    Tensor y = x;
    for (LstmCell layer : layers) {
      y = layer.sequence(y);
    }
    return y;
  }

  @Override
  public List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
  }
}
