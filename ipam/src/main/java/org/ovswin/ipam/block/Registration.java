package org.ovswin.ipam.block;

import java.util.UUID;

/** What came of a node's making itself known. */
public sealed interface Registration {

  /** The node is known as this record says. */
  record Registered(NodeRecord record) implements Registration {}

  /**
   * Another agent has this name.
   *
   * @param holder its record
   * @param claimant the owner that was turned away
   */
  record NameTaken(NodeRecord holder, UUID claimant) implements Registration {
    /** Who has the name and what to do, for a person. */
    public String message() {
      return "node name "
          + holder.node()
          + " is taken by owner "
          + holder.owner()
          + " at "
          + holder.address()
          + " since "
          + holder.joinedAt()
          + " (expected: owner "
          + claimant
          + "; give this node another name, or release that node if it is gone for good)";
    }
  }
}
