package org.ovswin.openflow;

import java.util.Locale;
import java.util.Optional;

/**
 * The reserved port numbers (OpenFlow 1.5, 7.2.1.1), and their names in {@code ovs-ofctl}. Port
 * numbers are 32 bits wide in an {@code int}; the reserved ones are negative as such.
 */
public final class PortNo {
  /** The highest number of a port that exists. */
  public static final int MAX = 0xffff_ff00;

  /** No port set, as {@code actset_output} says. */
  public static final int UNSET = 0xffff_fff7;

  /** Back out where it came from; the only way to send a packet to its input port. */
  public static final int IN_PORT = 0xffff_fff8;

  /** To the first table, in packet-out only. */
  public static final int TABLE = 0xffff_fff9;

  /** The learning switch. */
  public static final int NORMAL = 0xffff_fffa;

  public static final int FLOOD = 0xffff_fffb;
  public static final int ALL = 0xffff_fffc;
  public static final int CONTROLLER = 0xffff_fffd;

  /** The bridge's own port. */
  public static final int LOCAL = 0xffff_fffe;

  /** A wildcard in requests; OFPP_NONE in actions. */
  public static final int ANY = 0xffff_ffff;

  private static final int FIRST_RESERVED_16 = 0xfff7;

  private PortNo() {}

  /** {@code 5}, {@code LOCAL}, {@code IN_PORT}. */
  public static String toText(int port) {
    return switch (port) {
      case UNSET -> "UNSET";
      case IN_PORT -> "IN_PORT";
      case TABLE -> "TABLE";
      case NORMAL -> "NORMAL";
      case FLOOD -> "FLOOD";
      case ALL -> "ALL";
      case CONTROLLER -> "CONTROLLER";
      case LOCAL -> "LOCAL";
      case ANY -> "ANY";
      default -> Integer.toUnsignedString(port);
    };
  }

  /** The port of a reserved name in any case, as in {@link #toText}; {@code NONE} is ANY. */
  static Optional<Integer> ofText(String name) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "UNSET" -> Optional.of(UNSET);
      case "IN_PORT" -> Optional.of(IN_PORT);
      case "TABLE" -> Optional.of(TABLE);
      case "NORMAL" -> Optional.of(NORMAL);
      case "FLOOD" -> Optional.of(FLOOD);
      case "ALL" -> Optional.of(ALL);
      case "CONTROLLER" -> Optional.of(CONTROLLER);
      case "LOCAL" -> Optional.of(LOCAL);
      case "ANY", "NONE" -> Optional.of(ANY);
      default -> Optional.empty();
    };
  }

  /** The 32-bit number of a 16-bit one, as the Nicira extensions write it. */
  public static int from16(int port) {
    return port >= FIRST_RESERVED_16 ? port | 0xffff_0000 : port;
  }

  /** The 16-bit form that the Nicira extensions use. */
  public static int to16(int port) {
    return port & 0xffff;
  }
}
