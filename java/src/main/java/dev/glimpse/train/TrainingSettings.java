package dev.glimpse.train;

import dev.glimpse.data.Distortion;
import dev.glimpse.data.ImageFormat;
import dev.glimpse.graph.Optimizer;
import java.util.List;

/** The settings of the training loop itself, common to all models. */
public final class TrainingSettings {
  /** How many labels a semi-supervised model is told. */
  public static final String LABELS = "data.labels";

  /** Where its images without labels come from. */
  public static final String UNLABELLED = "data.unlabelled";

  private TrainingSettings() {}

  public static Settings define(Settings settings) {
    return settings
        .define("train.epochs", 20, 1, "passes over the training images")
        .define("train.batch", 100, 1, "images per step")
        .define("train.size", 0, 0, "use only the first so many training images; 0 for all")
        .define("train.seed", 1, "of initial weights, order, noise and built-in digits")
        .define(
            "train.weights", "", "a file of weights to start from, as 'glimpse weights' writes it")
        .define("train.lr", 1e-3, 0, "learning rate")
        .choice(
            "train.schedule",
            List.of("constant", "cosine", "exponential", "thirds"),
            "of the learning rate: constant; cosine to 0; exponential to a tenth; thirds, the"
                + " 10^(-i/7) for 3^i epochs of the IWAE paper, stretched over the run")
        .define("train.warmup", 0, 0, "epochs over which the learning rate grows from 0")
        .choice("train.optimizer", List.of("adam", "sgd", "rmsprop"), "adam, sgd or rmsprop")
        .share("train.beta1", 0.9, "Adam's first decay; momentum of sgd")
        .share("train.beta2", 0.999, "Adam's second decay; smoothing of rmsprop")
        .define("train.epsilon", 1e-8, 0, "of Adam and rmsprop")
        .define("train.decay", 0.0, 0, "decoupled weight decay")
        .define("train.clip", 0.0, 0, "the largest norm of a gradient; 0 for any")
        .share(
            "train.average",
            0.0,
            "decay of a moving average of the parameters, which then is the model; 0 for none")
        .define("train.klWarmup", 0, 0, "epochs over which the weight of the KL term grows to 1")
        .define(
            "train.patience",
            0,
            0,
            "stop after so many epochs without a better bound on validation images; 0: no")
        .define("train.keep", 3, 1, "checkpoints that are kept, besides the best")
        .define("train.evaluateEvery", 1, 1, "epochs from one evaluation to the next")
        .choice(
            "data.binarise",
            List.of("dynamic", "static", "none"),
            "dynamic: each pixel a draw of its grey value, anew each epoch; static: drawn once;"
                + " none: grey values (the loss is then no likelihood)")
        .define("data.shift", 0.0, 0, "training images are shifted by up to so many pixels")
        .define("data.turn", 0.0, 0, "and turned by up to so many degrees")
        .share("data.scale", 0.0, "and scaled by up to such a share")
        .define("data.elastic", 0.0, 0, "and stretched here and there by so many pixels")
        .define("data.size", 64, 1, "height and width to which a folder's pictures are scaled")
        .choice(
            "data.channels",
            List.of("3", "1"),
            "what a folder's pictures are made into: 3 for colour, 1 for grey");
  }

  /** Defines what semi-supervised models learn from besides. */
  public static Settings defineLabels(Settings settings) {
    return define(settings)
        .define(
            LABELS,
            1000,
            1,
            "training images whose labels are known, as many of each class; train.seed draws them")
        .define(
            UNLABELLED,
            "",
            "where other images without labels come from, as --unlabelled says it; else all training"
                + " images are learned from without labels too")
        .define("consistency.shift", 3.0, 0, "a distorted image is shifted by up to so many pixels")
        .define("consistency.turn", 25.0, 0, "and turned by up to so many degrees")
        .share("consistency.scale", 0.25, "and scaled by up to such a share")
        .define("consistency.elastic", 3.0, 0, "and stretched here and there by so many pixels");
  }

  /** Whether settings are those of a semi-supervised model. */
  public static boolean isSemiSupervised(Settings settings) {
    return settings.has(LABELS);
  }

  /** How training images are changed, anew in each epoch. */
  static Distortion distortion(Settings settings) {
    return distortion(settings, "data");
  }

  /** How an image is changed for its {@link Example#distorted} copy, anew in each epoch. */
  static Distortion consistency(Settings settings) {
    return distortion(settings, "consistency");
  }

  private static Distortion distortion(Settings settings, String group) {
    return new Distortion(
        settings.number(group + ".shift"),
        settings.number(group + ".turn"),
        settings.number(group + ".scale"),
        settings.number(group + ".elastic"));
  }

  /** What the pictures of a folder are made into. */
  public static ImageFormat imageFormat(Settings settings) {
    return new ImageFormat(
        settings.integer("data.size"), Integer.parseInt(settings.text("data.channels")));
  }

  /** The optimizer that the settings describe. */
  public static Optimizer optimizer(Settings settings) {
    float rate = (float) settings.number("train.lr");
    float beta1 = (float) settings.number("train.beta1");
    float beta2 = (float) settings.number("train.beta2");
    float epsilon = (float) settings.number("train.epsilon");
    float decay = (float) settings.number("train.decay");
    float clip = (float) settings.number("train.clip");
    float average = (float) settings.number("train.average");
    Optimizer optimizer =
        switch (settings.text("train.optimizer")) {
          case "sgd" -> new Sgd(rate, beta1, decay, clip);
          case "rmsprop" -> new RmsProp(rate, beta2, epsilon, decay, clip);
          default -> new Adam(rate, beta1, beta2, epsilon, decay, clip);
        };
    return average == 0 ? optimizer : new Averaged(optimizer, average);
  }
}
