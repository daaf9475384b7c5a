package dev.glimpse.cli;

import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.evaluation.ClassificationJudge;
import dev.glimpse.cli.evaluation.CompletionResult;
import dev.glimpse.cli.evaluation.QualityJudge;
import dev.glimpse.cli.evaluation.QualityResult;
import dev.glimpse.cli.progress.Clock;
import dev.glimpse.cli.progress.ImageProgress;
import dev.glimpse.cli.report.Report;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Splits;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.models.FrozenClassifier;
import dev.glimpse.train.Binarisation;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Evaluator;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.LogLikelihood;
import dev.glimpse.train.Measure;
import dev.glimpse.train.SettingException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges a trained model. */
@Command(
    name = "evaluate",
    header = "Judges a trained model by images that it has not learned from.",
    description = {
      "",
      "Measures are means per image, likelihoods in nats. Grey pixels are probabilities: each is"
          + " drawn to black or white once, the same way every time. The quality of what the model"
          + " makes is noted in the run and its report.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Measures:",
      "  elbo            a lower bound on log p(x): higher is better",
      "  kl              how far the codes of images are from the prior; what a code costs",
      "  reconstruction  what it takes to restore an image from its code; elbo = - both",
      "  log p(x)        with --samples: nearer to the truth than elbo, higher is better",
      "  -log p(missing | given)",
      "                  with --samples, of a model that completes images: lower is better",
      "  accuracy        the share of images that a classifier reads right",
      "  error of ...    the share that each classifier of the model reads wrong, validation images"
          + " and, unless --split=validation, test images; 'both' is the product of two"
          + " classifiers' probabilities, their temperatures fitted together on the labels of the"
          + " validation images",
      "",
      "Quality, of samples, reconstructions and, to compare with, the real images:",
      "  FID             distance from the training images in the features of a classifier, which",
      "                  is Glimpse's own of MNIST and not Inception: lower is better",
      "  score           of Salimans et al., by that classifier, 1 to 10: higher is better",
      "  label accuracy  the share that it reads as the label asked for",
      "  sharpness       variance of the Laplacian: good is that of real images",
      "  diversity       distance of images of one label: good is that of real images",
      "",
      "Examples:",
      "  glimpse evaluate runs/vae-...",
      "  glimpse evaluate runs/vae-... --samples 5000 --count 1000",
      "  glimpse evaluate runs/cvae-... --samples 100 --baseline   (--condition quadrants)",
      "  glimpse evaluate runs/vae-... --json | jq .elbo",
      "  glimpse evaluate runs/ssl-... --json | jq .classifiers.encoder.testError"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** New images that quality is measured by. */
  private static final int DRAWN = 10_000;

  @Mixin private RunArguments run;

  @Option(
      names = "--data",
      paramLabel = "SOURCE",
      description = "Other images than the run's: digits, mnist or a folder.")
  private String data;

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      defaultValue = "test",
      description = "test or validation (default: ${DEFAULT-VALUE}).")
  private Split split;

  @Option(
      names = "--samples",
      paramLabel = "K",
      description = "Also estimate log p(x) by importance sampling with K samples per image.")
  private Integer samples;

  @Option(
      names = "--baseline",
      description =
          "Also complete images by the nearest training image, to compare a model with that"
              + " completes images.")
  private boolean baseline;

  @Option(
      names = "--quality",
      negatable = true,
      description =
          "Judge what the model makes, by a classifier (default: where that can read it, 28 x 28"
              + " grey pixels and 10 labels).")
  private Boolean quality;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Use the first N images only, and draw N samples (default: all, and 10,000).")
  private Integer count;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description =
          "Of the codes that bounds are estimated with (default: the one that 'train' uses).")
  private Long seed;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** The images that a model is judged by. */
  enum Split {
    TEST,
    VALIDATION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    if (count != null && count < 1) {
      throw new SettingException("--count takes one image or more, not " + count);
    }
    try (LoadedRun trained = run.open()) {
      Binarisation binarisation = Binarisation.of(trained.settings());
      checkLikelihood(trained, binarisation);
      var clock = new Clock();
      Splits splits = trained.data(data);
      ImageSet grey = grey(splits);
      ImageSet images = binarisation.forEvaluation(grey);
      checkQuality(trained, grey);
      Map<String, Double> measures = binarisation.named(measures(trained, splits, images));
      Optional<LogLikelihood.Estimate> estimate = estimate(trained, images);
      Optional<CompletionResult> completion = completion(trained, splits, images, estimate);
      Optional<Classification> classification = classification(trained, splits);
      QualityResult judged =
          quality(trained, new QualityJudge.Images(splits.train(), grey, images));
      var report =
          new EvaluationReport(
              trained,
              images,
              split.toString(),
              measures,
              estimate,
              completion,
              classification,
              judged,
              clock.seconds());
      report.print(spec.commandLine().getOut(), json);
      // Printed first: it is not lost where the run's folder cannot be written.
      if (data == null && split == Split.TEST && count == null) {
        keep(report);
      }
    }
    return 0;
  }

  private void checkLikelihood(LoadedRun trained, Binarisation binarisation) {
    if ((samples != null || baseline) && binarisation == Binarisation.NONE) {
      throw new SettingException(
          "%s: a model of grey values (data.binarise=none) has no likelihood"
              .formatted(samples != null ? "--samples" : "--baseline"));
    }
    if (baseline) {
      trained.model(CompletionModel.class, "completions, which --baseline is for");
    }
  }

  /** Before anything is computed. */
  private void checkQuality(LoadedRun trained, ImageSet grey) {
    if (Boolean.TRUE.equals(quality)) {
      generative(trained);
      FrozenClassifier.check(DataShape.of(grey));
    }
  }

  private static GenerativeModel generative(LoadedRun trained) {
    return trained.model(GenerativeModel.class, "samples to be judged");
  }

  private ImageSet grey(Splits splits) {
    return first(split == Split.TEST ? splits.test() : splits.validation());
  }

  private ImageSet first(ImageSet all) {
    return count == null ? all : all.first(count);
  }

  private Map<String, Double> measures(LoadedRun trained, Splits splits, ImageSet images) {
    // As large batches as in the training, since the noise depends on them.
    int smaller = Math.min(splits.validation().size(), splits.test().size());
    Map<String, Double> measures;
    try (var evaluator =
        new Evaluator(
            trained.model(), trained.store(), trained.shape(), Math.min(images.size(), smaller))) {
      measures = evaluator.evaluate(images, seed());
    }
    if (measures.containsKey("accuracy")) {
      measures.put("errorRate", 1 - measures.get("accuracy"));
    }
    return Measure.ordered(measures);
  }

  private Optional<LogLikelihood.Estimate> estimate(LoadedRun trained, ImageSet images) {
    if (samples == null) {
      return Optional.empty();
    }
    try (var likelihood =
            new LogLikelihood(
                trained.model(LikelihoodModel.class, "likelihood"),
                trained.store(),
                trained.shape(),
                samples);
        var progress = new ImageProgress("log p(x)", images.size(), spec.commandLine().getErr())) {
      return Optional.of(likelihood.estimate(images, seed(), progress::done));
    }
  }

  private Optional<CompletionResult> completion(
      LoadedRun trained,
      Splits splits,
      ImageSet images,
      Optional<LogLikelihood.Estimate> estimate) {
    if (!(trained.model() instanceof CompletionModel model) || samples == null && !baseline) {
      return Optional.empty();
    }
    boolean mnist = "mnist".equals(data == null ? trained.run().config().data() : data);
    List<CompletionResult.Reference> references =
        mnist && split == Split.TEST
            ? CompletionResult.referencesFor(trained.settings().text("given"))
            : List.of();
    var neighbour = OptionalDouble.empty();
    if (baseline) {
      ImageSet training = trained.asSeen(splits.train());
      float[] given = trained.store().read(model.given()).array();
      try (var progress =
          new ImageProgress("neighbours", images.size(), spec.commandLine().getErr())) {
        neighbour =
            OptionalDouble.of(CompletionResult.neighbour(training, images, given, progress::done));
      }
    }
    return Optional.of(new CompletionResult(estimate, neighbour, references));
  }

  private Optional<Classification> classification(LoadedRun trained, Splits splits) {
    if (!(trained.model() instanceof ClassifyingModel model)) {
      return Optional.empty();
    }
    ImageSet validation = trained.asSeen(first(splits.validation()));
    if (split == Split.VALIDATION) {
      return Optional.of(
          ClassificationJudge.judge(model, trained.store(), trained.shape(), validation));
    }
    ImageSet test = trained.asSeen(first(splits.test()));
    return Optional.of(
        ClassificationJudge.judge(model, trained.store(), trained.shape(), validation, test));
  }

  private QualityResult quality(LoadedRun trained, QualityJudge.Images images) {
    if (quality == null ? !(trained.model() instanceof GenerativeModel) : !quality) {
      return QualityResult.none();
    }
    if (!FrozenClassifier.reads(DataShape.of(images.test()))) {
      return QualityResult.leftOut(
          "the classifier reads images of " + FrozenClassifier.SHAPE.described());
    }
    GenerativeModel model = generative(trained);
    int drawn = count == null ? DRAWN : Math.min(DRAWN, count);
    try (var progress =
        new ImageProgress("quality", images.count(model, drawn), spec.commandLine().getErr())) {
      return QualityResult.of(
          QualityJudge.judge(model, trained.store(), images, drawn, progress::done).values());
    } catch (MetricException e) {
      return QualityResult.leftOut(e.getMessage());
    }
  }

  /** Notes in the run what was measured of all of its test images. */
  private static void keep(EvaluationReport report) {
    LoadedRun trained = report.trained();
    Map<String, Double> values = report.quality().values();
    var file = new ClassificationFile(trained.run());
    report.classification().ifPresent(c -> file.write(c, report.images()));
    if (!values.isEmpty()) {
      Checkpoint.State state = Checkpoint.readState(trained.checkpoint());
      trained
          .run()
          .append(new Evaluation(state.epoch(), state.step(), "test", values, state.seconds()));
    }
    if (report.classification().isPresent() || !values.isEmpty()) {
      Report.write(trained.run(), trained.model().parameterCount());
    }
  }

  private long seed() {
    return seed == null ? Evaluator.SEED : seed;
  }
}
