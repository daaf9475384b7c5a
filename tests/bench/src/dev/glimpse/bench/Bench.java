package dev.glimpse.bench;

import dev.glimpse.device.Device;
import java.util.List;
import java.util.Optional;

/** Measures workloads on a device, and on a peer if there is one. */
final class Bench {
  private final Device device;
  private final String peerName;
  private final int steps;
  private Peer peer;

  /**
   * @param peerName null for none
   * @param steps see {@link Race#run}
   */
  Bench(Device device, String peerName, int steps) {
    this.device = device;
    this.peerName = peerName;
    this.steps = steps;
  }

  /**
   * @throws PeerException where the peer is not there, or computes something else
   */
  Row measure(Workload workload) {
    // Ours comes first: the time to its first step is to hold nothing of the peer's.
    try (Contender ours = workload.ours(device)) {
      if (peerName != null && peer == null) {
        peer = Peers.find(peerName);
      }
      Optional<Contender> theirs =
          Optional.ofNullable(peer).flatMap(p -> p.counterpart(workload, ours.start()));
      if (theirs.isEmpty()) {
        return row(workload, ours, Race.run(List.of(ours), steps));
      }
      try (Contender other = theirs.get()) {
        Agreement.require(workload.name(), workload.tolerance(), ours.check(), other.check());
        return row(workload, ours, Race.run(List.of(ours, other), steps));
      }
    }
  }

  private Row row(Workload workload, Contender ours, List<Times> times) {
    return new Row(
        workload,
        device.description(),
        times.get(0),
        peer == null ? null : peer.description(),
        times.size() > 1 ? times.get(1) : null,
        ours.facts());
  }
}
