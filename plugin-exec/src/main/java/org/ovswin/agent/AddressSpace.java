package org.ovswin.agent;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Where addresses are: the cluster's, and this node's share.
 *
 * @param ranges the cluster's; disjoint
 * @param blocks this node's, as its database has them; each lies in one of the ranges
 */
record AddressSpace(List<IpPrefix> ranges, List<IpPrefix> blocks) {
  AddressSpace {
    ranges = List.copyOf(ranges);
    blocks = List.copyOf(blocks);
  }

  /**
   * The space of these. A block whose range is not there (any more) still has pods: it counts as a
   * range of its own, unless it crosses another one.
   */
  static AddressSpace of(List<IpPrefix> ranges, List<IpPrefix> blocks) {
    List<IpPrefix> all = new ArrayList<>(ranges);
    List<IpPrefix> inside = new ArrayList<>();
    for (IpPrefix block : blocks) {
      if (all.stream().anyMatch(range -> range.contains(block))) {
        inside.add(block);
      } else if (all.stream().noneMatch(block::contains)) {
        all.add(block);
        inside.add(block);
      }
    }
    return new AddressSpace(all, inside);
  }

  /** The block that has this address. */
  Optional<IpPrefix> blockOf(IpAddress address) {
    return blocks.stream().filter(block -> block.contains(address)).findFirst();
  }

  /** Whether each of the addresses is in a block. */
  boolean hasBlocksOf(List<IpAddress> addresses) {
    // Asked of every pod at every step, hence no streams.
    for (IpAddress address : addresses) {
      boolean found = false;
      for (IpPrefix block : blocks) {
        found |= block.contains(address);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  /** The families that pods have addresses of. */
  Set<Family> families() {
    Set<Family> families = EnumSet.noneOf(Family.class);
    ranges.forEach(range -> families.add(Family.of(range)));
    return families;
  }
}
