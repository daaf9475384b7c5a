package dev.glimpse.cli.evaluation;

import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;

/** Notes at the end of a training how the model's classifiers read validation and test images. */
public final class ClassificationRecorder implements TrainingListener {
  private Classification classification;

  @Override
  public void started(Trainer trainer) {
    new ClassificationFile(trainer.run()).delete();
  }

  @Override
  public void finished(Trainer trainer, Evaluation test) {
    if (trainer.model() instanceof ClassifyingModel model) {
      classification =
          ClassificationJudge.judge(
              model, trainer.store(), trainer.data(), trainer.validation(), trainer.test());
      new ClassificationFile(trainer.run()).write(classification, trainer.test());
    }
  }

  /** Prints the errors, if the model reads labels. */
  public void print(PrintWriter out) {
    if (classification != null) {
      classification.print(out);
    }
  }
}
