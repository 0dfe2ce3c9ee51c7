package org.ovswin.pipeline;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Blocks of which no two share an address, each with whose it is. Adding and asking cost O(log n):
 * a cluster has thousands of them. Not for several threads while it grows.
 */
public final class DisjointBlocks<T> {
  private final NavigableMap<IpAddress, Entry<T>> byNetwork = new TreeMap<>();

  private record Entry<T>(IpPrefix block, T owner) {}

  /** Adds the block, unless it overlaps another: then that one's owner. */
  public Optional<T> add(IpPrefix block, T owner) {
    Optional<T> other = overlapping(block);
    if (other.isEmpty()) {
      byNetwork.put(block.network(), new Entry<>(block, owner));
    }
    return other;
  }

  /** The owner of a block that shares an address with this prefix. */
  public Optional<T> overlapping(IpPrefix prefix) {
    // Prefixes do not cross: one that overlaps begins at or before this one and contains it, or
    // begins inside.
    return overlapping(prefix, byNetwork.floorEntry(prefix.network()))
        .or(() -> overlapping(prefix, byNetwork.higherEntry(prefix.network())));
  }

  private static <T> Optional<T> overlapping(
      IpPrefix prefix, Map.@Nullable Entry<IpAddress, Entry<T>> neighbour) {
    return neighbour != null && neighbour.getValue().block().overlaps(prefix)
        ? Optional.of(neighbour.getValue().owner())
        : Optional.empty();
  }
}
