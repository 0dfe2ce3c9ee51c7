package org.ovswin.ipam.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;

/**
 * An IPv6 address (RFC 4291).
 *
 * @param high the first eight bytes
 * @param low the last eight bytes
 */
public record Ipv6Address(long high, long low) implements IpAddress {
  /** Bytes of an address. */
  public static final int BYTES = 16;

  /** Bits of an address. */
  public static final int BITS = 128;

  private static final int GROUPS = 8;

  /**
   * Reads RFC 4291, 2.2, forms 1 and 2.
   *
   * @throws IllegalArgumentException for anything else: a zone, a dotted tail, an IPv4-mapped
   *     address
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Ipv6Address parse(String text) {
    if (AddressText.parse(text) instanceof Ipv6Address v6) {
      return v6;
    }
    throw new IllegalArgumentException(text + ": is IPv4 (expected: an IPv6 address)");
  }

  /**
   * The address with these sixteen bytes.
   *
   * @throws IllegalArgumentException if there are not sixteen
   */
  public static Ipv6Address of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("IPv6 bytes: " + bytes.length + " (expected: 16)");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Ipv6Address(buffer.getLong(), buffer.getLong());
  }

  @Override
  public byte[] bytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public int bitLength() {
    return BITS;
  }

  @Override
  public Ipv6Address plus(long offset) {
    long sum = low + offset;
    long carried = high;
    if (offset >= 0 && Long.compareUnsigned(sum, low) < 0) {
      carried++;
    } else if (offset < 0 && Long.compareUnsigned(sum, low) > 0) {
      carried--;
    }
    boolean wrapped =
        offset >= 0
            ? Long.compareUnsigned(carried, high) < 0
            : Long.compareUnsigned(carried, high) > 0;
    if (wrapped) {
      throw new IllegalArgumentException(
          this + " plus " + offset + ": is outside IPv6 (expected: :: to ffff:…:ffff)");
    }
    return new Ipv6Address(carried, sum);
  }

  @Override
  public int compareTo(IpAddress other) {
    return switch (other) {
      case Ipv4Address _ -> 1;
      case Ipv6Address v6 -> {
        int byHigh = Long.compareUnsigned(high, v6.high);
        yield byHigh != 0 ? byHigh : Long.compareUnsigned(low, v6.low);
      }
    };
  }

  /** Whether this is an IPv4 address in IPv6 clothes, ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
  boolean isIpv4Mapped() {
    return high == 0 && low >>> 32 == 0xffff;
  }

  Ipv4Address mappedIpv4() {
    return new Ipv4Address((int) low);
  }

  /**
   * The canonical text (RFC 5952, 4): lower case, no leading zeros, the longest run of two or more
   * zero groups as "::", the first of equally long ones.
   */
  @JsonValue
  @Override
  public String toString() {
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int length = zeroRun(i);
      if (length > runLength) {
        runStart = i;
        runLength = length;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < GROUPS; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(i)));
    }
    return text.toString();
  }

  private int zeroRun(int start) {
    int length = 0;
    while (start + length < GROUPS && group(start + length) == 0) {
      length++;
    }
    return length;
  }

  private int group(int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index & 3))) & 0xffff;
  }
}
