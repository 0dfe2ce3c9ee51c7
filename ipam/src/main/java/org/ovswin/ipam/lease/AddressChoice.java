package org.ovswin.ipam.lease;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Which addresses a request gets. It only looks; the order of preference is:
 *
 * <ol>
 *   <li>the address that is asked for, and no other one;
 *   <li>the one that the sticky pod had;
 *   <li>the next clean one, round robin behind the one given last, in the first open block that has
 *       one (so that a block claimed later empties first and can be given back);
 *   <li>the one that has cooled longest, of all open blocks;
 *   <li>the one that has been remembered longest for another sticky pod, in the first open block
 *       that has one.
 * </ol>
 */
sealed interface AddressChoice {

  /**
   * @param addresses one of each family, IPv4 first
   * @param origin how they were found
   */
  record Found(List<IpAddress> addresses, Origin origin) implements AddressChoice {}

  /** Nothing can be given. */
  record None(Allocation why) implements AddressChoice {}

  /** How addresses were found. */
  enum Origin {
    /** At least one by search, which goes on behind it. */
    SEARCHED,
    /** All because they were wanted. */
    WANTED
  }

  static AddressChoice of(LeaseTable table, LeaseRequest request) {
    for (IpAddress wanted : request.requested()) {
      Optional<String> reason = refusal(table, request, wanted);
      if (reason.isPresent()) {
        return new None(new Allocation.Refused(wanted, reason.get()));
      }
    }
    List<IpAddress> addresses = new ArrayList<>();
    Origin origin = Origin.WANTED;
    for (Family family : Family.values()) {
      if (!request.families().contains(family)) {
        continue;
      }
      Optional<IpAddress> wanted = wanted(table, request, family);
      if (wanted.isPresent()) {
        addresses.add(wanted.get());
        continue;
      }
      List<BlockPool> pools = pools(table, family, BlockUse.OPEN);
      Optional<IpAddress> found = search(pools);
      if (found.isEmpty()) {
        return new None(exhausted(table, family, pools));
      }
      addresses.add(found.get());
      origin = Origin.SEARCHED;
    }
    return new Found(addresses, origin);
  }

  private static Optional<IpAddress> wanted(LeaseTable table, LeaseRequest request, Family family) {
    Optional<IpAddress> requested =
        request.requested().stream().filter(it -> Family.of(it) == family).findFirst();
    if (requested.isPresent() || request.stickiness() == Stickiness.NONE) {
      return requested;
    }
    PodKey pod = new PodKey(request.podNamespace().orElseThrow(), request.podName().orElseThrow());
    return table
        .rememberedFor(pod, family)
        .filter(
            address -> {
              BlockPool pool = table.pool(address);
              return pool != null && pool.use() == BlockUse.OPEN;
            });
  }

  private static List<BlockPool> pools(LeaseTable table, Family family, BlockUse use) {
    return table.pools().stream()
        .filter(pool -> Family.of(pool.block()) == family && pool.use() == use)
        .toList();
  }

  private static Optional<IpAddress> search(List<BlockPool> pools) {
    for (BlockPool pool : pools) {
      OptionalInt clean = pool.nextClean();
      if (clean.isPresent()) {
        return Optional.of(pool.address(clean.getAsInt()));
      }
    }
    @Nullable IpAddress coolest = null;
    Instant since = Instant.MAX;
    for (BlockPool pool : pools) {
      Optional<Map.Entry<Integer, Instant>> cooling = pool.longestCooling();
      if (cooling.isPresent() && cooling.get().getValue().isBefore(since)) {
        coolest = pool.address(cooling.get().getKey());
        since = cooling.get().getValue();
      }
    }
    if (coolest != null) {
      return Optional.of(coolest);
    }
    for (BlockPool pool : pools) {
      OptionalInt remembered = pool.longestRemembered();
      if (remembered.isPresent()) {
        return Optional.of(pool.address(remembered.getAsInt()));
      }
    }
    return Optional.empty();
  }

  private static Allocation exhausted(LeaseTable table, Family family, List<BlockPool> open) {
    List<BlockPool> closed = pools(table, family, BlockUse.CLOSED);
    return new Allocation.Exhausted(
        family,
        open.stream().map(BlockPool::block).toList(),
        closed.stream().map(BlockPool::block).toList(),
        open.stream().mapToLong(BlockPool::used).sum(),
        open.stream().mapToLong(BlockPool::withdrawn).sum(),
        closed.stream().mapToLong(BlockPool::cooling).sum(),
        open.stream().mapToLong(BlockPool::reserved).sum());
  }

  /** Why an address cannot be given to who asks for it. */
  private static Optional<String> refusal(
      LeaseTable table, LeaseRequest request, IpAddress wanted) {
    Family family = Family.of(wanted);
    if (!request.families().contains(family)) {
      return Optional.of(
          "no " + family + " address is asked for (expected: " + texts(request) + ")");
    }
    if (request.requested().stream().filter(it -> Family.of(it) == family).count() > 1) {
      return Optional.of(
          "one of several " + family + " addresses of " + request.requested() + " (expected: one)");
    }
    BlockPool pool = table.pool(wanted);
    if (pool == null) {
      String blocks =
          table.pools().stream()
              .map(BlockPool::block)
              .filter(block -> Family.of(block) == family)
              .map(IpPrefix::toString)
              .collect(Collectors.joining(", "));
      return Optional.of(
          blocks.isEmpty()
              ? "this node has no " + family + " block"
              : "is outside of this node's blocks (expected: an address in " + blocks + ")");
    }
    if (pool.use() == BlockUse.CLOSED) {
      return Optional.of("its block " + pool.block() + " is being given back");
    }
    if (pool.offset(wanted).isEmpty()) {
      return Optional.of(
          "is too far from the begin of its block (expected: one of the first 2^"
              + BlockPool.IPV6_REACH_BITS
              + " addresses of "
              + pool.block()
              + ")");
    }
    long offset = pool.offset(wanted).getAsLong();
    PackedLease holder = pool.get(offset);
    if (holder != null) {
      Lease lease = holder.unpack();
      return Optional.of(
          switch (lease.phase()) {
            case HELD -> "is used by " + lease.holder() + " (expected: a free address)";
            case WITHDRAWN -> "is still being torn down for " + lease.holder() + "; try again";
          });
    }
    return pool.role(offset).map(role -> "is " + role + ", which no pod may have");
  }

  private static String texts(LeaseRequest request) {
    return request.families().stream()
        .sorted()
        .map(Family::toString)
        .collect(Collectors.joining(" and "));
  }
}
