package org.ovswin.ipam.lease;

import java.time.Instant;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** One change of the lease table, as it stands in the journal. */
sealed interface Entry {
  /** Addresses may be given from this block from now on. */
  record BlockAdded(IpPrefix block) implements Entry {}

  /** The block is not ours any more. */
  record BlockRemoved(IpPrefix block) implements Entry {}

  /** Addresses are given only by name from now on. Replaces a reservation of the same range. */
  record Reserved(Reservation reservation) implements Entry {}

  /** The reservation of exactly this range is gone. */
  record Unreserved(AddressRange range) implements Entry {}

  /** Addresses were given, and the next search begins behind them. */
  record Given(PackedLease lease) implements Entry {}

  /**
   * Addresses were given that somebody asked for, or are held at the time of a snapshot: the next
   * search begins where it would have begun.
   */
  record Placed(PackedLease lease) implements Entry {}

  /** Teardown of the lease that has this address began. */
  record Withdrawn(IpAddress address) implements Entry {}

  /** The lease that had this address has ended. */
  record Released(IpAddress address, Instant at) implements Entry {}

  /** In a snapshot: the address is free since then. In the order of release. */
  record Cooling(IpAddress address, Instant since) implements Entry {}

  /** In a snapshot: the free address is remembered for a pod. In the order of release. */
  record Remembered(IpAddress address, PodKey pod) implements Entry {}

  /** In a snapshot: where the search in this block begins behind. */
  record LastGiven(IpAddress address) implements Entry {}
}
