package dev.glimpse.bench;

/** Whether a peer computes what we do. */
final class Agreement {
  private Agreement() {}

  /**
   * @param tolerance of the largest value
   * @throws PeerException where it does not: times would then say nothing
   */
  static void require(String workload, double tolerance, float[] ours, float[] theirs) {
    if (ours.length != theirs.length) {
      throw new PeerException(
          "%s: %d results, but %d of the peer".formatted(workload, ours.length, theirs.length));
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < ours.length; i++) {
      largest = Math.max(largest, Math.abs(theirs[i]));
      // Not Math.max alone: a NaN must not pass.
      difference = Math.max(difference, Math.abs((double) ours[i] - theirs[i]));
    }
    if (!(difference <= tolerance * largest)) {
      throw new PeerException(
          "%s: the peer computes something else: results differ by %.2g of %.6g"
              .formatted(workload, difference, largest));
    }
  }
}
