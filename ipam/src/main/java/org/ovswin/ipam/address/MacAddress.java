package org.ovswin.ipam.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * An Ethernet address (IEEE 802, EUI-48).
 *
 * @param value the six bytes, first byte in the most significant of the lower 48 bits
 */
public record MacAddress(long value) implements Comparable<MacAddress> {
  /** Bytes of an address. */
  public static final int BYTES = 6;

  private static final long MAX = 0xffff_ffff_ffffL;

  /**
   * The first two bytes of a pod's address, the same on Linux and Windows. In 0x0e the group bit is
   * clear and the local bit is set: unicast, and no manufacturer's.
   */
  private static final long POD_PREFIX = 0x0e2aL << 32;

  private static final Pattern TEXT =
      Pattern.compile("[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\\1[0-9a-fA-F]{2}){4}");

  public MacAddress {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException(
          "MAC address: 0x" + Long.toHexString(value) + " (expected: at most 48 bits)");
    }
  }

  /**
   * Reads "0e:2a:0a:f4:01:05" or, as Windows writes it, "0E-2A-0A-F4-01-05".
   *
   * @throws IllegalArgumentException for anything else
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          AddressText.quoted(text)
              + ": is not a MAC address (expected: for example 0e:2a:0a:f4:01:05)");
    }
    return new MacAddress(Long.parseLong(text.replaceAll("[:-]", ""), 16));
  }

  /**
   * The address with these six bytes.
   *
   * @throws IllegalArgumentException if there are not six
   */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("MAC bytes: " + bytes.length + " (expected: 6)");
    }
    long value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xff);
    }
    return new MacAddress(value);
  }

  /**
   * The MAC of the pod that holds this IPv4 address: 0e:2a and the four bytes of the address. It
   * needs no allocation of its own, is unique where the IP is, and the one that a restart computes
   * is the one that peers have cached.
   */
  public static MacAddress forAddress(Ipv4Address address) {
    return new MacAddress(POD_PREFIX | address.unsigned());
  }

  /** The six bytes in the order of transmission, a fresh copy. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (value >>> (8 * (BYTES - 1 - i)));
    }
    return bytes;
  }

  /** Whether this addresses a group, broadcast included. */
  public boolean isMulticast() {
    return (value & 0x0100_0000_0000L) != 0;
  }

  @Override
  public int compareTo(MacAddress other) {
    return Long.compare(value, other.value);
  }

  /** Lower case with colons: "0e:2a:0a:f4:01:05". */
  @JsonValue
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(17);
    for (int i = BYTES - 1; i >= 0; i--) {
      int b = (int) (value >>> (8 * i)) & 0xff;
      text.append(Character.forDigit(b >>> 4, 16)).append(Character.forDigit(b & 15, 16));
      if (i > 0) {
        text.append(':');
      }
    }
    return text.toString();
  }
}
