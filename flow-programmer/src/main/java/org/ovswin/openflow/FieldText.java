package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Field values as {@code ovs-ofctl} writes them (OVS lib/meta-flow.c, mf_format). */
final class FieldText {
  static final String[] CT_STATES = {"new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"};
  static final String[] TCP_FLAGS = {
    "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]"
  };
  static final String[] TUNNEL_FLAGS = {"oam"};
  static final int CT_STATE_BITS = 0xff;
  static final int TCP_FLAG_BITS = 0xfff;
  static final int TUNNEL_FLAG_BITS = 1;

  private FieldText() {}

  /** {@code 0x1f}, of up to 128 bits. */
  static String hex(long high, long low) {
    return high == 0 ? "0x" + Long.toHexString(low) : "0x%x%016x".formatted(high, low);
  }

  /** C's {@code %#x}: as {@link #hex}, but zero has no prefix. */
  static String hexOrZero(long value) {
    return hexOrZero(0, value);
  }

  static String hexOrZero(long high, long low) {
    return high == 0 && low == 0 ? "0" : hex(high, low);
  }

  /** The value and, where bits are left out, the mask, as {@code set_field:} shows them. */
  static String valueAndMask(MatchField f) {
    return switch (f.field().format()) {
      case DECIMAL -> Long.toString(f.low()) + slashHexMask(f);
      case HEX -> hexOrZero(f.high(), f.low()) + slashHexMask(f);
      case ETHERNET -> ethernetMasked(f);
      case IPV4_ADDRESS -> ipv4Masked(f);
      case IPV6_ADDRESS -> ipv6Masked(f);
      case PORT ->
          f.field() == Field.NXM_IN_PORT
              ? PortNo.toText(PortNo.from16((int) f.low()))
              : PortNo.toText((int) f.low());
      case FRAGMENT -> fragment(f);
      case CT_BITS -> flags(f, CT_STATES, CT_STATE_BITS);
      case TCP_BITS -> flags(f, TCP_FLAGS, TCP_FLAG_BITS);
      case TUNNEL_BITS -> flags(f, TUNNEL_FLAGS, TUNNEL_FLAG_BITS);
      case NAMESPACE_AND_TYPE -> packetType(f.low());
    };
  }

  static String packetType(long value) {
    return "(%d,%s)".formatted(value >>> 16, "0x" + Long.toHexString(value & 0xffff));
  }

  private static String slashHexMask(MatchField f) {
    return f.isExact() ? "" : "/" + hex(f.maskHigh(), f.maskLow());
  }

  static String ethernet(long address) {
    String digits = "%012x".formatted(address);
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < 12; i += 2) {
      pairs.add(digits.substring(i, i + 2));
    }
    return String.join(":", pairs);
  }

  static String ethernetMasked(MatchField f) {
    return f.isExact() ? ethernet(f.low()) : ethernet(f.low()) + "/" + ethernet(f.maskLow());
  }

  static String ipv4(long address) {
    return "%d.%d.%d.%d"
        .formatted(
            address >>> 24 & 0xff, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }

  static String ipv4Masked(MatchField f) {
    if (f.isExact()) {
      return ipv4(f.low());
    }
    int length = Long.bitCount(f.maskLow());
    boolean prefix = f.maskLow() == (0xffff_ffffL << (32 - length) & 0xffff_ffffL);
    return ipv4(f.low()) + "/" + (prefix ? Integer.toString(length) : ipv4(f.maskLow()));
  }

  static String ipv6Masked(MatchField f) {
    if (f.isExact()) {
      return ipv6(f.high(), f.low());
    }
    int length = Long.bitCount(f.maskHigh()) + Long.bitCount(f.maskLow());
    boolean prefix =
        f.maskHigh() == onesFromTop(Math.min(length, 64))
            && f.maskLow() == onesFromTop(Math.max(length - 64, 0));
    String mask = prefix ? Integer.toString(length) : ipv6(f.maskHigh(), f.maskLow());
    return ipv6(f.high(), f.low()) + "/" + mask;
  }

  static long onesFromTop(int count) {
    return count == 0 ? 0 : -1L << (64 - count);
  }

  /**
   * As inet_ntop writes it: the longest run of two or more zero groups is {@code ::}, and the
   * addresses that embed an IPv4 address ({@code ::a.b.c.d}, {@code ::ffff:a.b.c.d}) show it.
   */
  static String ipv6(long high, long low) {
    int[] groups = new int[8];
    for (int i = 0; i < 4; i++) {
      groups[i] = (int) (high >>> (48 - 16 * i) & 0xffff);
      groups[4 + i] = (int) (low >>> (48 - 16 * i) & 0xffff);
    }
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > runLength) {
        runStart = i;
        runLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
        continue;
      }
      if (i > 0 && i != runStart + runLength) {
        text.append(':');
      }
      boolean embedsIpv4 =
          runStart == 0 && (runLength == 6 || (runLength == 5 && groups[5] == 0xffff));
      if (i == 6 && embedsIpv4) {
        return text.append(ipv4(low & 0xffff_ffffL)).toString();
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  private static String fragment(MatchField f) {
    long value = f.low();
    return switch ((int) f.maskLow()) {
      case 1 -> (value & 1) != 0 ? "yes" : "no";
      case 2 -> (value & 2) != 0 ? "later" : "not_later";
      default -> value == 0 ? "no" : value == 1 ? "first" : value == 3 ? "later" : "<error>";
    };
  }

  /** {@code +trk-new} for some bits, {@code est|trk} where all {@code known} bits are matched. */
  static String flags(MatchField f, String[] names, long known) {
    boolean whole = (f.maskLow() & known) == known;
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < names.length; bit++) {
      if ((f.maskLow() >>> bit & 1) == 0) {
        continue;
      }
      boolean on = (f.low() >>> bit & 1) != 0;
      if (whole) {
        text.append(on ? (text.isEmpty() ? "" : "|") + names[bit] : "");
      } else {
        text.append(on ? '+' : '-').append(names[bit]);
      }
    }
    return text.isEmpty() ? "0" : text.toString();
  }

  /** A match on flags as {@code match_format} writes it: {@code +est+trk} also when whole. */
  static String ctState(MatchField f) {
    return flags(f, CT_STATES, CT_STATE_BITS);
  }

  static String tcpFlags(MatchField f) {
    return flags(f, TCP_FLAGS, TCP_FLAG_BITS);
  }

  static String tunnelFlags(MatchField f) {
    return flags(f, TUNNEL_FLAGS, TUNNEL_FLAG_BITS);
  }

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
