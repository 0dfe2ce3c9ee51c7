package org.ovswin.ipam.block;

import java.util.UUID;
import org.ovswin.ipam.address.IpPrefix;

/** What came of asking for a block. */
public sealed interface Claim {

  /** The node holds the record's block, newly or since an earlier claim of the same owner. */
  record Claimed(NodeRecord record) implements Claim {}

  /**
   * Every block of the range is held.
   *
   * @param blocks how many those are
   */
  record Exhausted(ClusterRange range, long blocks) implements Claim {
    /** What is full and what would free it, for a person. */
    public String message() {
      return "cluster range "
          + range
          + " is full: all "
          + blocks
          + " blocks are claimed (expected: a free block; release a node that is gone, or start a"
          + " cluster with a wider range or smaller blocks)";
    }
  }

  /**
   * Another agent holds a block under this name.
   *
   * @param holder its record
   * @param claimant the owner that was turned away
   */
  record NameTaken(NodeRecord holder, UUID claimant) implements Claim {
    /** Who holds the name and what to do, for a person. */
    public String message() {
      return "node name "
          + holder.node()
          + " is taken by owner "
          + holder.owner()
          + " at "
          + holder.address()
          + " since "
          + holder.claimedAt()
          + " (expected: owner "
          + claimant
          + "; give this node another name, or release that node if it is gone for good)";
    }
  }

  /** The one block that would do is held by another node, or the node holds another one. */
  record BlockTaken(IpPrefix wanted, NodeRecord holder) implements Claim {
    /** What is in the way and what to do, for a person. */
    public String message() {
      return "block "
          + wanted
          + ": node "
          + holder.node()
          + " at "
          + holder.address()
          + " holds "
          + holder.block()
          + " (expected: one node, one block; release that node if it is gone, or ask for another"
          + " block)";
    }
  }
}
