package dev.glimpse.cli;

import dev.glimpse.data.ImageSet;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.nio.file.Path;

/**
 * Fills a run's {@code samples/}: a grid of new images after each epoch that was evaluated, from
 * the same codes each time, and reconstructions at the end.
 */
final class SampleGrids implements TrainingListener {
  private static final long SEED = 1;
  private static final int RECONSTRUCTIONS = 32;

  private Trainer trainer;
  private Sampler sampler;

  @Override
  public void started(Trainer started) {
    trainer = started;
  }

  @Override
  public void checkpointed(Path checkpoint, int epoch) {
    if (!(trainer.model() instanceof GenerativeModel model)) {
      return;
    }
    if (sampler == null) {
      var grid = Sampler.Grid.of(model, trainer.data());
      sampler = new Sampler(model, trainer.store(), trainer.data(), grid);
    }
    sampler.write(samples().resolve("epoch-%03d.png".formatted(epoch)), SEED);
  }

  @Override
  public void finished(Trainer finished, Evaluation test) {
    if (!(trainer.model() instanceof LatentModel model)) {
      return;
    }
    ImageSet images = trainer.test().first(RECONSTRUCTIONS);
    Reconstructions.write(
        samples().resolve("reconstructions.png"), model, trainer.store(), trainer.data(), images);
  }

  private Path samples() {
    return trainer.run().resolve("samples");
  }

  @Override
  public void closing() {
    if (sampler != null) {
      sampler.close();
    }
  }
}
