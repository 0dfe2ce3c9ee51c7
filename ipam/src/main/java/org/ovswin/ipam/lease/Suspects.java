package org.ovswin.ipam.lease;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Addresses that were likely given in a part of the journal that is lost: they look free, and a pod
 * may have them.
 *
 * <p>Addresses go round. Those given in the lost part follow the one that was given last before it,
 * up to the one that is given next behind it. Addresses that were asked for by name may be
 * anywhere; of them this knows only where a later entry names one.
 */
final class Suspects {
  /** Steps in a block; no lost part is worth more. */
  private static final int MAX_STEPS = 1 << 16;

  /** Of the blocks in which nothing was given since the lost part: the address given before it. */
  private final Map<IpPrefix, IpAddress> cursors = new HashMap<>();

  private final TreeSet<IpAddress> addresses = new TreeSet<>();
  private long mostLost;

  /** A part of this many bytes is lost here. */
  void lost(LeaseTable table, long bytes) {
    mostLost += Math.max(1, bytes / Salvage.LEAST_LEASE_BYTES);
    for (BlockPool pool : table.pools()) {
      cursors.putIfAbsent(pool.block(), pool.lastGiven());
    }
  }

  /** The first address given in its block behind a lost part ends the doubt there. */
  void given(LeaseTable table, IpAddress address) {
    BlockPool pool = table.pool(address);
    IpAddress cursor = pool == null ? null : cursors.remove(pool.block());
    if (pool != null && cursor != null) {
      walk(pool, cursor, pool.offset(address).orElse(-1));
    }
  }

  /** A lease that is not known is being torn down: its address is nobody else's yet. */
  void withdrawn(IpAddress address) {
    addresses.add(address);
  }

  /** Whoever had it does not have it any more. */
  void released(IpAddress address) {
    addresses.remove(address);
  }

  private void walk(BlockPool pool, IpAddress cursor, long end) {
    long size = pool.windowSize();
    long offset = pool.offset(cursor).orElseThrow();
    long found = 0;
    for (int step = 0; step < Math.min(size, MAX_STEPS) && found < mostLost; step++) {
      offset = (offset + 1) % size;
      if (offset == end) {
        return;
      }
      if (pool.get(offset) == null && !pool.isReserved(offset)) {
        addresses.add(pool.address(offset));
        found++;
      }
    }
  }

  /** What is still free at the end, as ranges. */
  List<AddressRange> ranges(LeaseTable table) {
    for (Map.Entry<IpPrefix, IpAddress> cursor : cursors.entrySet()) {
      BlockPool pool = table.pool(cursor.getKey());
      if (pool != null) {
        walk(pool, cursor.getValue(), -1);
      }
    }
    List<AddressRange> ranges = new ArrayList<>();
    for (IpAddress address : addresses) {
      if (table.pool(address) == null || table.lease(address) != null) {
        continue;
      }
      if (!ranges.isEmpty() && follows(ranges.getLast().last(), address)) {
        ranges.add(new AddressRange(ranges.removeLast().first(), address));
      } else {
        ranges.add(AddressRange.of(address));
      }
    }
    return ranges;
  }

  private static boolean follows(IpAddress last, IpAddress address) {
    return last.bitLength() == address.bitLength() && last.plus(1).equals(address);
  }
}
