package org.ovswin.ipam.block;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What every block store does. A store's own test class extends this.
 *
 * <p>"Within a second" is awaited for ten: the bound is promised for a machine that has something
 * to spare, and a test must not fail on one that has not.
 */
public abstract class BlockStoreContract
    implements OpeningContract, ClaimContract, RangeContract, WatchContract, CrowdContract {
  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

  @Override
  public final InstantSource clock() {
    return now::get;
  }

  @Override
  public final void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }
}
