package dev.glimpse.cli;

import dev.glimpse.data.Splits;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.models.FrozenClassifier;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;

/**
 * Measures at the end of a training how good the model's images are, by so few that it takes a few
 * seconds: fewer than {@code evaluate} takes, whose distances are therefore others.
 */
final class QualityRecorder implements TrainingListener {
  private static final int TRAINING_IMAGES = 10_000;
  private static final int IMAGES = 2_000;

  private final Splits splits;
  private final PrintWriter out;

  /**
   * @param splits the images as they are, before any is drawn to black and white
   */
  QualityRecorder(Splits splits, PrintWriter out) {
    this.splits = splits;
    this.out = out;
  }

  @Override
  public void finished(Trainer trainer, Evaluation test) {
    if (!(trainer.model() instanceof GenerativeModel model)
        || !FrozenClassifier.reads(trainer.data())) {
      return;
    }
    var images =
        new QualityJudge.Images(
            splits.train().first(TRAINING_IMAGES),
            splits.test().first(IMAGES),
            trainer.test().first(IMAGES));
    try {
      Quality quality = QualityJudge.judge(model, trainer.store(), images, IMAGES, done -> {});
      trainer
          .run()
          .append(
              new Evaluation(test.epoch(), test.step(), "test", quality.values(), test.seconds()));
      QualityTable.of(quality.values()).print(out, "quality");
      out.printf(
          "FID is the distance from %,d training images; 'evaluate' takes more of all%n",
          quality.training());
    } catch (MetricException e) {
      // The model is trained all the same.
      out.println("quality is not measured: " + e.getMessage());
    }
    out.flush();
  }
}
