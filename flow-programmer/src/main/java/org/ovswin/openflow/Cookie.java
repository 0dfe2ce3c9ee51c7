package org.ovswin.openflow;

/**
 * Whose flow it is: {@code round(16) | kind(8) | object(40)}.
 *
 * <p>The round tells this program's flows from those of others; {@link #MASK} with the cookie of
 * round {@link #ROUND} selects all of ours in a dump.
 *
 * @param kind 8 bits, what the object is; the pipeline's choice
 * @param object 40 bits, which one; at most 32 of them where it is an IPv4 address
 */
public record Cookie(int kind, long object) {
  /** The upper 16 bits of every cookie of ours. */
  public static final int ROUND = 0x0f51;

  /** The bits that say that a flow is ours. */
  public static final long MASK = 0xffff_0000_0000_0000L;

  /** {@link #ROUND} in its place; with {@link #MASK}, all flows of ours. */
  public static final long OURS = (long) ROUND << 48;

  /** The bits that tell objects of one kind apart. */
  public static final int OBJECT_BITS = 40;

  private static final long OBJECT_MASK = (1L << OBJECT_BITS) - 1;

  public Cookie {
    if ((object & ~OBJECT_MASK) != 0) {
      throw new IllegalArgumentException(
          "object: 0x" + Long.toHexString(object) + " (expected: at most 40 bits)");
    }
    if (kind < 0 || kind > 0xff) {
      throw new IllegalArgumentException("kind: " + kind + " (expected: 0 to 255)");
    }
  }

  /** Whether a flow with this cookie was written by this program. */
  public static boolean isOurs(long cookie) {
    return (cookie & MASK) == OURS;
  }

  /** Splits a cookie of ours. */
  public static Cookie of(long cookie) {
    if (!isOurs(cookie)) {
      throw new IllegalArgumentException(
          "cookie: 0x%016x (expected: 0x%04x in the upper 16 bits)".formatted(cookie, ROUND));
    }
    return new Cookie((int) (cookie >>> OBJECT_BITS) & 0xff, cookie & OBJECT_MASK);
  }

  public long toLong() {
    return OURS | (long) kind << OBJECT_BITS | object;
  }

  @Override
  public String toString() {
    return "0x%016x".formatted(toLong());
  }
}
