package org.ovswin.openflow;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.StringJoiner;

/** Ports as {@code ovs-ofctl ofp-print} shows them (OVS lib/ofp-port.c). */
final class PortText {
  private static final String[] CONFIG = {
    "PORT_DOWN", "", "NO_RECV", "", "", "NO_FWD", "NO_PACKET_IN"
  };
  private static final String[] STATE = {"LINK_DOWN", "BLOCKED", "LIVE"};
  private static final String[] FEATURES = {
    "10MB-HD",
    "10MB-FD",
    "100MB-HD",
    "100MB-FD",
    "1GB-HD",
    "1GB-FD",
    "10GB-FD",
    "40GB-FD",
    "100GB-FD",
    "1TB-FD",
    "OTHER",
    "COPPER",
    "FIBER",
    "AUTO_NEG",
    "AUTO_PAUSE",
    "AUTO_PAUSE_ASYM"
  };
  private static final String[] FEATURE_SETS = {
    "current:    ", "advertised: ", "supported:  ", "peer:       "
  };
  private static final int FEATURE_BYTES = 24;
  private static final int ETHERNET = 0;
  private static final int ETHERNET_BYTES = 32;
  private static final int PROPERTY_HEADER_BYTES = 8;
  private static final long KILOBITS_PER_MEGABIT = 1000;

  private PortText() {}

  static String format(Version version, PortDescription port) {
    StringBuilder text =
        new StringBuilder(
            " %s(%s): addr:%s\n     config:     %s\n     state:      %s"
                .formatted(
                    PortNo.toText(port.portNo()),
                    port.name(),
                    FieldText.ethernet(port.hardwareAddress()),
                    names(port.config(), CONFIG, "0"),
                    names(port.state(), STATE, "0")));
    ByteBuffer features = features(version, port.properties());
    for (String set : FEATURE_SETS) {
      int bits = features.getInt();
      if (bits != 0) {
        text.append("\n     ").append(set).append(names(bits, FEATURES, "0"));
      }
    }
    return text.append(
            "\n     speed: %d Mbps now, %d Mbps max"
                .formatted(megabits(features), megabits(features)))
        .toString();
  }

  private static long megabits(ByteBuffer features) {
    return Integer.toUnsignedLong(features.getInt()) / KILOBITS_PER_MEGABIT;
  }

  /** Six words: current, advertised, supported, peer, and the two speeds; zeros if not said. */
  private static ByteBuffer features(Version version, Octets properties) {
    ByteBuffer bytes = properties.asByteBuffer();
    if (version.isAtLeast(Version.V1_4)) {
      bytes = ethernet(bytes).orElse(ByteBuffer.allocate(FEATURE_BYTES));
    }
    return bytes.remaining() >= FEATURE_BYTES ? bytes : ByteBuffer.allocate(FEATURE_BYTES);
  }

  private static Optional<ByteBuffer> ethernet(ByteBuffer properties) {
    while (properties.remaining() >= PROPERTY_HEADER_BYTES) {
      int start = properties.position();
      int type = properties.getShort() & 0xffff;
      int length = properties.getShort() & 0xffff;
      if (type == ETHERNET
          && length == ETHERNET_BYTES
          && properties.limit() - start >= ETHERNET_BYTES) {
        return Optional.of(properties.slice(start + PROPERTY_HEADER_BYTES, FEATURE_BYTES));
      }
      int padded = Math.max(length + 7 & ~7, PROPERTY_HEADER_BYTES);
      properties.position(Math.min(start + padded, properties.limit()));
    }
    return Optional.empty();
  }

  static String format(ControlRequest.PortMod mod) {
    return " port: %s: addr:%s\n     config: %s\n     mask:   %s\n     advertise: %s"
        .formatted(
            PortNo.toText(mod.portNo()),
            FieldText.ethernet(mod.hardwareAddress()),
            names(mod.config() & mod.mask(), CONFIG, "0"),
            names(mod.mask(), CONFIG, "0"),
            names(mod.advertised(), FEATURES, "UNCHANGED"));
  }

  /** Bits without a name are not shown. */
  private static String names(int bits, String[] names, String none) {
    StringJoiner text = new StringJoiner(" ");
    text.setEmptyValue(none);
    for (int i = 0; i < names.length; i++) {
      if ((bits >>> i & 1) != 0 && !names[i].isEmpty()) {
        text.add(names[i]);
      }
    }
    return text.toString();
  }
}
