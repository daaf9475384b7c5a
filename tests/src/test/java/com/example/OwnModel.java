package com.example;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;

import dev.glimpse.data.Digits;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Devices;
import dev.glimpse.export.Bundle;
import dev.glimpse.export.Export;
import dev.glimpse.export.ModelCard;
import dev.glimpse.export.ModelFunctions;
import dev.glimpse.export.OnnxExport;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A model as the trainer and the exports take it: a variational auto-encoder of its own layers. */
public final class OwnModel implements LatentModel {
  private static final int LATENT = 8;

  private final Sequential encoder;
  private final GaussianHead posterior;
  private final Sequential decoder;
  private final ParameterSet parameters;

  /** A model of images of a shape. */
  public OwnModel(DataShape data) {
    int pixels = data.pixels();
    encoder = Sequential.perceptron("encoder", List.of(pixels, 64), Activation.RELU);
    posterior = new GaussianHead("posterior", 64, LATENT);
    decoder =
        Sequential.of(
            new Linear("decoder.hidden", LATENT, 64, Activation.RELU),
            new Linear("decoder.pixels", 64, pixels, Activation.NONE));
    parameters =
        ParameterSet.of("vae", encoder.parameters(), posterior.parameters(), decoder.parameters());
  }

  /** The negative bound on log p(x) of each image, {@code [N, 1]}, in nats. */
  private Tensor losses(Example example) {
    Tensor x = example.images();
    Gaussian q = posterior(example);
    Tensor logits = decoder.apply(q.sample());
    return add(rowSum(bernoulliCrossEntropy(logits, x)), q.klFromStandard());
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor loss = mean(losses(example));
    var objective = new Objective("elbo", loss, parameters, optimizers.apply("elbo"));
    return new Lesson(List.of(objective), Map.of("elbo", negate(loss)));
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return Map.of("elbo", negate(losses(example)));
  }

  @Override
  public boolean conditional() {
    return false;
  }

  @Override
  public int latent() {
    return LATENT;
  }

  @Override
  public Gaussian posterior(Example example) {
    return posterior.apply(encoder.apply(example.images()));
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return sigmoid(decoder.apply(codes));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return decode(randomNormal(Shape.of(count, LATENT)), labels);
  }

  /** Trains the model in a folder, the argument, and writes it there for other programs. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    Settings settings = TrainingSettings.define(new Settings());
    settings.set("train.epochs=2");
    var splits =
        new Splits(Digits.generate(2000, 1), Digits.generate(200, 2), Digits.generate(200, 3));
    DataShape shape = DataShape.of(splits.train());
    var model = new OwnModel(shape);
    try (Device device = Devices.open("best")) {
      String deviceName = device.info().name();
      var config = RunConfig.of("own", "digits", deviceName, splits.train(), settings);
      RunFolder run = RunFolder.fresh(folder, config);
      try (var trainer = new Trainer(device, model, settings, splits, run, List.of())) {
        trainer.train().ifPresent(test -> System.out.println(test.values()));
        var functions = new ModelFunctions(model, shape);
        var export =
            new Export(
                functions,
                List.copyOf(functions.names()), // sample, encode, decode, reconstruct
                List.of(1, 16),
                Export.Precision.FP32,
                trainer.store(),
                shape,
                ModelCard.of(run, run.latest().orElseThrow()));
        Bundle.write(folder.resolve("own.glimpse"), export);
        OnnxExport.write(folder.resolve("own.onnx"), export, false);
      }
    }
  }
}
