package org.ovswin.ipam.block;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/** What came of asking for blocks. */
public sealed interface Claim {

  /**
   * The node holds what it asked for, newly or since an earlier claim.
   *
   * @param held every block of that family that the node holds, in the order of addresses
   */
  record Claimed(List<BlockRecord> held) implements Claim {
    public Claimed {
      held = List.copyOf(held);
    }
  }

  /**
   * No block of the family is free.
   *
   * @param ranges of the family; none if the cluster has none of it
   * @param blocks how many those have
   * @param inGrace how many of them are released and still kept for who held them
   * @param nextFree when the first of those is free for others
   */
  record Exhausted(
      Family family, ClusterRanges ranges, long blocks, long inGrace, Optional<Instant> nextFree)
      implements Claim {
    /** What is full and what would free it, for a person. */
    public String message() {
      if (ranges.ranges().isEmpty()) {
        return "the cluster has no "
            + family
            + " range (expected: at least one; ovs-win ipam range add makes one)";
      }
      String kept =
          nextFree
              .map(
                  time ->
                      ", " + inGrace + " of them released and kept for their nodes until " + time)
              .orElse("");
      return family
          + " ranges are full: all "
          + blocks
          + " blocks of "
          + ranges
          + " are taken"
          + kept
          + " (expected: a free block; release a node that is gone, or add a range)";
    }
  }

  /**
   * Another agent has this node's name.
   *
   * @param holder its record
   * @param claimant the owner that was turned away
   */
  record NameTaken(NodeRecord holder, UUID claimant) implements Claim {
    /** Who has the name and what to do, for a person. */
    public String message() {
      return new Registration.NameTaken(holder, claimant).message();
    }
  }

  /**
   * The one block that would do is another node's.
   *
   * @param holder its record; one that has ended is still in its grace
   */
  record BlockTaken(IpPrefix wanted, BlockRecord holder) implements Claim {
    /** Who is in the way and what to do, for a person. */
    public String message() {
      return "block "
          + wanted
          + ": node "
          + holder.node()
          + " of owner "
          + holder.owner()
          + holder
              .releasedAt()
              .map(time -> " released it at " + time + " and may still come back for it")
              .orElse(" holds it since " + holder.claimedAt())
          + " (expected: a block that no other node has; release it there if that node is gone, or"
          + " ask for another block)";
    }
  }

  /**
   * It cannot be had, whoever holds what.
   *
   * @param reason for a person: what is wrong and what is expected
   */
  record Denied(String reason) implements Claim {
    public String message() {
      return reason;
    }
  }
}
