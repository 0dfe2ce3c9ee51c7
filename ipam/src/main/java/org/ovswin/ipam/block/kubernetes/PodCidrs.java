package org.ovswin.ipam.block.kubernetes;

/** What Node.spec.podCIDRs mean for claims. */
public enum PodCidrs {
  /**
   * A node whose Node has some holds exactly these, of that family. Ranges that podCIDRs of any
   * node lie in are the controller manager's: nothing else is claimed from them.
   */
  WHERE_SET,
  /**
   * As above, and a node that the cluster has a Node for waits until it has some. For clusters
   * whose controller manager runs with --allocate-node-cidrs: a node that is faster than the
   * controller manager could else take a block that is then given to another one.
   */
  REQUIRED
}
