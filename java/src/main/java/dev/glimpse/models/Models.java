package dev.glimpse.models;

import dev.glimpse.train.DataShape;
import dev.glimpse.train.Misspelling;
import dev.glimpse.train.Model;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingSettings;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The models by the names under which the command line knows them. */
public final class Models {
  /** All models. */
  public static final List<Kind> ALL =
      List.of(
          new Kind(
              "vae",
              "variational auto-encoder",
              () -> TrainingSettings.define(Vae.settings()),
              Vae::new),
          new Kind(
              "cvae",
              "conditional variational auto-encoder, on labels or on a part of the image",
              () -> TrainingSettings.define(ConditionalVae.settings()),
              Models::conditionalVae),
          new Kind(
              "gan",
              "generative adversarial network (DCGAN)",
              () -> adversarial(Gan.settings()),
              Gan::unconditional),
          new Kind(
              "cgan",
              "the same on labels, with a discriminator of K real classes and a fake one",
              () -> adversarial(Gan.settings()),
              Gan::conditional),
          new Kind(
              "vaegan",
              "variational auto-encoder that a GAN's discriminator judges (Larsen et al.)",
              () -> adversarial(VaeGan.settings()),
              VaeGan::unconditional),
          new Kind(
              "cvaegan",
              "the same on labels: conditional VAE + conditional GAN",
              () -> adversarial(VaeGan.settings()),
              VaeGan::conditional),
          new Kind(
              "draw",
              "DRAW, recurrent VAE that draws an image glimpse by glimpse, with attention",
              () -> recurrent(Draw.settings()),
              Draw::new),
          new Kind(
              "cdraw",
              "the same on labels",
              () -> recurrent(Draw.settings()),
              ConditionalDraw::new),
          new Kind(
              "drawgan",
              "DRAW whose drawings a GAN's discriminator judges",
              () ->
                  clipped(adversarial(DrawGan.settings()))
                      .standard("train.lr", 1e-3)
                      .standard("train.schedule", "cosine"),
              DrawGan::new),
          new Kind(
              "flowmatch",
              "flow matching: a U-Net that moves noise step by step until it is an image",
              () -> averaged(FlowMatching.settings()),
              FlowMatching::unconditional),
          new Kind(
              "cflowmatch",
              "the same on labels",
              () -> averaged(FlowMatching.conditionalSettings()),
              FlowMatching::conditional),
          new Kind(
              "ssl",
              "VAE that learns to read digits from few labels (Kingma's M2), of perceptrons",
              () -> semiSupervised(SemiSupervisedVae.perceptrons()).standard("train.epochs", 6),
              SemiSupervisedVae::new),
          new Kind(
              "ssl-conv",
              "the same of convolutions",
              () -> semiSupervised(SemiSupervisedVae.convolutions()).standard("train.epochs", 3),
              SemiSupervisedVae::new),
          new Kind(
              "ssl-gan",
              "semi-supervised VAE with a GAN whose discriminator reads labels too",
              () -> semiSupervised(SemiSupervisedVaeGan.settings()).standard("train.epochs", 3),
              SemiSupervisedVaeGan::new),
          new Kind(
              "m1m2",
              "semi-supervised VAE of another VAE's codes (Kingma's M1 + M2)",
              () -> semiSupervised(StackedSemiSupervisedVae.settings()),
              StackedSemiSupervisedVae::new),
          new Kind(
              "classifier",
              "convolutional network that reads labels, by which generated images are judged",
              () -> ofGreyValues(Classifier.settings()),
              Classifier::new));

  private Models() {}

  private static Model conditionalVae(DataShape data, Settings settings) {
    if (settings.text("condition").equals("labels")) {
      return new ConditionalVae(data, settings);
    }
    if (settings.text("prior").equals("flow")) {
      throw new SettingException(
          "prior=flow is for condition=labels; a model that completes images has a prior network");
    }
    return new CompletionVae(data, settings);
  }

  private static Settings recurrent(Settings settings) {
    return clipped(TrainingSettings.define(settings));
  }

  /** Gradients through many steps are clipped, as Gregor et al. do. */
  private static Settings clipped(Settings settings) {
    return settings.standard("train.clip", 5.0);
  }

  /** What DCGAN is trained with (Radford et al. 2016, section 4). */
  private static Settings adversarial(Settings settings) {
    return ofGreyValues(settings)
        .standard("train.batch", 64)
        .standard("train.lr", 2e-4)
        .standard("train.beta1", 0.5);
  }

  /** The velocity's error jumps with the times that are drawn; averages of parameters do not. */
  private static Settings averaged(Settings settings) {
    return ofGreyValues(settings).standard("train.batch", 64).standard("train.average", 0.999);
  }

  private static Settings semiSupervised(Settings settings) {
    return TrainingSettings.defineLabels(settings)
        .standard("data.binarise", "none")
        .standard("train.schedule", "cosine");
  }

  private static Settings ofGreyValues(Settings settings) {
    return TrainingSettings.define(settings).standard("data.binarise", "none");
  }

  /**
   * Refuses to train a model by settings that do not go together.
   *
   * @throws SettingException that says which do not
   */
  public static void checkTraining(Settings settings) {
    StackedSemiSupervisedVae.check(settings);
    Draw.check(settings);
  }

  /** The number of labels of data, for a model that needs them. */
  static int classes(DataShape data, String model) {
    if (data.classes() == 0) {
      throw new SettingException(model + " needs labelled images, and this data has no labels");
    }
    return data.classes();
  }

  /**
   * A kind of model.
   *
   * @param name on the command line
   * @param description one line
   * @param defaults all settings of a run, with their defaults
   * @param constructor makes a model for data, as settings say
   */
  public record Kind(
      String name,
      String description,
      Supplier<Settings> defaults,
      BiFunction<DataShape, Settings, Model> constructor) {
    /** All settings of a run, with their defaults. */
    public Settings settings() {
      return defaults.get();
    }

    /** A model for data, as settings say. */
    public Model create(DataShape data, Settings settings) {
      return constructor.apply(data, settings);
    }
  }

  /**
   * The kind of a name.
   *
   * @throws SettingException when there is none, naming the nearest, or all
   */
  public static Kind named(String name) {
    return ALL.stream()
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(name));
  }

  private static SettingException unknown(String name) {
    List<String> names = ALL.stream().map(Kind::name).toList();
    return new SettingException(
        "there is no model '%s'; %s".formatted(name, Misspelling.remedy(name, names)));
  }
}
