package org.ovswin.bench.flows;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/** How far the heap grows during a run, over what was in use after a full collection before it. */
final class Heap {
  private final List<MemoryPoolMXBean> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .toList();
  private final long before;

  private Heap() {
    System.gc();
    pools.forEach(MemoryPoolMXBean::resetPeakUsage);
    this.before = pools.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();
  }

  /** Collects what earlier runs left, and starts to watch. */
  static Heap watch() {
    return new Heap();
  }

  /**
   * Bytes. Garbage is included, and the pools' peaks may be of different moments, so it is never
   * less than what was needed.
   */
  long growth() {
    long peak = pools.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    return Math.max(0, peak - before);
  }
}
