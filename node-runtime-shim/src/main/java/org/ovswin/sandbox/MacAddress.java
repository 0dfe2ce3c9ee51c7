package org.ovswin.sandbox;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A 48-bit link-layer address.
 *
 * @param value the address as a number; the first octet on the wire is the most significant of the
 *     low 48 bits
 */
public record MacAddress(long value) {
  /** Octets of an address. */
  public static final int LENGTH = 6;

  private static final Pattern TEXT =
      Pattern.compile("[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(?:\\1[0-9a-fA-F]{2}){4}");
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException(
          "MAC address: 0x%x (expected: at most 48 bits)".formatted(value));
    }
  }

  /**
   * Reads {@code 0e:2a:0a:f4:01:05} or, as Windows writes it, {@code 0E-2A-0A-F4-01-05}.
   *
   * @throws IllegalArgumentException if {@code text} is neither
   */
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "MAC address: %s (expected: six hexadecimal octets such as 0e:2a:0a:f4:01:05)"
              .formatted(text));
    }
    return of(HexFormat.of().parseHex(text.replace(":", "").replace("-", "")));
  }

  /**
   * Takes the six octets in the order of the wire.
   *
   * @throws IllegalArgumentException if there are not six
   */
  public static MacAddress of(byte[] octets) {
    if (octets.length != LENGTH) {
      throw new IllegalArgumentException(
          "MAC address: %d octets (expected: %d)".formatted(octets.length, LENGTH));
    }
    long value = 0;
    for (byte octet : octets) {
      value = (value << 8) | (octet & 0xff);
    }
    return new MacAddress(value);
  }

  /** The six octets in the order of the wire; a new array each time. */
  public byte[] octets() {
    byte[] octets = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      octets[i] = (byte) (value >>> (8 * (LENGTH - 1 - i)));
    }
    return octets;
  }

  /** As Linux and the CNI specification write it: lower case, colons. */
  @Override
  public String toString() {
    return COLONS.formatHex(octets());
  }
}
