package org.ovswin.ipam.lease;

import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Puts a file together from its description in hex, with the checksums of the JDK. */
final class JournalBytes {
  private final StringBuilder hex = new StringBuilder();

  void raw(String bytes) {
    hex.append(bytes.replace(" ", ""));
  }

  void headerChecksum() {
    CRC32C crc = new CRC32C();
    crc.update(HexFormat.of().parseHex(hex));
    hex.append("%08x".formatted(crc.getValue()));
  }

  void frame(String payload) {
    String bytes = payload.replace(" ", "");
    String length = "%08x".formatted(bytes.length() / 2);
    String offset = "%016x".formatted(hex.length() / 2);
    CRC32C crc = new CRC32C();
    crc.update(HexFormat.of().parseHex(offset + length + bytes));
    hex.append(length).append("%08x".formatted(crc.getValue())).append(bytes);
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
