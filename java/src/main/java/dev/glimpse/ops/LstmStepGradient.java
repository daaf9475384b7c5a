package dev.glimpse.ops;

import java.util.List;
import java.util.Map;

/**
 * The gradient of {@link LstmStep}: of activated gates, old and new cells, and the gradients by the
 * hidden state and by the new cells, the gradients by the gates and by the old cells.
 */
record LstmStepGradient() implements Op {
  private static final int FLOPS = 40 + 30;

  @Override
  public String name() {
    return "lstm gradient";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(inputs.get(0), inputs.get(1));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    throw new IllegalStateException("second derivatives are not supported");
  }

  @Override
  public boolean readsStrided() {
    return true;
  }

  @Override
  public boolean writesStrided(int output) {
    return true;
  }

  @Override
  public void lower(Site site) {
    boolean ofCell = site.isRead(1);
    LstmStep.launch(
        site,
        "lstm_step_gradient",
        Map.of("CELL_GRADIENT", ofCell ? "1" : "0"),
        List.of(site.input(0), site.input(1), site.input(2), site.input(3), site.input(4)),
        ofCell ? List.of(site.output(0), site.output(1)) : List.of(site.output(0)),
        FLOPS);
  }
}
