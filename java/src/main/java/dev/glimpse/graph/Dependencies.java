package dev.glimpse.graph;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which of some numbered groups must run after which others, directly or through any chain. */
final class Dependencies {
  private final List<BitSet> before = new ArrayList<>();

  /** A new group, which depends on none. */
  int add() {
    before.add(new BitSet());
    return before.size() - 1;
  }

  boolean depends(int late, int early) {
    return before.get(late).get(early);
  }

  /** Lets a group run after another one, and so whatever runs after it. */
  void depend(int late, int early) {
    if (late == early || depends(late, early)) {
      return;
    }
    BitSet own = before.get(late);
    own.or(before.get(early));
    own.set(early);
    for (BitSet other : before) {
      if (other.get(late)) {
        other.or(own);
      }
    }
  }

  /** Makes a group run where another one did that it depended on. */
  void absorb(int group, int absorbed) {
    for (int i = 0; i < before.size(); i++) {
      if (i != group && before.get(i).get(absorbed)) {
        depend(i, group);
      }
    }
    before.get(group).clear(absorbed);
  }
}
