package org.ovswin.ipam.lease;

import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;

/**
 * The addresses of one block, as offsets from its first one.
 *
 * <p>An address is held, or reserved, or cooling, or remembered for a pod, or none of that: then it
 * is clean, and given before any other. One bit set has a bit for each address that is not clean,
 * so the search for the next clean one runs over words of 64: at most 1,024 of them in a /16, of
 * which every one but the last is full. Not thread-safe, no clock.
 *
 * <p>The <b>window</b> is the part that addresses are searched in: all of an IPv4 block, the first
 * 2^16 addresses of an IPv6 block, which is more than a node has pods. Who asks by address may have
 * any of the first 2^32.
 */
final class BlockPool {
  /** A bit per address: the widest IPv4 block costs 2 MiB a set. */
  static final int MAX_IPV4_HOST_BITS = 24;

  static final int IPV6_WINDOW_BITS = 16;
  static final int IPV6_REACH_BITS = 32;

  private static final int PAGE_BITS = 8;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  private final IpPrefix block;

  /** Size of the window. */
  private final int size;

  /** How many addresses can be given at all. */
  private final long reach;

  /** By the offset's upper bits; a page whose last lease has gone goes too. */
  private final Map<Integer, @Nullable PackedLease[]> pages = new HashMap<>();

  private final BitSet held = new BitSet();
  private final BitSet reserved = new BitSet();

  /** Held, reserved, cooling or remembered: where the search skips. */
  private final BitSet unclean = new BitSet();

  /** When each was released; the one that has cooled longest first. */
  private final LinkedHashMap<Integer, Instant> cooling = new LinkedHashMap<>();

  /** The free addresses of sticky pods; the one remembered longest first. */
  private final LinkedHashMap<Integer, PodKey> remembered = new LinkedHashMap<>();

  private long used;
  private long withdrawn;

  /** Offset of the address given last. At first the last one of the block, so that 0 is next. */
  private int lastGiven;

  private BlockUse use = BlockUse.OPEN;

  /**
   * @throws IllegalArgumentException if the block is an IPv4 one wider than /8
   */
  BlockPool(IpPrefix block, Collection<AddressRange> reservations) {
    boolean isIpv4 = block.network() instanceof Ipv4Address;
    if (isIpv4 && block.hostBits() > MAX_IPV4_HOST_BITS) {
      throw new IllegalArgumentException(
          "block: "
              + block
              + " (expected: /"
              + (Ipv4Address.BITS - MAX_IPV4_HOST_BITS)
              + " or longer)");
    }
    this.block = block;
    this.size = 1 << Math.min(block.hostBits(), isIpv4 ? MAX_IPV4_HOST_BITS : IPV6_WINDOW_BITS);
    this.reach = 1L << Math.min(block.hostBits(), IPV6_REACH_BITS);
    this.lastGiven = size - 1;
    reserve(reservations);
  }

  IpPrefix block() {
    return block;
  }

  /** How many addresses are searched in. */
  int windowSize() {
    return size;
  }

  BlockUse use() {
    return use;
  }

  void use(BlockUse value) {
    use = value;
  }

  /** Where in the block the address is; empty if it is outside, or beyond what can be given. */
  OptionalLong offset(IpAddress address) {
    if (!block.contains(address)) {
      return OptionalLong.empty();
    }
    long offset =
        switch (address) {
          case Ipv4Address v4 -> v4.unsigned() - ((Ipv4Address) block.network()).unsigned();
          case Ipv6Address v6 -> {
            Ipv6Address first = (Ipv6Address) block.network();
            yield v6.high() == first.high() ? v6.low() - first.low() : -1;
          }
        };
    return offset >= 0 && offset < reach ? OptionalLong.of(offset) : OptionalLong.empty();
  }

  IpAddress address(long offset) {
    return block.address(offset);
  }

  /** What the address is in the block, if it is one that nobody may have. */
  Optional<String> role(long offset) {
    boolean isIpv4 = block.network() instanceof Ipv4Address;
    if (offset == 1 || (offset == 0 && block.hostBits() == 0)) {
      return Optional.of("the gateway of " + block);
    }
    if (offset == 0) {
      // RFC 4291, 2.6.1: the first address of an IPv6 subnet is every router's.
      return Optional.of((isIpv4 ? "the network address of " : "the router anycast of ") + block);
    }
    return isIpv4 && offset == reach - 1
        ? Optional.of("the broadcast address of " + block)
        : Optional.empty();
  }

  @Nullable PackedLease get(long offset) {
    @Nullable PackedLease[] page = pages.get((int) (offset >>> PAGE_BITS));
    return page == null ? null : page[(int) offset & (PAGE_SIZE - 1)];
  }

  /** The leases here in the order of their addresses. */
  void forEach(Consumer<PackedLease> consumer) {
    pages.keySet().stream()
        .sorted()
        .map(page -> Objects.requireNonNull(pages.get(page)))
        .forEach(
            page -> {
              for (PackedLease lease : page) {
                if (lease != null) {
                  consumer.accept(lease);
                }
              }
            });
  }

  long used() {
    return used;
  }

  long withdrawn() {
    return withdrawn;
  }

  long cooling() {
    return cooling.size();
  }

  /** Reserved addresses that no lease holds. */
  long reserved() {
    BitSet idle = (BitSet) reserved.clone();
    idle.andNot(held);
    return idle.cardinality();
  }

  BlockUsage usage() {
    long idle = reserved();
    return new BlockUsage(
        block, used, size - held.cardinality() - idle - cooling.size(), cooling.size(), idle);
  }

  /** What the two maps have, for people. */
  Stream<RestingAddress> resting() {
    return Stream.concat(
        cooling.keySet().stream()
            .map(offset -> new RestingAddress(address(offset), RestingAddress.Reason.COOLING)),
        remembered.keySet().stream()
            .map(offset -> new RestingAddress(address(offset), RestingAddress.Reason.REMEMBERED)));
  }

  /** The clean address that follows the one given last, around the end of the window. */
  OptionalInt nextClean() {
    int offset = unclean.nextClearBit(lastGiven + 1);
    if (offset >= size) {
      offset = unclean.nextClearBit(0);
    }
    return offset >= size ? OptionalInt.empty() : OptionalInt.of(offset);
  }

  /** The address that has cooled longest, and since when. */
  Optional<Map.Entry<Integer, Instant>> longestCooling() {
    return Optional.ofNullable(cooling.firstEntry());
  }

  /** The address that has been remembered longest. */
  OptionalInt longestRemembered() {
    Map.Entry<Integer, PodKey> first = remembered.firstEntry();
    return first == null ? OptionalInt.empty() : OptionalInt.of(first.getKey());
  }

  boolean isRememberedFor(long offset, PodKey pod) {
    return offset < size && pod.equals(remembered.get((int) offset));
  }

  /** Whether another cursor than the first one is to be remembered. */
  IpAddress lastGiven() {
    return address(lastGiven);
  }

  void lastGiven(long offset) {
    if (offset < size) {
      lastGiven = (int) offset;
    }
  }

  /** The address is held now. Returns the pod that it was remembered for. */
  Optional<PodKey> give(long offset, PackedLease lease) {
    put(offset, lease);
    used++;
    if (lease.phase() == Lease.Phase.WITHDRAWN) {
      withdrawn++;
    }
    if (offset >= size) {
      return Optional.empty();
    }
    int inside = (int) offset;
    held.set(inside);
    unclean.set(inside);
    cooling.remove(inside);
    return Optional.ofNullable(remembered.remove(inside));
  }

  /** The same lease, changed. */
  void withdraw(long offset, PackedLease lease) {
    put(offset, lease);
    withdrawn++;
  }

  /** The address is free, and cooling. */
  void release(long offset, PackedLease lease, Instant at) {
    free(offset, lease);
    if (offset < size && !reserved.get((int) offset)) {
      cool((int) offset, at);
    }
  }

  /** The address is free and remembered. Returns whether that could be done. */
  boolean releaseFor(long offset, PackedLease lease, PodKey pod) {
    free(offset, lease);
    return remember(offset, pod);
  }

  /** Notes for whom a free address is kept. */
  boolean remember(long offset, PodKey pod) {
    if (offset >= size || reserved.get((int) offset) || held.get((int) offset)) {
      return false;
    }
    unclean.set((int) offset);
    remembered.put((int) offset, pod);
    return true;
  }

  void cool(int offset, Instant since) {
    unclean.set(offset);
    cooling.put(offset, since);
  }

  /** Whose pod it was does not matter any more. */
  void forget(long offset) {
    if (remembered.remove((int) offset) != null) {
      unclean.clear((int) offset);
    }
  }

  /** Those that were released at this time or before have cooled down. */
  void cooledUntil(Instant time) {
    for (var i = cooling.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Integer, Instant> entry = i.next();
      if (entry.getValue().isAfter(time)) {
        return;
      }
      unclean.clear(entry.getKey());
      i.remove();
    }
  }

  /**
   * Sets what is given only by name. A lease on an address that is reserved only now stays. Returns
   * the pods whose address is not remembered any more.
   */
  Collection<PodKey> reserve(Collection<AddressRange> ranges) {
    reserved.clear();
    for (int offset : new int[] {0, Math.min(1, size - 1), size - 1}) {
      if (role(offset).isPresent()) {
        reserved.set(offset);
      }
    }
    AddressRange window = new AddressRange(block.network(), address(size - 1));
    for (AddressRange range : ranges) {
      if (range.overlaps(window)) {
        long from = range.first().compareTo(window.first()) <= 0 ? 0 : inside(range.first());
        long to = range.last().compareTo(window.last()) >= 0 ? size - 1 : inside(range.last());
        reserved.set((int) from, (int) to + 1);
      }
    }
    cooling.keySet().removeIf(reserved::get);
    Collection<PodKey> forgotten =
        remembered.entrySet().stream()
            .filter(entry -> reserved.get(entry.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    remembered.keySet().removeIf(reserved::get);
    unclean.clear();
    unclean.or(held);
    unclean.or(reserved);
    cooling.keySet().forEach(unclean::set);
    remembered.keySet().forEach(unclean::set);
    return forgotten;
  }

  boolean isReserved(long offset) {
    return offset < size && reserved.get((int) offset);
  }

  /** What a snapshot says of the addresses that no lease holds. */
  Stream<Entry> snapshot() {
    return Stream.of(
            cooling.entrySet().stream()
                .<Entry>map(e -> new Entry.Cooling(address(e.getKey()), e.getValue())),
            remembered.entrySet().stream()
                .<Entry>map(e -> new Entry.Remembered(address(e.getKey()), e.getValue())),
            Stream.<Entry>of(new Entry.LastGiven(lastGiven())))
        .flatMap(stream -> stream);
  }

  private long inside(IpAddress address) {
    return offset(address).orElseThrow();
  }

  private void put(long offset, PackedLease lease) {
    pages
            .computeIfAbsent((int) (offset >>> PAGE_BITS), _ -> new PackedLease[PAGE_SIZE])[
            (int) offset & (PAGE_SIZE - 1)] =
        lease;
  }

  private void free(long offset, PackedLease lease) {
    int key = (int) (offset >>> PAGE_BITS);
    @Nullable PackedLease[] page = Objects.requireNonNull(pages.get(key));
    page[(int) offset & (PAGE_SIZE - 1)] = null;
    if (Arrays.stream(page).allMatch(Objects::isNull)) {
      pages.remove(key);
    }
    used--;
    if (lease.phase() == Lease.Phase.WITHDRAWN) {
      withdrawn--;
    }
    if (offset < size) {
      held.clear((int) offset);
      unclean.set((int) offset, reserved.get((int) offset));
    }
  }
}
