package org.ovswin.ipam.lease;

import java.util.List;
import java.util.stream.Stream;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The whole state of a table at one moment. Everything in it is immutable: another thread may write
 * it down while the table goes on.
 *
 * @param rest what the pools say of addresses that no lease holds
 */
record LeaseSnapshot(
    List<IpPrefix> blocks,
    List<Reservation> reservations,
    List<PackedLease> leases,
    List<Entry> rest) {

  /** The entries that make this state out of an empty one, in the order to apply them. */
  Stream<Entry> entries() {
    return Stream.of(
            blocks.stream().<Entry>map(Entry.BlockAdded::new),
            reservations.stream().<Entry>map(Entry.Reserved::new),
            leases.stream().<Entry>map(Entry.Placed::new),
            rest.stream())
        .flatMap(stream -> stream);
  }
}
