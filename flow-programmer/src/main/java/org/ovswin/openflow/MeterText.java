package org.ovswin.openflow;

import java.util.List;

/** Meters as {@code ovs-ofctl} writes them (OVS lib/ofp-print.c). */
final class MeterText {
  private static final String[] FLAGS = {"kbps", "pktps", "burst", "stats"};
  private static final int KNOWN_FLAGS = 0xf;

  private MeterText() {}

  /** The meter in one line, each band in one more. */
  static String format(Meter meter) {
    return format(meter.id(), meter.flags(), meter.bands());
  }

  static String format(Message.MeterMod mod) {
    String command =
        switch (mod.command()) {
          case ADD -> "ADD ";
          case MODIFY -> "MOD ";
          case DELETE -> "DEL ";
        };
    return command + format(mod.meterId(), mod.flags(), mod.bands());
  }

  private static String format(int id, int flags, List<Meter.Band> bands) {
    StringBuilder text = new StringBuilder("meter=").append(id(id)).append(' ');
    text.append(flags(flags)).append("bands=");
    for (Meter.Band band : bands) {
      switch (band) {
        case Meter.Band.Drop(long rate, long burst) ->
            text.append("\ntype=drop").append(rates(flags, rate, burst));
        case Meter.Band.DscpRemark(long rate, long burst, int precedence) ->
            text.append("\ntype=dscp_remark")
                .append(rates(flags, rate, burst))
                .append(" prec_level=")
                .append(precedence);
        case Meter.Band.Raw(Octets bytes) -> text.append("\nraw=").append(bytes.toHex());
      }
    }
    return text.toString();
  }

  static String id(int id) {
    return switch (id) {
      case Meter.SLOWPATH -> "slowpath";
      case Meter.CONTROLLER -> "controller";
      case Meter.ALL -> "all";
      default -> Integer.toUnsignedString(id);
    };
  }

  /** Each followed by a space. */
  static String flags(int flags) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < FLAGS.length; i++) {
      if ((flags >>> i & 1) != 0) {
        text.append(FLAGS[i]).append(' ');
      }
    }
    int unknown = flags & ~KNOWN_FLAGS;
    return unknown == 0
        ? text.toString()
        : text.append("flags:0x").append(Integer.toHexString(unknown)).append(' ').toString();
  }

  private static String rates(int flags, long rate, long burst) {
    return " rate=" + rate + ((flags & Meter.BURST) != 0 ? " burst_size=" + burst : "");
  }
}
