package dev.glimpse.models;

import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.SequentialModel;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * {@link Draw} in the place of the variational auto-encoder of a VAE/GAN: its decoder is the
 * generator, and the discriminator of DCGAN judges what it draws, both again and anew.
 */
public final class DrawGan implements SequentialModel {
  private final Draw draw;
  private final boolean inFeatures;
  private final Contest contest;

  /** A model for images of a shape, as the settings describe it. */
  public DrawGan(DataShape data, Settings settings) {
    draw = new Draw(data, settings);
    inFeatures = settings.text("reconstruction").equals("features");
    contest =
        new Contest(
            settings,
            ParameterSet.of("encoder", draw.encoderParameters()),
            ParameterSet.of("generator", draw.decoderParameters()),
            new Discriminator(Dcgan.of(data, settings), 0, settings),
            List.of());
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return Contest.define(Draw.define(new Settings()))
        .choice(
            "reconstruction",
            List.of("pixels", "features"),
            "what must be like the image: its pixels, or what the discriminator sees in it")
        .standard("glimpses", 16)
        .standard("width", 16)
        .standard("noise", 0.3)
        .standard("beta", 1.0)
        .standard("gamma", 1.0);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Draw.Drawn again = draw.drawAgain(x, null);
    Tensor sample = draw.sample(x.shape().rows(), null);
    Tensor error = inFeatures ? null : again.bound().reconstruction();
    return contest.lesson(again.bound().kl(), error, x, again.image(), sample, null, optimizers);
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Draw.Drawn again = draw.drawAgain(x, null);
    Tensor error = rowSum(square(subtract(x, again.image())));
    return Map.of("kl", again.bound().kl(), "squaredError", error);
  }

  @Override
  public List<ParameterSet> parameters() {
    return contest.parameters();
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return draw.sample(count, labels);
  }

  @Override
  public int latent() {
    return draw.latent();
  }

  @Override
  public Gaussian posterior(Example example) {
    return draw.posterior(example);
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return draw.decode(codes, labels);
  }

  @Override
  public List<Glimpse> watchSample(int count, Tensor labels) {
    return draw.watchSample(count, labels);
  }

  @Override
  public List<Glimpse> watchReconstruction(Example example) {
    return draw.watchReconstruction(example);
  }

  @Override
  public int readSize() {
    return draw.readSize();
  }

  @Override
  public int writeSize() {
    return draw.writeSize();
  }

  @Override
  public boolean conditional() {
    return false;
  }
}
