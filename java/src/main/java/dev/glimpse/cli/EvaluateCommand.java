package dev.glimpse.cli;

import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Splits;
import dev.glimpse.train.Binarisation;
import dev.glimpse.train.Evaluator;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.LogLikelihood;
import dev.glimpse.train.SettingException;
import java.util.Map;
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
      "All measures are means per image, in nats. Grey pixels are probabilities: each is drawn to"
          + " black or white once, the same way every time.",
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
      "",
      "Examples:",
      "  glimpse evaluate runs/vae-...",
      "  glimpse evaluate runs/vae-... --samples 5000 --count 1000",
      "  glimpse evaluate runs/vae-... --json | jq .elbo"
    })
final class EvaluateCommand implements Callable<Integer> {
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
      names = "--count",
      paramLabel = "N",
      description = "Use only the first N images (default: all).")
  private Integer count;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Of the codes that are drawn (default: the one that 'train' uses).")
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
      return name().toLowerCase();
    }
  }

  @Override
  public Integer call() {
    if (count != null && count < 1) {
      throw new SettingException("--count takes one image or more, not " + count);
    }
    try (TrainedModel trained = run.open()) {
      Binarisation binarisation = Binarisation.of(trained.settings());
      if (samples != null && binarisation == Binarisation.NONE) {
        throw new SettingException(
            "--samples: a model of grey values (data.binarise=none) has no likelihood");
      }
      var clock = new Clock();
      ImageSet images = binarisation.forEvaluation(images(trained));
      Map<String, Double> measures = measures(trained, images);
      var report =
          new EvaluationReport(
              trained,
              images,
              split.toString(),
              binarisation.named(measures),
              samples == null ? null : estimate(trained, images),
              clock.seconds());
      report.print(spec.commandLine().getOut(), json);
    }
    return 0;
  }

  private ImageSet images(TrainedModel trained) {
    Splits splits = trained.data(data);
    ImageSet all = split == Split.TEST ? splits.test() : splits.validation();
    return count == null ? all : all.first(count);
  }

  private Map<String, Double> measures(TrainedModel trained, ImageSet images) {
    try (var evaluator =
        new Evaluator(trained.model(), trained.store(), trained.shape(), images.size())) {
      return evaluator.evaluate(images, seed());
    }
  }

  private LogLikelihood.Estimate estimate(TrainedModel trained, ImageSet images) {
    try (var likelihood =
            new LogLikelihood(
                trained.model(LikelihoodModel.class, "likelihood"),
                trained.store(),
                trained.shape(),
                samples);
        var progress = new ImageProgress("log p(x)", images.size(), spec.commandLine().getErr())) {
      return likelihood.estimate(images, seed(), progress::done);
    }
  }

  private long seed() {
    return seed == null ? Evaluator.SEED : seed;
  }
}
