package org.ovswin.openflow;

/**
 * Whose flow it is: {@code round(16) | kind(8) | reserved(8) | object(32)}.
 *
 * <p>The round tells this program's flows from those of others; {@link #MASK} with the cookie of
 * round {@link #ROUND} selects all of ours in a dump.
 *
 * @param kind 8 bits, what the object is; the pipeline's choice
 * @param object 32 bits, which one
 */
public record Cookie(int kind, int object) {
  /** The upper 16 bits of every cookie of ours. */
  public static final int ROUND = 0x0f51;

  /** The bits that say that a flow is ours. */
  public static final long MASK = 0xffff_0000_0000_0000L;

  /** {@link #ROUND} in its place; with {@link #MASK}, all flows of ours. */
  public static final long OURS = (long) ROUND << 48;

  public Cookie {
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
    return new Cookie((int) (cookie >>> 40) & 0xff, (int) cookie);
  }

  public long toLong() {
    return OURS | (long) kind << 40 | Integer.toUnsignedLong(object);
  }

  @Override
  public String toString() {
    return "0x%016x".formatted(toLong());
  }
}
