package org.ovswin.ipam.block;

import java.time.Instant;
import java.util.List;
import org.ovswin.ipam.address.IpPrefix;

/**
 * How many addresses of its blocks a node has given out.
 *
 * @param at when this was so
 */
public record NodeUsage(String node, List<BlockUse> blocks, Instant at) {

  public NodeUsage {
    NodeRecord.requireName(node);
    blocks = List.copyOf(blocks);
  }

  /**
   * One block's addresses.
   *
   * @param used addresses that pods have
   * @param free addresses that a pod could get
   */
  public record BlockUse(IpPrefix block, long used, long free) {
    public BlockUse {
      requireCount("used", used);
      requireCount("free", free);
    }

    private static void requireCount(String field, long count) {
      if (count < 0) {
        throw new IllegalArgumentException(field + ": " + count + " (expected: 0 or more)");
      }
    }
  }
}
