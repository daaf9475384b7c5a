package dev.glimpse.profile;

import dev.glimpse.device.Recording;
import dev.glimpse.graph.Plan;
import java.util.ArrayList;
import java.util.List;

/** Runs a plan whose inputs are set, again and again, and takes the time. */
public final class Profiler {
  private static final int WARM_UP = 5;
  private static final long WARM_UP_NANOSECONDS = 200_000_000;

  private Profiler() {}

  /**
   * Runs some steps to warm up, some without profiling, for wall and host time, and as many with
   * it.
   */
  public static Profile profile(Plan plan, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(steps + " steps");
    }
    warmUp(plan);
    double[] wall = new double[steps];
    double[] host = new double[steps];
    for (int i = 0; i < steps; i++) {
      long started = System.nanoTime();
      plan.run();
      long enqueued = System.nanoTime();
      plan.finish();
      wall[i] = (System.nanoTime() - started) / 1e9;
      host[i] = (enqueued - started) / 1e9;
    }
    plan.profile();
    var timings = new ArrayList<List<Recording.Timing>>();
    for (int i = 0; i < steps; i++) {
      timings.add(plan.profile());
    }
    return new Profile(plan.launches(), timings, wall, host, plan.arenaBytes());
  }

  private static void warmUp(Plan plan) {
    long started = System.nanoTime();
    for (int i = 0; i < WARM_UP || System.nanoTime() - started < WARM_UP_NANOSECONDS; i++) {
      plan.run();
      plan.finish();
    }
  }
}
