package dev.glimpse.export;

import dev.glimpse.graph.ParameterStore;
import dev.glimpse.train.DataShape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What is written for other programs, in whatever format.
 *
 * @param functions what the model can do
 * @param names those of them to write; a name that is there twice counts once
 * @param batches the numbers of examples at a time to write them for, likewise
 * @param precision of the weights in the file
 * @param store the model's weights
 * @param data the images that the model was trained on
 * @param card what the model is, how it was trained and how good it is, as JSON
 */
public record Export(
    ModelFunctions functions,
    List<String> names,
    List<Integer> batches,
    Precision precision,
    ParameterStore store,
    DataShape data,
    String card) {
  public Export {
    names = List.copyOf(new LinkedHashSet<>(names));
    batches = List.copyOf(new LinkedHashSet<>(batches));
  }

  /** How weights are stored. */
  public enum Precision {
    FP32,
    FP16
  }

  /** The graphs of all functions, for each batch size. */
  public List<ModelFunction> graphs() {
    var graphs = new ArrayList<ModelFunction>();
    for (String name : names) {
      for (int batch : batches) {
        graphs.add(functions.function(name, batch));
      }
    }
    return graphs;
  }
}
