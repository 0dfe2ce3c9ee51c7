package org.ovswin.openflow;

/** Bytes as {@code ovs-ofctl} shows them: 16 a line, with their offset and as ASCII. */
final class HexDump {
  private static final int BYTES_PER_LINE = 16;

  private HexDump() {}

  /** One line after the other, each after a line's end; nothing for no bytes. */
  static String format(Octets octets) {
    StringBuilder text = new StringBuilder();
    for (int offset = 0; offset < octets.length(); offset += BYTES_PER_LINE) {
      text.append("\n%08x  ".formatted(offset));
      StringBuilder ascii = new StringBuilder(BYTES_PER_LINE);
      for (int i = 0; i < BYTES_PER_LINE; i++) {
        if (offset + i >= octets.length()) {
          text.append("   ");
          ascii.append(' ');
          continue;
        }
        int octet = octets.at(offset + i);
        text.append("%02x%c".formatted(octet, i == BYTES_PER_LINE / 2 - 1 ? '-' : ' '));
        ascii.append(octet >= ' ' && octet <= '~' ? (char) octet : '.');
      }
      text.append('|').append(ascii).append('|');
    }
    return text.toString();
  }
}
