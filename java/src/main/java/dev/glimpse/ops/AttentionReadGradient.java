package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The gradient of {@link AttentionRead}: of its inputs and the gradient by the patches, the
 * gradients by the inputs.
 */
record AttentionReadGradient(AttentionWindow window, boolean error) implements Op {
  @Override
  public String name() {
    return "attention read gradient";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return inputs.subList(0, inputs.size() - 1);
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
    int inputs = error ? 3 : 2;
    var in = new ArrayList<View>();
    for (int i = 0; i <= inputs; i++) {
      in.add(site.input(i));
    }
    var switches = new LinkedHashMap<String, String>();
    switches.put("ERROR_IMAGE", error ? "1" : "0");
    switches.put("IMAGE_GRADIENT", site.isRead(0) ? "1" : "0");
    switches.put("CANVAS_GRADIENT", error && site.isRead(1) ? "1" : "0");
    var out = new ArrayList<View>();
    for (int o = 0; o < inputs; o++) {
      if (o == inputs - 1 || site.isRead(o)) {
        out.add(site.output(o));
      }
    }
    window.launch(
        site, "attention_read_gradient", switches, in, out, error ? 8 : 4, error ? 35 : 0);
  }
}
