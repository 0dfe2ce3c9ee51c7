package org.ovswin.agent;

import java.util.List;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.lease.BlockUsage;

/**
 * What the node's own database says of its blocks, for {@link ClusterSide}.
 *
 * @param usage of every block it has
 * @param waiting families of which an ADD waits for an address
 */
record LocalBlocks(List<BlockUsage> usage, Set<Family> waiting) {
  static final LocalBlocks NONE = new LocalBlocks(List.of(), Set.of());

  LocalBlocks {
    usage = List.copyOf(usage);
    waiting = Set.copyOf(waiting);
  }
}
