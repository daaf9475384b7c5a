package dev.glimpse.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Adds patches {@code [N, size size C]} to canvases {@code [N, H W C]} by the grid that windows
 * {@code [N, 5]} place.
 *
 * @param sign 1, or -1 to take them away again
 * @param reversible whether gradients see, instead of the old canvas, the new one without the patch
 */
public record AttentionWrite(AttentionWindow window, int sign, boolean reversible)
    implements Reversible {
  static Tensor of(Tensor canvases, Tensor patches, Tensor windows, boolean recompute) {
    AttentionWindow window =
        Node.located(
            "attention write",
            List.of(canvases.shape(), patches.shape()),
            () -> window(canvases, patches.shape()));
    Tensor written =
        Tensor.of(
            new AttentionWrite(window, 1, recompute),
            AttentionWindow.asRows(canvases),
            AttentionWindow.asRows(patches),
            windows);
    return Ops.reshape(written, canvases.shape());
  }

  private static AttentionWindow window(Tensor canvases, Shape patches) {
    Shape image = AttentionWindow.imageOf(canvases);
    int count = canvases.shape().dimension(0);
    int size = patches.rank() == 4 ? patches.dimension(1) : 1;
    if (!patches.equals(Shape.of(count, size, size, image.columns()))) {
      throw new ShapeException(
          "patches are [%d, size, size, %d]".formatted(count, image.columns()));
    }
    return new AttentionWindow(image, size);
  }

  @Override
  public String name() {
    return "attention write";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape canvases = inputs.get(0);
    if (!inputs.get(2).equals(Shape.of(canvases.rows(), AttentionWindow.PARAMETERS))) {
      throw new ShapeException("windows are [%d, 5]".formatted(canvases.rows()));
    }
    return List.of(canvases);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor patches = node.inputs().get(1);
    Tensor windows = node.inputs().get(2);
    List<Tensor> of =
        Node.of(new AttentionWriteGradient(window), List.of(patches, windows, dy.get(0))).outputs();
    return Arrays.asList(dy.get(0), of.get(0), of.get(1));
  }

  @Override
  public int restores() {
    return reversible ? 0 : NOTHING;
  }

  @Override
  public Tensor restore(Node node) {
    return Tensor.of(
        new AttentionWrite(window, -sign, false),
        node.outputs().get(0),
        node.inputs().get(1),
        node.inputs().get(2));
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
        "attention_write",
        Map.of("SIGN", sign + ".0f"),
        List.of(site.input(0), site.input(1), site.input(2)),
        List.of(site.output(0)),
        1,
        1);
  }
}
