package dev.glimpse.export;

import dev.glimpse.ops.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that a trained model can do with a batch, as a graph for inference. No input has the
 * name of an output.
 *
 * @param name for example {@code sample}
 * @param batch examples at a time
 * @param inputs the {@link dev.glimpse.ops.Input}s that the graph reads, by name
 * @param outputs what it computes, by name
 */
public record ModelFunction(
    String name, int batch, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
  public ModelFunction {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }
}
