package dev.glimpse.cli.evaluation;

import dev.glimpse.data.Splits;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.models.FrozenClassifier;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;
import java.util.concurrent.CancellationException;

/**
 * Measures at the end of a training how good the model's images are, by so few that it takes a few
 * seconds: fewer than {@code evaluate} takes, whose distances are therefore others.
 */
public final class QualityRecorder implements TrainingListener {
  private static final int TRAINING_IMAGES = 10_000;
  private static final int IMAGES = 2_000;

  private final Splits splits;
  private Quality quality;
  private String failure;

  /**
   * Measures when the training is over.
   *
   * @param splits the images as they are, before any is drawn to black and white
   */
  public QualityRecorder(Splits splits) {
    this.splits = splits;
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
      quality = QualityJudge.judge(model, trainer.store(), images, IMAGES, done -> goOn(trainer));
      var values = quality.values();
      trainer
          .run()
          .append(new Evaluation(test.epoch(), test.step(), "test", values, test.seconds()));
    } catch (MetricException e) {
      // The model is trained all the same.
      failure = e.getMessage();
    } catch (CancellationException e) {
      // It is measured when the run goes on.
    }
  }

  private static void goOn(Trainer trainer) {
    if (trainer.isStopping()) {
      throw new CancellationException();
    }
  }

  /** Prints what was measured, if anything was. */
  public void print(PrintWriter out) {
    if (quality != null) {
      QualityTable.of(quality.values()).print(out, "quality");
      out.printf(
          "FID is the distance from %,d training images; 'evaluate' takes more of all%n",
          quality.training());
    } else if (failure != null) {
      out.println("quality is not measured: " + failure);
    }
  }
}
