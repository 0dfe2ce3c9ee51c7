package org.ovswin.ipam.block;

import java.util.UUID;

/**
 * What a store says of the cluster itself.
 *
 * @param id made at random by the first to come. A store that shows another id than before was
 *     emptied or is another one: its records say nothing about blocks held so far.
 */
public record ClusterRecord(UUID id, ClusterRanges ranges) {
  /** The id in a record of version 1, which had none. */
  public static final UUID NO_ID = new UUID(0, 0);

  /** The record of a new cluster. */
  public static ClusterRecord create(ClusterRanges ranges) {
    return new ClusterRecord(UUID.randomUUID(), ranges);
  }

  public ClusterRecord with(ClusterRanges changed) {
    return new ClusterRecord(id, changed);
  }
}
