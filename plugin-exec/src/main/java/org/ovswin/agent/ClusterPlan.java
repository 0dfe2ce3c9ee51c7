package org.ovswin.agent;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.lease.BlockUsage;

/**
 * What a node has to do about the cluster's records: a pure function of what they say and of what
 * its own database says.
 *
 * @param register whether its record is missing or says something else
 * @param claims how many blocks of a family it needs, where it holds fewer
 * @param reclaim blocks that the store does not say are its own, though pods have addresses of them
 * @param adopt blocks that the store says are its own and its database does not know
 * @param drop blocks that are its own no more, and that no pod has an address of
 * @param open blocks it gives addresses from
 * @param closed blocks it must not give addresses from any more, with the reason
 */
record ClusterPlan(
    boolean register,
    Map<Family, Integer> claims,
    List<IpPrefix> reclaim,
    List<IpPrefix> adopt,
    List<IpPrefix> drop,
    Set<IpPrefix> open,
    Map<IpPrefix, String> closed) {

  /**
   * A block's share that is kept free: a claim takes as long as a change of the store, and pods
   * come in bursts of a few a second.
   */
  private static final int RESERVE_SHARE = 16;

  private static final long LARGEST_RESERVE = 8;

  ClusterPlan {
    claims = Map.copyOf(claims);
    reclaim = List.copyOf(reclaim);
    adopt = List.copyOf(adopt);
    drop = List.copyOf(drop);
    open = Set.copyOf(open);
    closed = Map.copyOf(closed);
  }

  /**
   * Whether something is taken from the node: only on the newest records, not on what a watch told.
   */
  boolean isAlarming() {
    return !reclaim.isEmpty() || !drop.isEmpty() || !closed.isEmpty();
  }

  /**
   * Decides.
   *
   * @param self the node's record as it shall be
   * @param local its own database
   * @param released blocks that it has given back by itself, each with its claim's record: a view
   *     may still show that one
   */
  static ClusterPlan of(
      ClusterView view, NodeRecord self, LocalBlocks local, Map<IpPrefix, BlockRecord> released) {
    List<IpPrefix> reclaim = new ArrayList<>();
    List<IpPrefix> adopt = new ArrayList<>();
    List<IpPrefix> drop = new ArrayList<>();
    Set<IpPrefix> open = new HashSet<>();
    Map<IpPrefix, String> closed = new HashMap<>();
    Set<IpPrefix> known = new HashSet<>();
    for (BlockUsage usage : local.usage()) {
      IpPrefix block = usage.block();
      known.add(block);
      Optional<BlockRecord> record = view.block(block);
      boolean unreadable =
          view.unreadable().stream().anyMatch(one -> one.block().filter(block::equals).isPresent());
      if (unreadable || record.filter(one -> one.isHeldBy(self.node(), self.owner())).isPresent()) {
        open.add(block);
      } else if (record.filter(BlockRecord::isHeld).isPresent()) {
        closed.put(block, "node " + record.get().node() + " holds it in the store");
      } else if (usage.used() == 0) {
        drop.add(block);
      } else if (!view.ranges().isBlock(block)) {
        closed.put(block, "the cluster has no range with such a block any more");
      } else {
        reclaim.add(block);
      }
    }
    Map<Family, Integer> held = new EnumMap<>(Family.class);
    for (BlockRecord record : view.blocksOf(self.node())) {
      if (!record.owner().equals(self.owner()) || record.equals(released.get(record.block()))) {
        continue;
      }
      held.merge(Family.of(record.block()), 1, Integer::sum);
      if (!known.contains(record.block())) {
        adopt.add(record.block());
      }
    }
    reclaim.forEach(block -> held.merge(Family.of(block), 1, Integer::sum));
    Map<Family, Integer> claims = new EnumMap<>(Family.class);
    for (Family family : view.ranges().families()) {
      int present = held.getOrDefault(family, 0);
      boolean coming =
          Stream.concat(adopt.stream(), reclaim.stream())
              .anyMatch(block -> Family.of(block) == family);
      if (present == 0 || (!coming && needsMore(family, local, open))) {
        claims.put(family, present + 1);
      }
    }
    return new ClusterPlan(isOutdated(view, self), claims, reclaim, adopt, drop, open, closed);
  }

  private static boolean isOutdated(ClusterView view, NodeRecord self) {
    return view.node(self.node()).filter(record -> self.renewing(record).equals(record)).isEmpty();
  }

  private static boolean needsMore(Family family, LocalBlocks local, Set<IpPrefix> open) {
    if (local.waiting().contains(family)) {
      return true;
    }
    long free = 0;
    long reserve = 0;
    for (BlockUsage usage : local.usage()) {
      if (open.contains(usage.block()) && Family.of(usage.block()) == family) {
        long usable = usage.free() + usage.cooling();
        free += usable;
        long size = usable + usage.used();
        reserve = Math.max(reserve, Math.clamp(size / RESERVE_SHARE, 0, LARGEST_RESERVE));
      }
    }
    return free <= reserve;
  }
}
