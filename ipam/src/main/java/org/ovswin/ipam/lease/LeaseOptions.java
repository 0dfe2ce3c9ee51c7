package org.ovswin.ipam.lease;

import java.time.Duration;
import java.time.InstantSource;

/**
 * How a lease database behaves.
 *
 * @param coolDown how long a released address rests before it is given again, unless no other one
 *     is left; zero for not at all
 * @param clock tells when leases begin and end
 */
public record LeaseOptions(Duration coolDown, InstantSource clock) {
  /**
   * Longer than the caches of ARP and of connections that may still name the old holder, shorter
   * than anybody waits for an address.
   */
  public static final Duration DEFAULT_COOL_DOWN = Duration.ofSeconds(30);

  public LeaseOptions {
    if (coolDown.isNegative()) {
      throw new IllegalArgumentException("coolDown: " + coolDown + " (expected: zero or more)");
    }
  }

  /** The defaults. */
  public static LeaseOptions of(InstantSource clock) {
    return new LeaseOptions(DEFAULT_COOL_DOWN, clock);
  }
}
