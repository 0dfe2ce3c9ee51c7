package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.lease.BlockUsage;

/** Counts the addresses of a node's blocks, as its reconciler does with leases. */
final class FakeDatabase implements Consumer<Event> {
  /** Addresses of a /24 that pods can have. */
  static final long SIZE = 253;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Map<IpPrefix, Long> used = new TreeMap<>();
  private final Set<Family> waiting = new HashSet<>();
  private final Map<Family, String> refusals = new EnumMap<>(Family.class);
  private Map<IpPrefix, String> closed = Map.of();
  private @Nullable ClusterView view;
  private @Nullable ClusterSide side;

  synchronized void tells(ClusterSide told) {
    side = told;
  }

  @Override
  public synchronized void accept(Event event) {
    switch (event) {
      case Event.BlocksMoved moved -> {
        moved.adopt().forEach(block -> used.putIfAbsent(block, 0L));
        moved.drop().forEach(used::remove);
        closed = new HashMap<>(moved.closed());
        moved.done().complete(null);
      }
      case Event.DropBlock drop -> {
        used.remove(drop.block());
        drop.done().complete(null);
      }
      case Event.ClaimFailed failed -> {
        refusals.put(failed.family(), failed.reason());
        waiting.remove(failed.family());
      }
      case Event.NodesMoved moved -> view = moved.view();
      default -> throw new AssertionError("unexpected: " + event);
    }
    tell();
  }

  private synchronized void tell() {
    List<BlockUsage> usage =
        used.entrySet().stream()
            .map(
                entry ->
                    new BlockUsage(entry.getKey(), entry.getValue(), SIZE - entry.getValue(), 0, 3))
            .toList();
    if (side != null) {
      side.localMoved(new LocalBlocks(usage, waiting));
    }
    notifyAll();
  }

  /** Pods come until so many addresses of the block are left. */
  synchronized void fill(IpPrefix block, long left) {
    used.put(block, SIZE - left);
    tell();
  }

  /** A pod comes that gets no address. */
  synchronized void waitFor(Family family) {
    waiting.add(family);
    tell();
  }

  synchronized boolean has(IpPrefix block) {
    return used.containsKey(block);
  }

  synchronized Map<IpPrefix, String> closed() {
    return closed;
  }

  synchronized Optional<String> refusal(Family family) {
    return Optional.ofNullable(refusals.get(family));
  }

  synchronized Optional<ClusterView> view() {
    return Optional.ofNullable(view);
  }

  /** Waits until this is so, also where only the store or the side knows. */
  synchronized void await(BooleanSupplier condition) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("not so in time: " + this);
      }
      wait(LOOK.toMillis());
    }
  }

  @Override
  public synchronized String toString() {
    return "used=" + used + " closed=" + closed + " refusals=" + refusals + " view=" + view;
  }
}
