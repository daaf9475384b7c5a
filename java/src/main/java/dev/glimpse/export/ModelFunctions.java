package dev.glimpse.export;

import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Model;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.StepwiseModel;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * What a model can do for a program that embeds it. Images are {@code [N, H W C]} in [0, 1], codes
 * {@code [N, Z]}, labels one-hot {@code [N, K]}. A conditional model's functions also take {@code
 * labels} where they read them.
 *
 * <ul>
 *   <li>{@code sample}: nothing to new images, {@code samples}
 *   <li>{@code encode}: {@code images} to their most likely {@code codes}, and the natural {@code
 *       logVariances} of the codes' distributions {@code [N, Z]}
 *   <li>{@code decode}: {@code codes} to {@code decoded} images
 *   <li>{@code reconstruct}: {@code images} to the images of their codes, {@code reconstructions}
 *   <li>{@code animate}: nothing to new images as they are drawn, {@code frames [T N, H W C]}, all
 *       of a glimpse together, and {@code windows [T N, 5]} (see {@link
 *       dev.glimpse.nn.GaussianGrid}) where it writes through one
 *   <li>{@code complete}: {@code images}, of which it reads the given part, to {@code completions}
 *   <li>{@code classify}: {@code images} to the {@code probabilities} of their labels {@code [N,
 *       K]}, as the first of the model's classifiers reads them; of a second one called {@code
 *       discriminator} they are {@code discriminatorProbabilities}. None is calibrated.
 * </ul>
 */
public final class ModelFunctions {
  private static final String CODES = "codes";

  private final Model model;
  private final DataShape data;
  private final Map<String, IntFunction<Map<String, Tensor>>> outputs = new LinkedHashMap<>();

  /**
   * @param data the images that the model was trained on
   */
  public ModelFunctions(Model model, DataShape data) {
    this.model = model;
    this.data = data;
    if (model instanceof GenerativeModel generative) {
      outputs.put("sample", n -> Map.of("samples", generative.sample(n, labels(n))));
    }
    if (model instanceof LatentModel latent) {
      outputs.put("encode", n -> encode(latent.posterior(example(n))));
      outputs.put("decode", n -> Map.of("decoded", decode(latent, n)));
      outputs.put("reconstruct", n -> Map.of("reconstructions", latent.reconstruct(example(n))));
    }
    if (model instanceof StepwiseModel stepwise) {
      outputs.put("animate", n -> animate(stepwise.watchSample(n, labels(n))));
    }
    if (model instanceof CompletionModel completion) {
      outputs.put("complete", n -> Map.of("completions", completion.complete(example(n))));
    }
    if (model instanceof ClassifyingModel classifying) {
      outputs.put("classify", n -> classify(classifying.classify(example(n).images())));
    }
  }

  private Example example(int batch) {
    Example all = Example.input(batch, data);
    return model.conditional() ? all : new Example(all.images(), null);
  }

  private Tensor labels(int batch) {
    return model.conditional() ? Example.labelInput(batch, data) : null;
  }

  private static Map<String, Tensor> encode(Gaussian posterior) {
    var outputs = new LinkedHashMap<String, Tensor>();
    outputs.put(CODES, posterior.mean());
    outputs.put("logVariances", posterior.logVariance());
    return outputs;
  }

  private static Map<String, Tensor> classify(Map<String, Tensor> logits) {
    var outputs = new LinkedHashMap<String, Tensor>();
    logits.forEach(
        (classifier, values) ->
            outputs.put(
                outputs.isEmpty() ? "probabilities" : classifier + "Probabilities",
                Ops.softmax(values)));
    return outputs;
  }

  private Tensor decode(LatentModel latent, int batch) {
    Tensor codes = Tensor.of(new Input(CODES, Shape.of(batch, latent.latent())));
    return latent.decode(codes, labels(batch));
  }

  private static Map<String, Tensor> animate(List<StepwiseModel.Glimpse> glimpses) {
    var outputs = new LinkedHashMap<String, Tensor>();
    outputs.put(
        "frames",
        Ops.concat(Axis.FIRST, glimpses.stream().map(StepwiseModel.Glimpse::canvas).toList()));
    if (glimpses.get(0).write() != null) {
      outputs.put(
          "windows",
          Ops.concat(Axis.FIRST, glimpses.stream().map(StepwiseModel.Glimpse::write).toList()));
    }
    return outputs;
  }

  /** The model's parameters. */
  public List<ParameterSet> parameters() {
    return model.parameters();
  }

  /** The names of the model's functions. */
  public Set<String> names() {
    return outputs.keySet();
  }

  /**
   * A function of the model.
   *
   * @throws SettingException when it has none of that name
   */
  public ModelFunction function(String name, int batch) {
    IntFunction<Map<String, Tensor>> graph = outputs.get(name);
    if (graph == null) {
      throw new SettingException(
          "this model has no function '%s', only %s".formatted(name, String.join(", ", names())));
    }
    Map<String, Tensor> results = graph.apply(batch);
    return new ModelFunction(name, batch, inputsOf(results.values()), results);
  }

  /** In the order of their names. */
  private static Map<String, Tensor> inputsOf(Collection<Tensor> results) {
    var inputs = new LinkedHashMap<String, Tensor>();
    var found = new HashSet<Node>();
    var pending = new ArrayDeque<Tensor>(results);
    while (!pending.isEmpty()) {
      Tensor tensor = pending.pop();
      if (tensor.node().op() instanceof Input input) {
        inputs.put(input.name(), tensor);
      }
      if (found.add(tensor.node())) {
        pending.addAll(tensor.node().inputs());
      }
    }
    var ordered = new LinkedHashMap<String, Tensor>();
    new TreeSet<>(inputs.keySet()).forEach(name -> ordered.put(name, inputs.get(name)));
    return ordered;
  }
}
