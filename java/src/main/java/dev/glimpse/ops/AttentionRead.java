package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads images {@code [N, H W C]}, and their error images if canvases {@code [N, H W C]} follow, by
 * the grid that windows {@code [N, 5]} place: {@code [N, size size C]}, or twice as wide.
 */
public record AttentionRead(AttentionWindow window, boolean error) implements Op {
  static Tensor of(Tensor images, Tensor canvases, Tensor windows, int size) {
    boolean error = canvases != null;
    List<Tensor> operands = error ? List.of(images, canvases) : List.of(images);
    List<Shape> shapes = operands.stream().map(Tensor::shape).toList();
    AttentionWindow window =
        Node.located(
            "attention read",
            shapes,
            () -> {
              if (error && !canvases.shape().equals(images.shape())) {
                throw new ShapeException("canvases are as large as the images");
              }
              return new AttentionWindow(AttentionWindow.imageOf(images), size);
            });
    var inputs = new ArrayList<Tensor>();
    operands.forEach(operand -> inputs.add(AttentionWindow.asRows(operand)));
    inputs.add(windows);
    Tensor patches = Node.of(new AttentionRead(window, error), inputs).outputs().get(0);
    var dimensions = new ArrayList<Integer>();
    dimensions.add(images.shape().dimension(0));
    if (error) {
      dimensions.add(2);
    }
    dimensions.addAll(List.of(size, size, window.image().columns()));
    return Ops.reshape(patches, new Shape(dimensions));
  }

  @Override
  public String name() {
    return "attention read";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape images = inputs.get(0);
    Shape windows = inputs.get(inputs.size() - 1);
    if (!windows.equals(Shape.of(images.rows(), AttentionWindow.PARAMETERS))) {
      throw new ShapeException("windows are [%d, 5]".formatted(images.rows()));
    }
    return List.of(Shape.of(images.rows(), (error ? 2 : 1) * window.patch()));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    var inputs = new ArrayList<>(node.inputs());
    inputs.add(dy.get(0));
    return Node.of(new AttentionReadGradient(window, error), inputs).outputs();
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
    var in = new ArrayList<View>();
    for (int i = 0; i < (error ? 3 : 2); i++) {
      in.add(site.input(i));
    }
    Map<String, String> switches = Map.of("ERROR_IMAGE", error ? "1" : "0");
    window.launch(
        site,
        "attention_read",
        switches,
        in,
        List.of(site.output(0)),
        error ? 2 : 1,
        error ? 30 : 0);
  }
}
