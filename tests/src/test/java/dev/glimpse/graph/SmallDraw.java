package dev.glimpse.graph;

import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.GaussianRead;
import dev.glimpse.nn.GaussianWrite;
import dev.glimpse.nn.LstmCell;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The loop of DRAW (Gregor et al. 2015, equations 3 to 8): it reads, codes, and writes, and its
 * loss is the whole graph of as many steps.
 */
final class SmallDraw {
  final Tensor x;
  final Tensor loss;
  final ParameterSet parameters;
  private final Shape image;

  /**
   * @param image the shape of an image, {@code [H, W, C]}
   * @param recompute whether canvases are computed again for their gradients
   */
  SmallDraw(int steps, int batch, Shape image, int hidden, int latent, boolean recompute) {
    this.image = image;
    var read = new GaussianRead("read", image, hidden, 2);
    var encoder = new LstmCell("encoder", read.width() + hidden, hidden);
    var head = new GaussianHead("posterior", hidden, latent);
    var decoder = new LstmCell("decoder", latent, hidden);
    var write = new GaussianWrite("write", image, hidden, 3, recompute);
    parameters =
        new ParameterSet(
            "draw",
            Stream.of(
                    encoder.parameters(),
                    decoder.parameters(),
                    read.parameters(),
                    head.parameters(),
                    write.parameters())
                .flatMap(List::stream)
                .toList());
    x = Tensor.of(new Input("x", Shape.of(batch, image.size())));
    Tensor canvas = Ops.constant(0, x.shape());
    LstmCell.State enc = encoder.zeroState(batch);
    LstmCell.State dec = decoder.zeroState(batch);
    Tensor total = Ops.constant(0, Shape.SCALAR);
    for (int t = 0; t < steps; t++) {
      Tensor seen = read.apply(x, canvas, dec.hidden());
      enc = encoder.step(Ops.concat(List.of(seen, dec.hidden())), enc);
      Gaussian code = head.apply(enc.hidden());
      dec = decoder.step(code.sample(), dec);
      canvas = write.apply(canvas, dec.hidden());
      total = Ops.add(total, Ops.mean(code.klFromStandard()));
    }
    loss = Ops.add(total, Ops.mean(Ops.rowSum(Ops.bernoulliCrossEntropy(canvas, x))));
  }

  /** Wants the loss and the gradients by all parameters. */
  PlanBuilder gradients(ParameterStore store) {
    var builder = new PlanBuilder(store).output("loss", loss);
    Map<Parameter, Tensor> gradients = Gradients.of(loss, parameters.parameters());
    gradients.forEach((parameter, gradient) -> builder.output(parameter.name(), gradient));
    return builder;
  }

  /** A batch of pixels. */
  float[] batch() {
    var random = new SplittableRandom(5);
    float[] pixels = new float[x.shape().rows() * image.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble();
    }
    return pixels;
  }
}
