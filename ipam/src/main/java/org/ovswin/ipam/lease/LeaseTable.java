package org.ovswin.ipam.lease;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * Who holds which address of a block, in memory. It changes by {@link #apply} alone, whether the
 * entry was just made or comes out of the journal, so a restart cannot end in another state than
 * the one it left.
 *
 * <p>Addresses are kept as offsets in bit sets: the next free one of a /16 is found within
 * microseconds also when almost none is left. Not thread-safe, no I/O, no clock.
 */
final class LeaseTable {
  /** A bit per address: the widest block costs 2 MiB a set. */
  static final int MAX_HOST_BITS = 24;

  private final IpPrefix block;
  private final int size;
  private final BitSet held = new BitSet();
  private final BitSet reserved = new BitSet();

  /** Held or reserved: where the search for a free one skips. */
  private final BitSet taken = new BitSet();

  private final Map<Attachment, Lease> byAttachment = new HashMap<>();
  private final Map<Ipv4Address, Lease> byAddress = new HashMap<>();
  private int withdrawn;

  /** Offset of the address given last. At first the last one of the block, so that 0 is next. */
  private int lastGiven;

  /**
   * @throws IllegalArgumentException if the block is not IPv4, or wider than /8
   */
  LeaseTable(IpPrefix block) {
    if (!(block.network() instanceof Ipv4Address) || block.hostBits() > MAX_HOST_BITS) {
      throw new IllegalArgumentException(
          "block: "
              + block
              + " (expected: IPv4, /"
              + (Ipv4Address.BITS - MAX_HOST_BITS)
              + " or longer)");
    }
    this.block = block;
    this.size = 1 << block.hostBits();
    this.lastGiven = size - 1;
  }

  IpPrefix block() {
    return block;
  }

  Optional<Lease> lease(Attachment attachment) {
    return Optional.ofNullable(byAttachment.get(attachment));
  }

  Optional<Lease> lease(Ipv4Address address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  /** All leases by address. */
  List<Lease> leases() {
    List<Lease> leases = new ArrayList<>(byAddress.size());
    held.stream().mapToObj(this::leaseAt).forEach(leases::add);
    return leases;
  }

  int used() {
    return byAddress.size();
  }

  int withdrawn() {
    return withdrawn;
  }

  int free() {
    return size - taken.cardinality();
  }

  /** In the order of addresses. */
  List<Ipv4Address> reserved() {
    return reserved.stream().mapToObj(this::address).toList();
  }

  int reservedCount() {
    return reserved.cardinality();
  }

  /** The free address that follows the one given last, around the end of the block. */
  Optional<Ipv4Address> nextFree() {
    int offset = taken.nextClearBit(lastGiven + 1);
    if (offset >= size) {
      offset = taken.nextClearBit(0);
    }
    return offset >= size ? Optional.empty() : Optional.of(address(offset));
  }

  /**
   * Makes one change.
   *
   * @throws IllegalArgumentException if it contradicts the state; nothing has changed then
   */
  void apply(Entry entry) {
    switch (entry) {
      case Entry.Given(Lease lease) -> give(lease);
      case Entry.Withdrawn(Ipv4Address address) -> withdraw(requireLease(address));
      case Entry.Released(Ipv4Address address) -> release(requireLease(address));
      case Entry.LastGiven(Ipv4Address address) -> lastGiven = offset(address);
      case Entry.Reserved(List<Ipv4Address> addresses) -> reserve(addresses);
    }
  }

  /** The entries that make this state out of an empty one, in the order to apply them. */
  Stream<Entry> snapshot() {
    return Stream.concat(
        Stream.of(new Entry.Reserved(reserved())),
        Stream.concat(
            held.stream().mapToObj(offset -> new Entry.Given(leaseAt(offset))),
            // Behind the leases, because each of those moves it.
            Stream.of(new Entry.LastGiven(address(lastGiven)))));
  }

  private void give(Lease lease) {
    int offset = offset(lease.address());
    Lease other = byAddress.get(lease.address());
    if (other != null) {
      throw new IllegalArgumentException(
          lease.address() + ": given to " + lease.attachment() + ", held by " + other.attachment());
    }
    other = byAttachment.get(lease.attachment());
    if (other != null) {
      throw new IllegalArgumentException(
          lease.attachment() + ": given " + lease.address() + ", holds " + other.address());
    }
    byAttachment.put(lease.attachment(), lease);
    byAddress.put(lease.address(), lease);
    held.set(offset);
    taken.set(offset);
    lastGiven = offset;
    if (lease.phase() == Lease.Phase.WITHDRAWN) {
      withdrawn++;
    }
  }

  private void withdraw(Lease lease) {
    if (lease.phase() == Lease.Phase.WITHDRAWN) {
      return;
    }
    Lease changed = lease.withdrawn();
    byAttachment.put(changed.attachment(), changed);
    byAddress.put(changed.address(), changed);
    withdrawn++;
  }

  private void release(Lease lease) {
    int offset = offset(lease.address());
    byAttachment.remove(lease.attachment());
    byAddress.remove(lease.address());
    held.clear(offset);
    taken.set(offset, reserved.get(offset));
    if (lease.phase() == Lease.Phase.WITHDRAWN) {
      withdrawn--;
    }
  }

  /** A lease on an address that is reserved only now stays; the address is not given again. */
  private void reserve(List<Ipv4Address> addresses) {
    BitSet wanted = new BitSet();
    addresses.forEach(address -> wanted.set(offset(address)));
    reserved.clear();
    reserved.or(wanted);
    taken.clear();
    taken.or(held);
    taken.or(reserved);
  }

  private Lease requireLease(Ipv4Address address) {
    Lease lease = byAddress.get(address);
    if (lease == null) {
      throw new IllegalArgumentException(address + ": is not held (expected: a lease)");
    }
    return lease;
  }

  private Lease leaseAt(int offset) {
    return requireLease(address(offset));
  }

  private Ipv4Address address(int offset) {
    return (Ipv4Address) block.address(offset);
  }

  private int offset(Ipv4Address address) {
    return (int) block.offset(address);
  }
}
