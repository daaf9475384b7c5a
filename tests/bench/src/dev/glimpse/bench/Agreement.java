package dev.glimpse.bench;

import java.util.List;

/** Whether a peer computes what we do. */
final class Agreement {
  private Agreement() {}

  /**
   * @param tolerance of the largest value of a result
   * @throws PeerException where it does not: times would then say nothing
   */
  static void require(String workload, double tolerance, List<float[]> ours, List<float[]> theirs) {
    requireAsMany(workload, "results", ours.size(), theirs.size());
    for (int i = 0; i < ours.size(); i++) {
      require("%s: result %d".formatted(workload, i + 1), tolerance, ours.get(i), theirs.get(i));
    }
  }

  private static void require(String result, double tolerance, float[] ours, float[] theirs) {
    requireAsMany(result, "numbers", ours.length, theirs.length);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < ours.length; i++) {
      largest = Math.max(largest, Math.abs(theirs[i]));
      // Not Math.max alone: a NaN must not pass.
      difference = Math.max(difference, Math.abs((double) ours[i] - theirs[i]));
    }
    if (!(difference <= tolerance * largest)) {
      throw new PeerException(
          "%s: the peer computes something else: it differs by %.2g of %.6g"
              .formatted(result, difference, largest));
    }
  }

  private static void requireAsMany(String what, String things, int ours, int theirs) {
    if (ours != theirs) {
      throw new PeerException(
          "%s: %d %s, but %d of the peer".formatted(what, ours, things, theirs));
    }
  }
}
