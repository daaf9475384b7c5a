package dev.glimpse.train;

import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Fence;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Variable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The training loop: epochs of shuffled batches, evaluation, checkpoints, early stopping. A run
 * that is stopped, at whatever step, and resumed gives the same bits as one that never stopped.
 * From its beginning until the trainer is closed, no other training gets into the run's folder.
 */
public final class Trainer implements AutoCloseable {
  /** The number of epochs done, for what changes in the course of a training. */
  public static final Variable EPOCH = new Variable("epoch", 0);

  /** The weight of a KL term, which a warm-up raises from 0 to 1. */
  public static final Variable KL_WEIGHT = new Variable("kl.weight", 1);

  private final Device device;
  private final Model model;
  private final Settings settings;
  private final RunFolder run;
  private final List<TrainingListener> listeners;
  private final TrainingData data;
  private final Binarisation binarisation;
  private final ParameterStore store;
  private final List<Objective> objectives;
  private final Plan plan;
  private final Schedule schedule;
  private final int epochs;

  private int epoch;
  private int batch;
  private int step;

  /** Of the metrics of this epoch's batches. */
  private Map<String, Double> sums = Map.of();

  /** That of the newest checkpoint. */
  private int keptStep;

  private volatile boolean stopping;

  /** How long listeners hear nothing of progress at least; tests want to hear of each batch. */
  long progressNanoseconds = 200_000_000;

  private double bestValue = Double.NEGATIVE_INFINITY;
  private long bestStep = -1;
  private int bestEpoch = -1;
  private double secondsBefore;

  /** Made when first needed, so that training need not wait for it. */
  private Evaluator evaluator;

  private long started;

  /** Null until the training begins. */
  private RunLock lock;

  /** Compiles the model's plans. */
  public Trainer(
      Device device,
      Model model,
      Settings settings,
      Splits splits,
      RunFolder run,
      List<TrainingListener> listeners) {
    if (settings.integer("train.patience") > 0 && !isJudged(model)) {
      throw new SettingException(
          "train.patience must be 0: no measure says whether this model has got better");
    }
    this.device = device;
    this.model = model;
    this.settings = settings;
    this.run = run;
    this.listeners = List.copyOf(listeners);
    this.data = TrainingData.of(splits, model, settings);
    this.binarisation = Binarisation.of(settings);
    this.epochs = settings.integer("train.epochs");
    this.schedule =
        Schedule.named(settings.text("train.schedule"), settings.integer("train.warmup"));

    long seed = settings.integer("train.seed");
    this.store = new ParameterStore(device, model.parameters(), seed);
    TrainingPlan training = TrainingPlan.build(store, model, settings, data.shape(), data.batch());
    if (settings.integer("train.klWarmup") > 0 && !training.plan().hasVariable(KL_WEIGHT.name())) {
      training.plan().close();
      store.close();
      throw new SettingException(
          "train.klWarmup must be 0: this model's loss does not weigh a KL term");
    }
    this.objectives = training.objectives();
    this.plan = training.plan();
    plan.setState(seed, 0);
  }

  /** Whether validation gives the {@link #criterion}. */
  private static boolean isJudged(Model model) {
    return model instanceof ClassifyingModel
        || model instanceof LikelihoodModel
        || model instanceof CompletionModel;
  }

  public Model model() {
    return model;
  }

  public ParameterStore store() {
    return store;
  }

  public DataShape data() {
    return data.shape();
  }

  public RunFolder run() {
    return run;
  }

  public Settings settings() {
    return settings;
  }

  public Device device() {
    return device;
  }

  /** The number of epochs done. */
  public int epoch() {
    return epoch;
  }

  /** The number of batches done of the next epoch. */
  public int batch() {
    return batch;
  }

  /** The number of steps done. */
  public int step() {
    return step;
  }

  /** The images that validation is done on. */
  public ImageSet validation() {
    return data.validation();
  }

  /** The images that the run is judged by in the end. */
  public ImageSet test() {
    return data.test();
  }

  /** The plan of a step. */
  public Plan plan() {
    return plan;
  }

  /** What a step descends. */
  public List<Objective> objectives() {
    return objectives;
  }

  /** What judges the model. */
  public Evaluator evaluator() {
    if (evaluator == null) {
      evaluator = new Evaluator(model, store, data(), Math.min(validation().size(), test().size()));
    }
    return evaluator;
  }

  /**
   * Goes on from the newest checkpoint, or from the start where there is none yet.
   *
   * @throws CheckpointException when that is damaged, or another training is going on there
   */
  public void resume() {
    lock = RunLock.of(run.path());
    run.forgetLeftovers();
    run.latest().ifPresent(this::restore);
    run.trimMetrics(epoch);
  }

  private void restore(Path checkpoint) {
    Checkpoint.State state = Checkpoint.read(checkpoint, store, plan, objectives);
    epoch = state.epoch();
    batch = state.batch();
    step = state.step();
    sums = state.sums();
    keptStep = step;
    bestValue = state.bestValue();
    bestStep = state.bestStep();
    bestEpoch = state.bestEpoch();
    secondsBefore = state.seconds();
    plan.setState(settings.integer("train.seed"), step);
  }

  /**
   * Asks {@link #train} to return early. May be called by any thread, a listener's too, and before
   * the training has begun.
   *
   * <p>The steps in flight, of which there are at most two, are finished; then what was done since
   * the last checkpoint is kept in another one, from which {@link #resume} goes on to the bit, in
   * the midst of an epoch too. An evaluation is given up; it is made when the run goes on.
   */
  public void stop() {
    stopping = true;
  }

  /** Whether {@link #train} was asked to return early, and has not done so yet. */
  public boolean isStopping() {
    return stopping;
  }

  /**
   * Trains to the last epoch or until validation stops getting better.
   *
   * @return the evaluation on the test images; empty where {@link #stop} came first, and then
   *     training may go on by another call
   * @throws CheckpointException when the run's folder cannot be written, holds another run, or
   *     another training is going on there
   * @throws DivergedException when a metric is no longer a number
   */
  public Optional<Evaluation> train() {
    if (step == 0) {
      startFromWeights();
      Averaged.start(plan, objectives, store);
    }
    if (lock == null) {
      lock = RunLock.of(run.path());
      run.checkFresh();
    }
    run.write();
    started = System.nanoTime();
    listeners.forEach(listener -> listener.started(this));
    Optional<Evaluation> result = trainEpochs() ? judge() : Optional.empty();
    secondsBefore = seconds();
    stopping = false;
    return result;
  }

  /** Returns whether no stop came before the last epoch's end. */
  private boolean trainEpochs() {
    try (TrainingStream stream = stream();
        Fence one = device.fence();
        Fence other = device.fence()) {
      if (batch > stream.steps()) {
        throw new CheckpointException(
            run.checkpoint(step),
            "is after batch %d of an epoch of %d".formatted(batch, stream.steps()),
            "go on with the images that the run was started with");
      }
      stream.seek(epoch, batch);
      while (epoch < epochs && !outOfPatience()) {
        Averaged.swap(plan, objectives, store);
        boolean whole = trainEpoch(stream, one, other);
        Averaged.swap(plan, objectives, store);
        if (!whole || !endEpoch()) {
          if (step > keptStep) {
            writeCheckpoint();
          }
          return false;
        }
      }
    }
    return true;
  }

  /** The batches of the first epoch and those that follow. */
  TrainingStream stream() {
    return new TrainingStream(plan, settings, data);
  }

  /** Evaluates what the run has led to, unless a stop comes first. */
  private Optional<Evaluation> judge() {
    boolean best = bestStep >= 0 && settings.integer("train.patience") > 0;
    if (best && bestStep != step) {
      Checkpoint.readParameters(run.checkpoint(bestStep), store);
    }
    Optional<Evaluation> result =
        evaluate("test", test(), best ? bestEpoch : epoch, best ? (int) bestStep : step);
    for (TrainingListener listener : listeners) {
      if (!stopping) {
        listener.finished(this, result.orElseThrow());
      }
    }
    return stopping ? Optional.empty() : result;
  }

  /**
   * Parts that the file has nothing of start anew. So does what is no weight: which part of an
   * image is given, and how often a player moved.
   */
  private void startFromWeights() {
    String file = settings.text("train.weights");
    if (file.isEmpty()) {
      return;
    }
    var others = new ArrayList<Parameter>();
    objectives.stream()
        .map(Objective::gate)
        .filter(Objects::nonNull)
        .forEach(gate -> others.add(gate.count()));
    if (model instanceof CompletionModel completion) {
      others.add(completion.given());
    }
    List<ParameterSet> parts =
        model.parameters().stream()
            .map(set -> set.without(others))
            .filter(set -> !set.parameters().isEmpty())
            .toList();
    List<String> anew = PyTorchWeights.readParts(Path.of(file), store, parts);
    listeners.forEach(listener -> listener.startedFrom(Path.of(file), anew));
  }

  /** Returns whether no stop came before the epoch's last batch. */
  private boolean trainEpoch(TrainingStream stream, Fence one, Fence other) {
    double rate = settings.number("train.lr") * schedule.factor(epoch, epochs);
    objectives.forEach(o -> plan.setLearningRate(o.name(), (float) rate));
    if (plan.hasVariable(EPOCH.name())) {
      plan.setVariable(EPOCH.name(), epoch);
    }
    if (plan.hasVariable(KL_WEIGHT.name())) {
      int warmup = settings.integer("train.klWarmup");
      plan.setVariable(KL_WEIGHT.name(), (float) Math.min(1, (epoch + 1.0) / (warmup + 1.0)));
    }
    var metrics = new EpochMetrics(plan, run, step, batch, sums);
    int first = batch;
    int count = stream.steps();
    long begun = System.nanoTime();
    long shown = begun;
    while (batch < count) {
      // Two steps are in flight, so that the device never waits for the host.
      Fence fence = batch % 2 == 0 ? one : other;
      fence.await();
      if (stopping) {
        break;
      }
      stream.upload();
      plan.run();
      fence.signal();
      step++;
      batch++;
      metrics.step(step);
      long now = System.nanoTime();
      if (now - shown > progressNanoseconds && batch < count) {
        shown = now;
        tellProgress(first, count, now - begun);
      }
    }
    // Before anything is kept: here a training that diverged ends.
    sums = metrics.sums(step);
    tellProgress(first, count, System.nanoTime() - begun);
    if (batch < count) {
      return false;
    }
    record("train", metrics.means(step), epoch + 1, step);
    return true;
  }

  private void tellProgress(int first, int count, long nanoseconds) {
    double perSecond = (batch - first) * (double) data.batch() / (nanoseconds / 1e9);
    var progress = new TrainingListener.Progress(epoch, epochs, batch, count, perSecond);
    listeners.forEach(listener -> listener.progressed(progress));
  }

  /** Evaluates and keeps the epoch where that is due; returns whether no stop came before. */
  private boolean endEpoch() {
    int done = epoch + 1;
    boolean due = done == epochs || done % settings.integer("train.evaluateEvery") == 0;
    if (due) {
      Optional<Evaluation> validated = evaluate("validation", validation(), done, step);
      if (validated.isEmpty()) {
        return false;
      }
      double value = validated.get().values().getOrDefault(criterion(), Double.NEGATIVE_INFINITY);
      if (value > bestValue) {
        bestValue = value;
        bestStep = step;
        bestEpoch = done;
      }
    }
    epoch = done;
    batch = 0;
    sums = Map.of();
    if (due) {
      Path checkpoint = writeCheckpoint();
      run.forgetCheckpoints(settings.integer("train.keep"), run.checkpoint(bestStep));
      listeners.forEach(listener -> listener.checkpointed(checkpoint, epoch));
    }
    return true;
  }

  private Path writeCheckpoint() {
    Checkpoint.write(
        run,
        store,
        plan,
        objectives,
        new Checkpoint.State(epoch, step, batch, bestValue, bestStep, bestEpoch, seconds(), sums));
    keptStep = step;
    return run.checkpoint(step);
  }

  /** The measure that the best checkpoint has most of, on validation images. */
  public String criterion() {
    return model instanceof ClassifyingModel ? "accuracy" : binarisation.bound();
  }

  private Optional<Evaluation> evaluate(
      String split, ImageSet images, int epochsDone, int stepsDone) {
    return evaluator()
        .evaluate(images, Evaluator.SEED, this::isStopping)
        .map(values -> record(split, values, epochsDone, stepsDone));
  }

  private Evaluation record(
      String split, Map<String, Double> values, int epochsDone, int stepsDone) {
    values.forEach((name, value) -> DivergedException.check(run, split + " " + name, value, step));
    var evaluation =
        new Evaluation(epochsDone, stepsDone, split, binarisation.named(values), seconds());
    run.append(evaluation);
    listeners.forEach(listener -> listener.evaluated(evaluation));
    return evaluation;
  }

  /** Whether the last evaluation was too long after the best one. */
  private boolean outOfPatience() {
    int patience = settings.integer("train.patience");
    return patience > 0
        && bestEpoch >= 0
        && epoch % settings.integer("train.evaluateEvery") == 0
        && epoch - bestEpoch >= patience;
  }

  private double seconds() {
    return secondsBefore + (System.nanoTime() - started) / 1e9;
  }

  @Override
  public void close() {
    listeners.forEach(TrainingListener::closing);
    if (evaluator != null) {
      evaluator.close();
    }
    plan.close();
    store.close();
    if (lock != null) {
      lock.close();
    }
  }
}
