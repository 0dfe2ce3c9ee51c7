package org.ovswin.openflow;

import java.util.List;

/**
 * A rate limit (OpenFlow 1.5, 5.11). Its identity is {@link #id}.
 *
 * @param id unsigned, 1 to {@link #MAX_ID}, or {@link #CONTROLLER} or {@link #SLOWPATH}
 * @param flags {@link #KBPS} or {@link #PKTPS}, with {@link #BURST} and {@link #STATS}
 */
public record Meter(int id, int flags, List<Band> bands) {
  /** The highest id that can be chosen, as an unsigned number. */
  public static final int MAX_ID = 0xffff_0000;

  /** For packets that the switch cannot forward by itself. */
  public static final int SLOWPATH = 0xffff_fffd;

  /** For packets to the controllers. */
  public static final int CONTROLLER = 0xffff_fffe;

  /** In place of an id: every meter. */
  public static final int ALL = 0xffff_ffff;

  /** Rates in kilobits a second. */
  public static final int KBPS = 1;

  /** Rates in packets a second. */
  public static final int PKTPS = 1 << 1;

  /** Bursts are said. */
  public static final int BURST = 1 << 2;

  /** Count what the bands do. */
  public static final int STATS = 1 << 3;

  private static final long MAX_32 = 0xffff_ffffL;

  /** What happens above a rate. */
  public sealed interface Band {
    /**
     * Drops.
     *
     * @param rate 32 bits, in the meter's unit
     * @param burstSize 32 bits, kilobits or packets; 0 without {@link #BURST}
     */
    record Drop(long rate, long burstSize) implements Band {
      public Drop {
        check(rate, burstSize);
      }
    }

    /**
     * Raises the drop precedence in the packet's DSCP.
     *
     * @param rate 32 bits, in the meter's unit
     * @param burstSize 32 bits, kilobits or packets; 0 without {@link #BURST}
     * @param precedence how much is added; 8 bits
     */
    record DscpRemark(long rate, long burstSize, int precedence) implements Band {
      public DscpRemark {
        check(rate, burstSize);
        if (precedence < 0 || precedence > 0xff) {
          throw new IllegalArgumentException(
              "prec_level: %d (expected: 0 to 255)".formatted(precedence));
        }
      }
    }

    /** A band that the model does not know, header included, as it came. */
    record Raw(Octets bytes) implements Band {}

    private static void check(long rate, long burstSize) {
      if (rate < 0 || rate > MAX_32 || burstSize < 0 || burstSize > MAX_32) {
        throw new IllegalArgumentException(
            "band: rate %d, burst_size %d (expected: 0 to %d)".formatted(rate, burstSize, MAX_32));
      }
    }
  }

  public Meter {
    boolean plain = id != 0 && Integer.compareUnsigned(id, MAX_ID) <= 0;
    if (!plain && id != CONTROLLER && id != SLOWPATH) {
      throw new IllegalArgumentException(
          "meter: %s (expected: 1 to %s, controller or slowpath)"
              .formatted(Integer.toUnsignedString(id), Integer.toUnsignedString(MAX_ID)));
    }
    checkFlags(flags);
    bands = List.copyOf(bands);
  }

  /** As above, for bands that are written out. */
  public static Meter of(int id, int flags, Band... bands) {
    return new Meter(id, flags, List.of(bands));
  }

  /** As {@code ovs-ofctl dump-meters} shows it. */
  @Override
  public String toString() {
    return MeterText.format(this);
  }

  static void checkFlags(int flags) {
    if (flags >>> 16 != 0 || ((flags & KBPS) != 0 && (flags & PKTPS) != 0)) {
      throw new IllegalArgumentException(
          "meter flags: 0x%x (expected: 16 bits, kbps or pktps)".formatted(flags));
    }
  }
}
