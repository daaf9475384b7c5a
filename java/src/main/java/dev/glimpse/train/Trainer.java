package dev.glimpse.train;

import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Fence;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Variable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The training loop: epochs of shuffled batches, evaluation, checkpoints, early stopping. A run
 * that is resumed gives the same bits as one that never stopped.
 */
public final class Trainer implements AutoCloseable {
  /** The seed of the fixed binarisation of validation and test images. */
  public static final long BINARISATION_SEED = 20160101;

  /** The number of epochs done, for what changes in the course of a training. */
  public static final Variable EPOCH = new Variable("epoch", 0);

  private static final long PROGRESS_NANOSECONDS = 200_000_000;

  private final Device device;
  private final Model model;
  private final Settings settings;
  private final RunFolder run;
  private final List<TrainingListener> listeners;
  private final DataShape data;
  private final Binarisation binarisation;
  private final ImageSet train;

  /** Null unless the model is semi-supervised. */
  private final ImageSet labelled;

  private final ImageSet validation;
  private final ImageSet test;
  private final ParameterStore store;
  private final List<Objective> objectives;
  private final Plan plan;
  private final Schedule schedule;
  private final int batchSize;
  private final int epochs;

  private int epoch;
  private int step;
  private double bestValue = Double.NEGATIVE_INFINITY;
  private long bestStep = -1;
  private int bestEpoch = -1;
  private double secondsBefore;

  /** Made when first needed, so that training need not wait for it. */
  private Evaluator evaluator;

  private long started;

  /** Compiles the model's plans. */
  public Trainer(
      Device device,
      Model model,
      Settings settings,
      Splits splits,
      RunFolder run,
      List<TrainingListener> listeners) {
    this.device = device;
    this.model = model;
    this.settings = settings;
    this.run = run;
    this.listeners = List.copyOf(listeners);
    this.data = DataShape.of(splits.train());
    long seed = settings.integer("train.seed");
    int size = settings.integer("train.size");
    ImageSet all = model.semiSupervised() ? splits.unlabelled() : splits.train();
    ImageSet used = size > 0 ? all.first(Math.min(size, all.size())) : all;
    this.binarisation = Binarisation.of(settings);
    this.train = binarisation.forTraining(used, seed);
    this.labelled =
        model.semiSupervised()
            ? binarisation.forTraining(
                splits.train().balanced(settings.integer("data.labels"), seed), seed)
            : null;
    this.validation = binarisation.forEvaluation(splits.validation());
    this.test = binarisation.forEvaluation(splits.test());
    this.batchSize = Math.min(settings.integer("train.batch"), train.size());
    this.epochs = settings.integer("train.epochs");
    this.schedule =
        Schedule.named(settings.text("train.schedule"), settings.integer("train.warmup"));

    this.store = new ParameterStore(device, model.parameters(), seed);
    TrainingPlan training = TrainingPlan.build(store, model, settings, data, batchSize);
    this.objectives = training.objectives();
    this.plan = training.plan();
    plan.setState(seed, 0);
  }

  public Model model() {
    return model;
  }

  public ParameterStore store() {
    return store;
  }

  public DataShape data() {
    return data;
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

  /** The images that validation is done on. */
  public ImageSet validation() {
    return validation;
  }

  /** The images that the run is judged by in the end. */
  public ImageSet test() {
    return test;
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
      evaluator = new Evaluator(model, store, data, Math.min(validation.size(), test.size()));
    }
    return evaluator;
  }

  /** Goes on from the newest checkpoint, or from the start where there is none yet. */
  public void resume() {
    run.latest().ifPresent(this::restore);
    run.trimMetrics(step);
  }

  private void restore(Path checkpoint) {
    Checkpoint.State state = Checkpoint.read(checkpoint, store, plan, objectives);
    epoch = state.epoch();
    step = state.step();
    bestValue = state.bestValue();
    bestStep = state.bestStep();
    bestEpoch = state.bestEpoch();
    secondsBefore = state.seconds();
    plan.setState(settings.integer("train.seed"), step);
  }

  /**
   * Trains to the last epoch or until validation stops getting better.
   *
   * @return the evaluation on the test images
   * @throws DivergedException when a metric is no longer a number
   */
  public Evaluation train() {
    if (step == 0) {
      startFromWeights();
      Averaged.start(plan, objectives, store);
    }
    started = System.nanoTime();
    listeners.forEach(listener -> listener.started(this));
    try (var stream = new TrainingStream(plan, settings, train, labelled, batchSize);
        Fence one = device.fence();
        Fence other = device.fence()) {
      stream.seek(epoch);
      while (epoch < epochs && !outOfPatience()) {
        Averaged.swap(plan, objectives, store);
        trainEpoch(stream, one, other);
        Averaged.swap(plan, objectives, store);
        epoch++;
        boolean last = epoch == epochs;
        if (last || epoch % settings.integer("train.evaluateEvery") == 0) {
          evaluateEpoch();
        }
      }
    }
    if (bestStep >= 0 && settings.integer("train.patience") > 0 && bestStep != step) {
      Checkpoint.readParameters(run.checkpoint(bestStep), store);
    }
    Evaluation result = evaluate("test", test);
    listeners.forEach(listener -> listener.finished(this, result));
    return result;
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

  private void trainEpoch(TrainingStream stream, Fence one, Fence other) {
    double rate = settings.number("train.lr") * schedule.factor(epoch, epochs);
    objectives.forEach(o -> plan.setLearningRate(o.name(), (float) rate));
    if (plan.hasVariable(EPOCH.name())) {
      plan.setVariable(EPOCH.name(), epoch);
    }
    if (plan.hasVariable("kl.weight")) {
      int warmup = settings.integer("train.klWarmup");
      plan.setVariable("kl.weight", (float) Math.min(1, (epoch + 1.0) / (warmup + 1)));
    }
    var metrics = new EpochMetrics(plan, run, step);
    int count = stream.steps();
    long begun = System.nanoTime();
    long shown = begun;
    for (int i = 0; i < count; i++) {
      // Two steps are in flight, so that the device never waits for the host.
      (i % 2 == 0 ? one : other).await();
      stream.upload();
      plan.run();
      (i % 2 == 0 ? one : other).signal();
      step++;
      metrics.step(step);
      long now = System.nanoTime();
      if (now - shown > PROGRESS_NANOSECONDS || i + 1 == count) {
        shown = now;
        double perSecond = (i + 1.0) * batchSize / ((now - begun) / 1e9);
        var progress = new TrainingListener.Progress(epoch, epochs, i + 1, count, perSecond);
        listeners.forEach(listener -> listener.progressed(progress));
      }
    }
    record("train", metrics.means(step));
  }

  private void evaluateEpoch() {
    Evaluation validated = evaluate("validation", validation);
    double value = validated.values().getOrDefault(criterion(), Double.NEGATIVE_INFINITY);
    if (value > bestValue) {
      bestValue = value;
      bestStep = step;
      bestEpoch = epoch;
    }
    Path checkpoint = run.checkpoint(step);
    Checkpoint.write(
        checkpoint,
        store,
        plan,
        objectives,
        new Checkpoint.State(epoch, step, 0, bestValue, bestStep, bestEpoch, seconds()));
    run.forgetCheckpoints(settings.integer("train.keep"), run.checkpoint(bestStep));
    listeners.forEach(listener -> listener.checkpointed(checkpoint, epoch));
  }

  /** The measure that the best checkpoint has most of, on validation images. */
  public String criterion() {
    return model instanceof ClassifyingModel ? "accuracy" : binarisation.bound();
  }

  private Evaluation evaluate(String split, ImageSet images) {
    return record(split, evaluator().evaluate(images));
  }

  private Evaluation record(String split, Map<String, Double> values) {
    var evaluation =
        new Evaluation(epochsDone(split), step, split, binarisation.named(values), seconds());
    run.append(evaluation);
    listeners.forEach(listener -> listener.evaluated(evaluation));
    return evaluation;
  }

  /** The mean of an epoch is noted before the epoch counts as done. */
  private int epochsDone(String split) {
    return split.equals("train") ? epoch + 1 : epoch;
  }

  private boolean outOfPatience() {
    int patience = settings.integer("train.patience");
    return patience > 0 && bestEpoch >= 0 && epoch - bestEpoch >= patience;
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
  }
}
