package org.ovswin.ipam.lease;

import java.util.List;
import org.ovswin.ipam.address.Ipv4Address;

/** One change of the lease table, as it stands in the journal. */
sealed interface Entry {
  /** An address was given; in a snapshot: is held, in whatever phase. */
  record Given(Lease lease) implements Entry {}

  /** Teardown of the lease of this address began. */
  record Withdrawn(Ipv4Address address) implements Entry {}

  /** The address is free again. */
  record Released(Ipv4Address address) implements Entry {}

  /** The address that was given last: the next search begins behind it. */
  record LastGiven(Ipv4Address address) implements Entry {}

  /** The addresses that are never given; replaces an earlier set. */
  record Reserved(List<Ipv4Address> addresses) implements Entry {
    public Reserved {
      addresses = List.copyOf(addresses);
    }
  }
}
