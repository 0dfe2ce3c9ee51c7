package org.ovswin.ipam.lease;

import java.util.List;
import java.util.stream.Collectors;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** What came of asking for addresses. */
public sealed interface Allocation {

  /** A new lease. It is durable once {@link LeaseDatabase#sync()} has returned. */
  record Allocated(Lease lease) implements Allocation {}

  /**
   * The attachment has this lease already, possibly withdrawn. A repeated request changes nothing;
   * it too may be acknowledged only after {@link LeaseDatabase#sync()}.
   */
  record AlreadyHeld(Lease lease) implements Allocation {}

  /**
   * No block of this family has an address left. Nothing was given, of the other family neither.
   *
   * @param blocks the open blocks of the family; all are full
   * @param closed its blocks that are being emptied and give nothing new
   * @param used addresses that leases hold in the open ones, withdrawn ones included
   * @param withdrawn those of them whose teardown is under way and will free them
   * @param cooling released lately in the closed blocks: in an open one they would have been given
   * @param reserved addresses of the open blocks that are not given
   */
  record Exhausted(
      Family family,
      List<IpPrefix> blocks,
      List<IpPrefix> closed,
      long used,
      long withdrawn,
      long cooling,
      long reserved)
      implements Allocation {

    public Exhausted {
      blocks = List.copyOf(blocks);
      closed = List.copyOf(closed);
    }

    /** What is full and what would free it, for a person. */
    public String message() {
      String rest =
          closed.isEmpty()
              ? ""
              : "; " + texts(closed) + " is being given back (" + cooling + " addresses cooling)";
      if (blocks.isEmpty()) {
        return "no "
            + family
            + " block gives addresses on this node"
            + rest
            + " (expected: a block from the cluster's store; see `ovs-win ipam show`)";
      }
      return (blocks.size() == 1 ? "block " : "blocks ")
          + texts(blocks)
          + (blocks.size() == 1 ? " is full: " : " are full: ")
          + used
          + " addresses in use ("
          + withdrawn
          + " being torn down) and "
          + reserved
          + " reserved"
          + rest
          + " (expected: a free "
          + family
          + " address; remove pods or reservations from this node, or let it claim a further block"
          + " with `ovs-win ipam block add`)";
    }

    private static String texts(List<IpPrefix> blocks) {
      return blocks.stream().map(IpPrefix::toString).collect(Collectors.joining(", "));
    }
  }

  /**
   * An address was asked for that cannot be given. Nothing was given.
   *
   * @param reason why, with whom it belongs to
   */
  record Refused(IpAddress requested, String reason) implements Allocation {

    /** What was asked for and why it is not given, for a person. */
    public String message() {
      return "requested address " + requested + ": " + reason;
    }
  }
}
