package dev.glimpse.ops;

import java.util.List;
import java.util.Map;

/**
 * The gradient of {@link AttentionWrite}: of patches, windows and the gradient by the canvas, the
 * gradients by patches and windows. (That by the old canvas is that by the new one.)
 */
record AttentionWriteGradient(AttentionWindow window) implements Op {
  @Override
  public String name() {
    return "attention write gradient";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return inputs.subList(0, 2);
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
    window.launch(
        site,
        "attention_write_gradient",
        Map.of(),
        List.of(site.input(0), site.input(1), site.input(2)),
        List.of(site.output(0), site.output(1)),
        4,
        0);
  }
}
