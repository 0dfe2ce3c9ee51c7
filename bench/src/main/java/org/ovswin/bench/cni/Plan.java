package org.ovswin.bench.cni;

import java.time.Duration;
import java.util.List;

/**
 * What is measured.
 *
 * @param rows in their order
 * @param rounds in which the ways take turns
 * @param first pods that a round adds to an empty node, one after another
 * @param there numbers of pods that are there already, ascending
 * @param batch pods that a round adds to those, one after another
 * @param callers how many add at a time
 * @param together pods that they add in a round
 * @param senders pods whose first act is to send
 * @param idle how long the agent is watched doing nothing
 */
record Plan(
    List<Row> rows,
    int rounds,
    int first,
    List<Integer> there,
    int batch,
    List<Integer> callers,
    int together,
    int senders,
    Duration idle) {
  Plan {
    rows = List.copyOf(rows);
    there = List.copyOf(there);
    callers = List.copyOf(callers);
  }

  /** Pods of one way that are there at once, at most. */
  int most() {
    return Math.max(there.getLast() + batch, Math.max(first, together));
  }
}
