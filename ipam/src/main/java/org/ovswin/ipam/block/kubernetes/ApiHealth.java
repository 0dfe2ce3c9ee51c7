package org.ovswin.ipam.block.kubernetes;

import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import org.ovswin.ipam.block.StoreHealth;

/**
 * What the last requests came to. A server that does not answer is told from one that refuses: the
 * first is over with any answer, the second with a request of the same sort that succeeds. Else a
 * list that is allowed would hide that no claim is.
 *
 * <p>Thread-safe.
 */
final class ApiHealth {
  /** What may fail by itself. */
  enum Sort {
    CONNECTION,
    READ,
    WATCH,
    CHANGE
  }

  private final InstantSource clock;
  private final Map<Sort, StoreHealth.Unreachable> failures = new EnumMap<>(Sort.class);
  private StoreHealth.Reachable reachable;

  ApiHealth(InstantSource clock) {
    this.clock = clock;
    this.reachable = new StoreHealth.Reachable(clock.instant());
  }

  synchronized StoreHealth current() {
    return failures.isEmpty() ? reachable : failures.values().iterator().next();
  }

  synchronized void succeeded(Sort sort) {
    boolean failed = failures.remove(Sort.CONNECTION) != null;
    failed |= failures.remove(sort) != null;
    if (failed && failures.isEmpty()) {
      reachable = new StoreHealth.Reachable(clock.instant());
    }
  }

  synchronized void failed(Sort sort, String reason) {
    if (sort != Sort.CONNECTION) {
      failures.remove(Sort.CONNECTION);
    }
    StoreHealth.Unreachable before = failures.get(sort);
    failures.put(
        sort,
        new StoreHealth.Unreachable(before == null ? clock.instant() : before.since(), reason));
  }
}
