package org.ovswin.ipam.block;

import java.util.Optional;
import java.util.UUID;

/**
 * Which cluster a store is opened for. A store that was emptied, is not mounted, or has another
 * prefix looks like a new cluster, in which blocks that nodes use are free: only who has been in
 * none may begin one.
 */
public sealed interface WantedCluster {

  /** The one that is there; if none is, a new one is made. */
  record FirstCome() implements WantedCluster {}

  /** The one that is there, whichever it is. */
  record Existing() implements WantedCluster {}

  /** The one of this id. */
  record Known(UUID id) implements WantedCluster {
    /**
     * The record, if it is this cluster's.
     *
     * @param where the record is, for the message
     * @throws NoClusterException if there is none, or another's
     */
    public ClusterRecord require(String where, Optional<ClusterRecord> present)
        throws NoClusterException {
      ClusterRecord cluster =
          present.orElseThrow(() -> NoClusterException.missing(where, "cluster " + id));
      if (!cluster.id().equals(id)) {
        throw NoClusterException.another(where, cluster.id(), id);
      }
      return cluster;
    }
  }

  /**
   * Asked before anything is created.
   *
   * @param where the record is or would be, for the message
   * @throws NoClusterException if this is not the wanted cluster, and none is to be made
   */
  default void admit(String where, Optional<ClusterRecord> present) throws NoClusterException {
    switch (this) {
      case FirstCome _ -> {}
      case Existing _ -> {
        if (present.isEmpty()) {
          throw NoClusterException.missing(where, "one");
        }
      }
      case Known known -> {
        var _ = known.require(where, present);
      }
    }
  }
}
