package org.ovswin.ipam.block;

import java.time.Instant;

/** Whether a store can be worked with. */
public sealed interface StoreHealth {

  /** From when it has been so. */
  Instant since();

  /** Reads and changes succeed, or none has been tried yet. */
  record Reachable(Instant since) implements StoreHealth {}

  /**
   * The last read or the last change failed.
   *
   * @param reason for a person, without secrets
   */
  record Unreachable(Instant since, String reason) implements StoreHealth {}
}
