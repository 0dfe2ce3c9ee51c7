package org.ovswin.ipam.lease;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The leases that ended since the journal's snapshot. The journal still tells of them; when it is
 * compacted they go to the history. Not thread-safe.
 */
final class EndedLeases {
  private List<byte[]> records = new ArrayList<>();

  /** How many of the first ones a compaction has taken and not yet kept. */
  private int handedOver;

  void add(PackedLease lease, Instant until) {
    records.add(Tenure.encode(lease, until));
  }

  int size() {
    return records.size();
  }

  /** What the history has to keep; a copy of the references. */
  List<byte[]> handOver() {
    handedOver = records.size();
    return List.copyOf(records);
  }

  /** The history keeps what was handed over. */
  void kept() {
    records = new ArrayList<>(records.subList(handedOver, records.size()));
    handedOver = 0;
  }
}
