package org.ovswin.ipam.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * An IPv4 address (RFC 791).
 *
 * @param value the four bytes, first byte in the most significant place
 */
public record Ipv4Address(int value) implements IpAddress {
  /** Bytes of an address. */
  public static final int BYTES = 4;

  /** Bits of an address. */
  public static final int BITS = 32;

  /**
   * Reads dotted decimal without leading zeros.
   *
   * @throws IllegalArgumentException for anything else
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Ipv4Address parse(String text) {
    if (AddressText.parse(text) instanceof Ipv4Address v4) {
      return v4;
    }
    throw new IllegalArgumentException(text + ": is IPv6 (expected: an IPv4 address)");
  }

  /**
   * The address with these four bytes.
   *
   * @throws IllegalArgumentException if there are not four
   */
  public static Ipv4Address of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("IPv4 bytes: " + bytes.length + " (expected: 4)");
    }
    return new Ipv4Address(
        (bytes[0] & 0xff) << 24
            | (bytes[1] & 0xff) << 16
            | (bytes[2] & 0xff) << 8
            | (bytes[3] & 0xff));
  }

  /**
   * The mask of a prefix of this length: 24 gives 255.255.255.0.
   *
   * @throws IllegalArgumentException if the length is outside 0 to 32
   */
  public static Ipv4Address netmask(int length) {
    if (length < 0 || length > BITS) {
      throw new IllegalArgumentException("prefix length: " + length + " (expected: 0 to 32)");
    }
    return new Ipv4Address(length == 0 ? 0 : -1 << (BITS - length));
  }

  @Override
  public byte[] bytes() {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  @Override
  public int bitLength() {
    return BITS;
  }

  /** The value without sign, 0 to 2^32 - 1. */
  public long unsigned() {
    return Integer.toUnsignedLong(value);
  }

  @Override
  public Ipv4Address plus(long offset) {
    long sum = unsigned() + offset;
    // The sum of a 32-bit value and an offset of more than 2^62 could wrap, hence both checks.
    if (offset > 0xffff_ffffL || offset < -0xffff_ffffL || sum < 0 || sum > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          this + " plus " + offset + ": is outside IPv4 (expected: 0.0.0.0 to 255.255.255.255)");
    }
    return new Ipv4Address((int) sum);
  }

  @Override
  public int compareTo(IpAddress other) {
    return switch (other) {
      case Ipv4Address v4 -> Integer.compareUnsigned(value, v4.value);
      case Ipv6Address _ -> -1;
    };
  }

  /** Dotted decimal. */
  @JsonValue
  @Override
  public String toString() {
    return (value >>> 24)
        + "."
        + (value >>> 16 & 0xff)
        + "."
        + (value >>> 8 & 0xff)
        + "."
        + (value & 0xff);
  }
}
