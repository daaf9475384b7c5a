package dev.glimpse.cli.report;

import dev.glimpse.cli.progress.Clock;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.nio.file.Path;

/** Keeps a run's report up to date: after evaluations, but not all the time, and at the end. */
public final class ReportWriter implements TrainingListener {
  private static final double SECONDS_BETWEEN = 10;

  private Trainer trainer;
  private Clock sinceLast;

  @Override
  public void started(Trainer started) {
    trainer = started;
    sinceLast = new Clock();
  }

  @Override
  public void checkpointed(Path checkpoint, int epoch) {
    if (sinceLast.seconds() > SECONDS_BETWEEN) {
      write();
    }
  }

  @Override
  public void finished(Trainer finished, Evaluation test) {
    write();
  }

  private void write() {
    long parameters = trainer.model().parameterCount();
    Report.write(trainer.run(), parameters);
    sinceLast = new Clock();
  }
}
