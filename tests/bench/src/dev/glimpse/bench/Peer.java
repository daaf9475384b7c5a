package dev.glimpse.bench;

import java.util.Map;
import java.util.Optional;

/** Another engine to compare with. */
public interface Peer {
  /** Its name, version and number of threads. */
  String description();

  /** The same work there, from the same start; empty where the peer has no counterpart yet. */
  Optional<Contender> counterpart(Workload workload, Map<String, float[]> start);
}
