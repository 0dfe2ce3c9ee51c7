package org.ovswin.ipam.lease;

import java.util.List;

/**
 * What a lease directory holds at one moment, read without its lock.
 *
 * @param blocks by address
 * @param reservations by address
 * @param leases by address, withdrawn ones included
 * @param resting that no lease holds: cooling, or remembered for a sticky pod
 */
public record LeaseView(
    List<BlockUsage> blocks,
    List<Reservation> reservations,
    List<Lease> leases,
    List<RestingAddress> resting) {
  public LeaseView {
    blocks = List.copyOf(blocks);
    reservations = List.copyOf(reservations);
    leases = List.copyOf(leases);
    resting = List.copyOf(resting);
  }

  /** Addresses that leases hold. */
  public long used() {
    return blocks.stream().mapToLong(BlockUsage::used).sum();
  }

  /** Addresses that could be given, cooling ones included. */
  public long free() {
    return blocks.stream().mapToLong(block -> block.free() + block.cooling()).sum();
  }
}
