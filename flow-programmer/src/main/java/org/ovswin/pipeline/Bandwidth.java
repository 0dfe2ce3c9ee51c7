package org.ovswin.pipeline;

import java.util.Optional;

/**
 * How much a pod may receive and send.
 *
 * @param toPod what it may receive; empty for as much as there is
 * @param fromPod what it may send; empty for as much as there is
 */
public record Bandwidth(Optional<Rate> toPod, Optional<Rate> fromPod) {
  /** As much as there is, in both directions. */
  public static final Bandwidth UNLIMITED = new Bandwidth(Optional.empty(), Optional.empty());

  /**
   * A rate and what may exceed it for a moment: a token bucket.
   *
   * @param bitsPerSecond at least 1
   * @param burstBits the bucket's size, at least 0
   */
  public record Rate(long bitsPerSecond, long burstBits) {
    public Rate {
      if (bitsPerSecond < 1 || burstBits < 0) {
        throw new IllegalArgumentException(
            "rate: %d bit/s, burst %d bits (expected: at least 1 and 0)"
                .formatted(bitsPerSecond, burstBits));
      }
    }
  }
}
