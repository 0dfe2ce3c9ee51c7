package org.ovswin.ipam.lease;

import org.ovswin.ipam.address.IpPrefix;

/** What came of asking for an address. */
public sealed interface Allocation {

  /** A new lease. It is durable once {@link LeaseDatabase#sync()} has returned. */
  record Allocated(Lease lease) implements Allocation {}

  /**
   * The attachment has this lease already, possibly withdrawn. A repeated request changes nothing;
   * it too may be acknowledged only after {@link LeaseDatabase#sync()}.
   */
  record AlreadyHeld(Lease lease) implements Allocation {}

  /**
   * Every address of the block is held or reserved.
   *
   * @param used leases, withdrawn ones included
   * @param withdrawn those of them whose teardown is under way and will free them
   * @param reserved addresses that are never given
   */
  record Exhausted(IpPrefix block, int used, int withdrawn, int reserved) implements Allocation {

    /** What is full and what would free it, for a person. */
    public String message() {
      return "block "
          + block
          + " is full: "
          + used
          + " leases ("
          + withdrawn
          + " being torn down) and "
          + reserved
          + " reserved addresses (expected: a free address; remove pods from this node, or give"
          + " its nodes larger blocks)";
    }
  }
}
