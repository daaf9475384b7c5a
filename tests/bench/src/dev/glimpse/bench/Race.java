package dev.glimpse.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Times contenders in turns, a block of runs each: what else the machine does, and how warm it is,
 * then strikes all of them alike. The first runs of a block, in which caches fill and the other's
 * threads fall asleep, are not counted.
 */
final class Race {
  private static final int FEWEST = 30;
  private static final int MOST = 1000;
  private static final long BUDGET = 2_000_000_000L;

  /** Long against the time in which the other's threads and data leave the cores and caches. */
  private static final long BLOCK = 500_000_000L;

  private static final int LONGEST_BLOCK = 100;
  private static final long WARM_UP = 300_000_000L;
  private static final int PAUSE_MILLISECONDS = 30;
  private static final int UNCOUNTED = 2;

  private Race() {}

  /**
   * @param steps runs of each contender; 0 for as many as fit two seconds, but 30 to 1000
   */
  static List<Times> run(List<Contender> contenders, int steps) {
    long slowest = 1;
    for (Contender contender : contenders) {
      slowest = Math.max(slowest, warmUp(contender, steps));
    }
    int count = steps > 0 ? steps : (int) Math.max(FEWEST, Math.min(MOST, BUDGET / slowest));
    int block = (int) Math.max(1, Math.min(LONGEST_BLOCK, BLOCK / slowest));
    var times = new ArrayList<long[]>();
    contenders.forEach(contender -> times.add(new long[count]));
    for (int done = 0; done < count; done += block) {
      for (int i = 0; i < contenders.size(); i++) {
        if (contenders.size() > 1) {
          takeTurns(contenders.get(i));
        }
        time(contenders.get(i), times.get(i), done, Math.min(count, done + block));
      }
    }
    return times.stream().map(Times::of).toList();
  }

  private static void time(Contender contender, long[] times, int from, int to) {
    for (int i = from; i < to; i++) {
      long started = System.nanoTime();
      contender.run();
      times[i] = System.nanoTime() - started;
    }
  }

  private static void takeTurns(Contender contender) {
    try {
      Thread.sleep(PAUSE_MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (int i = 0; i < UNCOUNTED; i++) {
      contender.run();
    }
  }

  /** Lets everything be compiled, and returns the shortest time of a run. */
  private static long warmUp(Contender contender, int steps) {
    long least = Long.MAX_VALUE;
    long started = System.nanoTime();
    for (int i = 0;
        i < 2 || System.nanoTime() - started < WARM_UP && (steps == 0 || i < steps);
        i++) {
      long before = System.nanoTime();
      contender.run();
      least = Math.min(least, System.nanoTime() - before);
    }
    return Math.max(1, least);
  }
}
