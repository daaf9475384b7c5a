package dev.glimpse.cli.pictures;

import dev.glimpse.data.ImageSet;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.SequentialModel;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.nio.file.Path;

/**
 * Fills a run's {@code samples/}: a grid of new images or completions after each epoch that was
 * evaluated, from the same noise each time, and reconstructions at the end.
 */
public final class SampleGrids implements TrainingListener {
  /** How the names of grids of new images begin; the number of the epoch follows. */
  public static final String SAMPLES = "epoch-";

  /** And those of completions. */
  public static final String COMPLETED = "completions-";

  private static final long SEED = 1;
  private static final int RECONSTRUCTIONS = 32;
  private static final int ANIMATED = 16;
  private static final int COMPLETED_IMAGES = 16;
  private static final int COMPLETIONS = 3;

  private Trainer trainer;
  private EpochPicture picture;
  private String prefix;

  @Override
  public void started(Trainer started) {
    trainer = started;
  }

  @Override
  public void checkpointed(Path checkpoint, int epoch) {
    if (picture == null) {
      compile();
    }
    if (picture != null) {
      picture.write(samples().resolve("%s%03d.png".formatted(prefix, epoch)), SEED);
    }
  }

  /** Not before the first picture, since a training should begin without waiting for it. */
  private void compile() {
    if (trainer.model() instanceof GenerativeModel model) {
      prefix = SAMPLES;
      var grid = Sampler.Grid.of(model, trainer.data());
      picture = new Sampler(model, trainer.store(), trainer.data(), grid);
    } else if (trainer.model() instanceof CompletionModel model) {
      prefix = COMPLETED;
      ImageSet images = trainer.validation().first(COMPLETED_IMAGES);
      picture = new Completions(model, trainer.store(), trainer.data(), images, COMPLETIONS);
    }
  }

  @Override
  public void finished(Trainer finished, Evaluation test) {
    if (!(trainer.model() instanceof LatentModel model)) {
      return;
    }
    ImageSet images = trainer.test().first(RECONSTRUCTIONS);
    Reconstructions.write(
        samples().resolve(Reconstructions.FILE), model, trainer.store(), trainer.data(), images);
    if (model instanceof SequentialModel sequential) {
      animate(sequential, images.first(ANIMATED));
    }
  }

  private void animate(SequentialModel model, ImageSet images) {
    var grid = Sampler.Grid.of(model, trainer.data());
    Animation.ofSamples(model, trainer.store(), trainer.data(), grid, SEED)
        .write(samples().resolve(Animation.DRAWING));
    Animation.ofReconstructions(model, trainer.store(), trainer.data(), images)
        .write(samples().resolve(Animation.REDRAWING));
  }

  private Path samples() {
    return trainer.run().samples();
  }

  @Override
  public void closing() {
    if (picture != null) {
      picture.close();
    }
  }
}
