package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;
import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Random numbers by Philox4x32-10, keyed by the plan's seed and step and by the tensor. Two draws
 * are never the same tensor, so this op is told apart by identity.
 */
public final class Random implements Op {
  private static final int CPU_NUMBERS = 512;
  private static final int GPU_GROUP = 64;

  /** The distributions. */
  public enum Distribution {
    /** On the open interval (0, 1). */
    UNIFORM,
    /** With mean 0 and variance 1. */
    NORMAL,
    /** 1 with the probability that the input gives, else 0. */
    BERNOULLI
  }

  private final Distribution distribution;
  private final Shape shape;

  public Random(Distribution distribution, Shape shape) {
    this.distribution = distribution;
    this.shape = shape;
  }

  /** What is drawn. */
  public Distribution distribution() {
    return distribution;
  }

  @Override
  public String name() {
    return "random " + distribution.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(shape);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return node.inputs().isEmpty() ? List.of() : Collections.singletonList(null);
  }

  @Override
  public void lower(Site site) {
    View out = site.output(0);
    var arguments = new ArrayList<Object>();
    arguments.add(site.state());
    long bytes = out.bytes();
    if (distribution == Distribution.BERNOULLI) {
      arguments.add(site.input(0).buffer());
      bytes += site.input(0).bytes();
    }
    arguments.addAll(List.of(out.buffer(), out.size(), site.stream()));
    boolean cpu = site.device().kind().isCpu();
    int counters = (out.size() + 31) / 32 * 8;
    int items = cpu ? ceilDiv(out.size(), CPU_NUMBERS) : roundUp(counters, GPU_GROUP);
    site.launch(
        site.kernel(
            "random.cl", "random_" + distribution.name().toLowerCase(Locale.ROOT), Map.of()),
        arguments,
        List.of(items, 1),
        List.of(cpu ? 1 : GPU_GROUP, 1),
        new Cost(20L * out.size(), bytes));
  }
}
