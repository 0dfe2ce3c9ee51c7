package org.ovswin.ipam.lease;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Who holds which address of a node's blocks, in memory. It changes by {@link #apply} alone,
 * whether the entry was just made or comes out of the journal, so a restart cannot end in another
 * state than the one it left. That addresses cool down with time is the one exception, and needs no
 * entry: {@link #cooledUntil}. Not thread-safe, no I/O, no clock.
 */
final class LeaseTable {
  /** More reservations than this are a mistake; each block looks at all of them. */
  static final int MAX_RESERVATIONS = 4096;

  /** By their first address, which tells the only block that an address can be in. */
  private final TreeMap<IpAddress, BlockPool> pools = new TreeMap<>();

  /** In the order in which they were added, which is the order in which they are filled. */
  private final Map<IpPrefix, BlockPool> poolsAsAdded = new LinkedHashMap<>();

  private final AttachmentIndex leases = new AttachmentIndex();
  private final TreeMap<AddressRange, Reservation> reservations = new TreeMap<>();

  /** Where each sticky pod was, while that address is free. */
  private final Map<Family, Map<PodKey, IpAddress>> remembered = new EnumMap<>(Family.class);

  private final CommonTexts.Pool common = new CommonTexts.Pool();
  private final BiConsumer<PackedLease, Instant> ended;

  /**
   * @param ended told of every lease that has ended, with the time
   */
  LeaseTable(BiConsumer<PackedLease, Instant> ended) {
    this.ended = ended;
    for (Family family : Family.values()) {
      remembered.put(family, new HashMap<>());
    }
  }

  /** What leases of this table share. */
  CommonTexts.Pool common() {
    return common;
  }

  @Nullable PackedLease lease(Attachment attachment) {
    return leases.find(attachment);
  }

  @Nullable PackedLease lease(IpAddress address) {
    BlockPool pool = pool(address);
    if (pool == null) {
      return null;
    }
    OptionalLong offset = pool.offset(address);
    return offset.isPresent() ? pool.get(offset.getAsLong()) : null;
  }

  int size() {
    return leases.size();
  }

  /** All leases by their first address; a copy of the references. */
  List<PackedLease> leases() {
    List<PackedLease> all = new ArrayList<>(leases.size());
    for (BlockPool pool : pools.values()) {
      pool.forEach(
          lease -> {
            if (pool.block().contains(lease.first())) {
              all.add(lease);
            }
          });
    }
    return all;
  }

  /** The leases with an address in this block. */
  List<PackedLease> leases(IpPrefix block) {
    List<PackedLease> inside = new ArrayList<>();
    BlockPool pool = poolsAsAdded.get(block);
    if (pool != null) {
      pool.forEach(inside::add);
    }
    return inside;
  }

  /** In the order in which they were added. */
  Collection<BlockPool> pools() {
    return poolsAsAdded.values();
  }

  @Nullable BlockPool pool(IpPrefix block) {
    return poolsAsAdded.get(block);
  }

  /** The pool that the address lies in. */
  @Nullable BlockPool pool(IpAddress address) {
    Map.Entry<IpAddress, BlockPool> below = pools.floorEntry(address);
    return below != null && below.getValue().block().contains(address) ? below.getValue() : null;
  }

  /** By address. */
  List<BlockUsage> usage() {
    return pools.values().stream().map(BlockPool::usage).toList();
  }

  List<RestingAddress> resting() {
    return pools.values().stream().flatMap(BlockPool::resting).toList();
  }

  /** By address. */
  List<Reservation> reservations() {
    return List.copyOf(reservations.values());
  }

  Optional<Reservation> reservation(AddressRange range) {
    return Optional.ofNullable(reservations.get(range));
  }

  /** The free address that is kept for this pod. */
  Optional<IpAddress> rememberedFor(PodKey pod, Family family) {
    return Optional.ofNullable(remembered(family).get(pod));
  }

  /** Addresses released at this time or before have cooled down. */
  void cooledUntil(Instant time) {
    pools.values().forEach(pool -> pool.cooledUntil(time));
  }

  /**
   * Makes one change.
   *
   * @throws IllegalArgumentException if it contradicts the state; nothing has changed then
   */
  void apply(Entry entry) {
    switch (entry) {
      case Entry.BlockAdded(IpPrefix block) -> addBlock(block);
      case Entry.BlockRemoved(IpPrefix block) -> removeBlock(block);
      case Entry.Reserved(Reservation reservation) -> {
        requireRoom(reservation);
        reservations.put(reservation.range(), reservation);
        reserve();
      }
      case Entry.Unreserved(AddressRange range) -> {
        if (reservations.remove(range) == null) {
          throw new IllegalArgumentException(range + ": is not reserved");
        }
        reserve();
      }
      case Entry.Given(PackedLease lease) -> {
        place(lease);
        for (IpAddress address : lease.addresses()) {
          BlockPool pool = requirePool(address);
          pool.lastGiven(offset(pool, address));
        }
      }
      case Entry.Placed(PackedLease lease) -> place(lease);
      case Entry.Withdrawn(IpAddress address) -> withdraw(requireLease(address));
      case Entry.Released(IpAddress address, Instant at) -> release(requireLease(address), at);
      case Entry.Cooling(IpAddress address, Instant since) -> {
        BlockPool pool = requirePool(address);
        pool.cool((int) requireFree(pool, address), since);
      }
      case Entry.Remembered(IpAddress address, PodKey pod) -> {
        BlockPool pool = requirePool(address);
        if (pool.remember(requireFree(pool, address), pod)) {
          noteRemembered(address, pod);
        }
      }
      case Entry.LastGiven(IpAddress address) -> {
        BlockPool pool = requirePool(address);
        pool.lastGiven(offset(pool, address));
      }
    }
  }

  /** What makes this state out of an empty one. Costs a copy of the references. */
  LeaseSnapshot snapshot() {
    return new LeaseSnapshot(
        List.copyOf(poolsAsAdded.keySet()),
        reservations(),
        leases.all(),
        pools.values().stream().flatMap(BlockPool::snapshot).toList());
  }

  private void addBlock(IpPrefix block) {
    overlapping(block)
        .ifPresent(
            other -> {
              throw new IllegalArgumentException(block + ": overlaps block " + other);
            });
    BlockPool pool = new BlockPool(block, reservations.keySet());
    pools.put(block.network(), pool);
    poolsAsAdded.put(block, pool);
  }

  /** A block that shares addresses with this prefix. */
  Optional<IpPrefix> overlapping(IpPrefix prefix) {
    BlockPool around = pool(prefix.network());
    if (around != null) {
      return Optional.of(around.block());
    }
    SortedMap<IpAddress, BlockPool> inside =
        pools.subMap(prefix.network(), true, prefix.last(), true);
    return inside.isEmpty()
        ? Optional.empty()
        : Optional.of(inside.firstEntry().getValue().block());
  }

  private void removeBlock(IpPrefix block) {
    BlockPool pool = poolsAsAdded.get(block);
    if (pool == null || pool.used() > 0) {
      throw new IllegalArgumentException(
          block
              + ": "
              + (pool == null ? "is no block" : "has leases")
              + " (expected: an empty one)");
    }
    pools.remove(block.network());
    poolsAsAdded.remove(block);
    remembered(Family.of(block)).values().removeIf(block::contains);
  }

  private void requireRoom(Reservation reservation) {
    if (reservations.size() >= MAX_RESERVATIONS && !reservations.containsKey(reservation.range())) {
      throw new IllegalArgumentException(
          "reservations: " + reservations.size() + " (expected: at most " + MAX_RESERVATIONS + ")");
    }
  }

  private void reserve() {
    for (BlockPool pool : pools.values()) {
      pool.reserve(reservations.keySet())
          .forEach(pod -> remembered(Family.of(pool.block())).remove(pod));
    }
  }

  private void place(PackedLease lease) {
    PackedLease same = leases.findSame(lease);
    if (same != null) {
      throw new IllegalArgumentException(
          lease.attachment() + ": given " + lease.addresses() + ", holds " + same.addresses());
    }
    for (IpAddress address : lease.addresses()) {
      BlockPool pool = requirePool(address);
      PackedLease other = pool.get(offset(pool, address));
      if (other != null) {
        throw new IllegalArgumentException(
            address + ": given to " + lease.attachment() + ", held by " + other.attachment());
      }
    }
    leases.put(lease);
    for (IpAddress address : lease.addresses()) {
      BlockPool pool = requirePool(address);
      pool.give(offset(pool, address), lease)
          .ifPresent(pod -> remembered(Family.of(address)).remove(pod));
    }
  }

  private void withdraw(PackedLease lease) {
    if (lease.phase() == Lease.Phase.WITHDRAWN) {
      return;
    }
    PackedLease changed = lease.withdrawn();
    leases.put(changed);
    for (IpAddress address : changed.addresses()) {
      BlockPool pool = requirePool(address);
      pool.withdraw(offset(pool, address), changed);
    }
  }

  private void release(PackedLease lease, Instant at) {
    leases.remove(lease);
    Optional<PodKey> pod = lease.stickyPod();
    for (IpAddress address : lease.addresses()) {
      BlockPool pool = requirePool(address);
      long offset = offset(pool, address);
      if (pod.isEmpty()) {
        pool.release(offset, lease, at);
      } else if (pool.releaseFor(offset, lease, pod.get())) {
        noteRemembered(address, pod.get());
      }
    }
    ended.accept(lease, at);
  }

  /** A pod has one address of a family to come back to: the one it had last. */
  private void noteRemembered(IpAddress address, PodKey pod) {
    IpAddress earlier = remembered(Family.of(address)).put(pod, address);
    if (earlier != null && !earlier.equals(address)) {
      BlockPool pool = requirePool(earlier);
      pool.forget(offset(pool, earlier));
    }
  }

  private Map<PodKey, IpAddress> remembered(Family family) {
    return remembered.getOrDefault(family, Map.of());
  }

  private PackedLease requireLease(IpAddress address) {
    PackedLease lease = lease(address);
    if (lease == null) {
      throw new IllegalArgumentException(address + ": is not held (expected: a lease)");
    }
    return lease;
  }

  private BlockPool requirePool(IpAddress address) {
    BlockPool pool = pool(address);
    if (pool == null) {
      throw new IllegalArgumentException(address + ": is in no block");
    }
    return pool;
  }

  private static long requireFree(BlockPool pool, IpAddress address) {
    long offset = offset(pool, address);
    if (pool.get(offset) != null) {
      throw new IllegalArgumentException(address + ": is held (expected: a free address)");
    }
    return offset;
  }

  private static long offset(BlockPool pool, IpAddress address) {
    return pool.offset(address)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    address
                        + ": (expected: one of the first 2^"
                        + BlockPool.IPV6_REACH_BITS
                        + " addresses of "
                        + pool.block()
                        + ")"));
  }
}
