package dev.glimpse.cli.progress;

import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.Slab;
import dev.glimpse.train.Example;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.stream.Stream;

/** Tells what a training keeps in the device's memory, before its first step. */
public final class MemoryTable implements TrainingListener {
  private final PrintWriter out;

  /** Tells on a console. */
  public MemoryTable(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void started(Trainer trainer) {
    Plan plan = trainer.plan();
    var bytes = new LinkedHashMap<String, Long>();
    bytes.put("parameters", bytes(trainer.model().parameters().stream()));
    bytes.put("gradients", bytes(trainer.objectives().stream().map(o -> o.parameters())));
    bytes.put(
        "optimizer state",
        bytes(
            trainer.objectives().stream()
                .flatMap(o -> plan.optimizerState(o.name()).values().stream())
                .map(Slab::set)));
    bytes.put("inputs", inputs(plan));
    bytes.put("arena of a step", plan.arenaBytes());
    bytes.put("arena of an evaluation", trainer.evaluator().arenaBytes());
    bytes.put("in all", bytes.values().stream().mapToLong(b -> b).sum());
    out.println("device memory");
    bytes.forEach((name, size) -> out.printf("  %-24s %,15d bytes%n", name, size));
    out.println("the arena of a step, block by block; those that never live at once share places");
    plan.memoryMap().forEach(block -> out.println("  " + block));
    out.flush();
  }

  private static long bytes(Stream<ParameterSet> sets) {
    return sets.mapToLong(set -> 4L * set.size()).sum();
  }

  private static long inputs(Plan plan) {
    return Example.INPUTS.stream()
        .filter(plan::hasInput)
        .mapToLong(name -> plan.inputShape(name).bytes())
        .sum();
  }
}
