package org.ovswin.ipam.block;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ovswin.ipam.address.IpPrefix;

/**
 * All records of a cluster. A store without transactions may have read them one after the other:
 * each is as it was at some moment of the read.
 *
 * @param nodes by name
 * @param blocks by block, the released ones included
 * @param unreadable by name; their blocks are taken
 */
public record ClusterView(
    ClusterRanges ranges,
    List<NodeRecord> nodes,
    List<BlockRecord> blocks,
    List<UnreadableRecord> unreadable) {

  public ClusterView {
    nodes = sorted(nodes, NodeRecord::node);
    blocks = sorted(blocks, BlockRecord::block);
    unreadable = unreadable.stream().sorted(Comparator.comparing(UnreadableRecord::name)).toList();
  }

  private static <T, K extends Comparable<K>> List<T> sorted(List<T> records, Function<T, K> key) {
    List<T> sorted = records.stream().sorted(Comparator.comparing(key)).toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (key.apply(sorted.get(i - 1)).equals(key.apply(sorted.get(i)))) {
        throw new IllegalArgumentException(
            key.apply(sorted.get(i)) + ": two records (expected: one)");
      }
    }
    return sorted;
  }

  /** The record of this name. */
  public Optional<NodeRecord> node(String name) {
    return find(nodes, NodeRecord::node, name);
  }

  /** The record of this block, held or released. */
  public Optional<BlockRecord> block(IpPrefix block) {
    return find(blocks, BlockRecord::block, block);
  }

  private static <T, K extends Comparable<K>> Optional<T> find(
      List<T> sorted, Function<T, K> key, K wanted) {
    int low = 0;
    int high = sorted.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = key.apply(sorted.get(middle)).compareTo(wanted);
      if (order == 0) {
        return Optional.of(sorted.get(middle));
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Optional.empty();
  }

  /** This view, with this record in place of the block's present one. */
  public ClusterView with(BlockRecord record) {
    List<BlockRecord> changed = new ArrayList<>(blocks);
    changed.removeIf(present -> present.block().equals(record.block()));
    changed.add(record);
    return new ClusterView(ranges, nodes, changed, unreadable);
  }

  /** The blocks that a node holds. For all nodes of a cluster take {@link #heldByNode}. */
  public List<BlockRecord> blocksOf(String node) {
    return blocks.stream().filter(block -> block.isHeld() && block.node().equals(node)).toList();
  }

  /** The held blocks of each node that holds one. */
  public Map<String, List<BlockRecord>> heldByNode() {
    return blocks.stream()
        .filter(BlockRecord::isHeld)
        .collect(Collectors.groupingBy(BlockRecord::node, HashMap::new, Collectors.toList()));
  }
}
