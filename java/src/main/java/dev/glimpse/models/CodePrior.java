package dev.glimpse.models;

import static dev.glimpse.ops.Ops.repeat;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.nn.CouplingFlow;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an auto-encoder's codes are drawn from: p(z), or of a label p(z | y). Labels are {@code [N,
 * classes]}, or null where there are none.
 */
interface CodePrior {
  /** What standard normal noise becomes, {@code [N, Z]}. */
  Tensor codes(Tensor noise, Tensor labels);

  /** The noise that becomes codes, {@code [N, Z]}. */
  Tensor noise(Tensor codes, Tensor labels);

  /**
   * KL(q(z | x) || p), {@code [N, 1]}, in nats; of a flow, whose density alone is known, an
   * estimate.
   *
   * @param codes a sample of the posterior, {@code [N, Z]}
   */
  Tensor kl(Gaussian posterior, Tensor labels, Tensor codes);

  /** As {@link Elbo#of}. */
  Elbo bound(Gaussian posterior, Tensor labels, Tensor codes, Tensor logLikelihood, int samples);

  List<Parameter> parameters();

  /** Defines the setting {@code prior}, and those of a flow. */
  static Settings define(Settings settings, List<String> choices) {
    return settings
        .choice(
            "prior",
            choices,
            "of codes: standard, the normal distribution; "
                + (choices.contains("network") ? "network, one that depends on the label; " : "")
                + "flow, of any shape (Real NVP)")
        .size("prior.steps", 8, "of a flow")
        .size("prior.width", 200, "of the hidden layers of each step");
  }

  /** The one that the settings name. */
  static CodePrior of(Networks networks, int classes) {
    Settings settings = networks.settings();
    return settings.text("prior").equals("network")
        ? new Network(
            networks.perceptron("prior", classes, 0),
            new GaussianHead("prior.head", networks.last(), networks.latent()))
        : of(settings, networks.latent(), classes);
  }

  /** The one that the settings name, of those without layers of the model's own. */
  static CodePrior of(Settings settings, int latent, int classes) {
    return settings.text("prior").equals("flow")
        ? Flow.of(settings, latent, classes)
        : new Standard();
  }

  /** The standard normal distribution, whatever the label. */
  record Standard() implements CodePrior {
    @Override
    public Tensor codes(Tensor noise, Tensor labels) {
      return noise;
    }

    @Override
    public Tensor noise(Tensor codes, Tensor labels) {
      return codes;
    }

    @Override
    public Tensor kl(Gaussian q, Tensor labels, Tensor z) {
      return q.klFromStandard();
    }

    @Override
    public Elbo bound(Gaussian q, Tensor labels, Tensor z, Tensor logLikelihood, int samples) {
      return Elbo.of(q, null, z, logLikelihood, samples);
    }

    @Override
    public List<Parameter> parameters() {
      return List.of();
    }
  }

  /** A normal distribution of each label (Sohn et al. 2015). */
  record Network(Sequential perceptron, GaussianHead head) implements CodePrior {
    private Gaussian of(Tensor labels) {
      return head.apply(perceptron.apply(labels));
    }

    @Override
    public Tensor codes(Tensor noise, Tensor labels) {
      return of(labels).at(noise);
    }

    @Override
    public Tensor noise(Tensor codes, Tensor labels) {
      return of(labels).noiseOf(codes);
    }

    @Override
    public Tensor kl(Gaussian q, Tensor labels, Tensor z) {
      return q.klFrom(of(labels));
    }

    @Override
    public Elbo bound(Gaussian q, Tensor labels, Tensor z, Tensor logLikelihood, int samples) {
      return Elbo.of(q, of(labels), z, logLikelihood, samples);
    }

    @Override
    public List<Parameter> parameters() {
      return Stream.concat(perceptron.parameters().stream(), head.parameters().stream()).toList();
    }
  }

  /** A flow, which can take the shape that the codes of images have. */
  record Flow(CouplingFlow flow) implements CodePrior {
    private static Flow of(Settings settings, int latent, int classes) {
      if (latent < 2) {
        throw new SettingException("prior=flow needs a latent of 2 or more, which it halves");
      }
      int steps = settings.integer("prior.steps");
      int width = settings.integer("prior.width");
      return new Flow(new CouplingFlow("prior", latent, classes, steps, width));
    }

    @Override
    public Tensor codes(Tensor noise, Tensor labels) {
      return flow.sample(noise, labels);
    }

    @Override
    public Tensor noise(Tensor codes, Tensor labels) {
      return flow.noiseOf(codes, labels);
    }

    @Override
    public Tensor kl(Gaussian q, Tensor labels, Tensor z) {
      return subtract(q.logDensity(z), flow.logDensity(z, labels));
    }

    @Override
    public Elbo bound(Gaussian q, Tensor labels, Tensor z, Tensor logLikelihood, int samples) {
      Tensor ofCodes = labels == null ? null : repeat(labels, samples);
      return Elbo.ofDraws(q, flow.logDensity(z, ofCodes), z, logLikelihood, samples);
    }

    @Override
    public List<Parameter> parameters() {
      return flow.parameters();
    }
  }
}
