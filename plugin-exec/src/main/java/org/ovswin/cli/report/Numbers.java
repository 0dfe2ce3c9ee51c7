package org.ovswin.cli.report;

/** Counts for people. */
final class Numbers {
  /** Beyond it nobody reads the digits. */
  private static final long MOST_EXACT = 999_999_999;

  private Numbers() {}

  /** The digits, or "~2^62" for what an IPv6 block has. */
  static String text(long count) {
    if (count <= MOST_EXACT) {
      return Long.toString(count);
    }
    int floor = Long.SIZE - 1 - Long.numberOfLeadingZeros(count);
    // Nearest power: a /64 less two addresses is 2^64, not 2^63.
    return "~2^" + (count >>> (floor - 1) == 3 ? floor + 1 : floor);
  }
}
