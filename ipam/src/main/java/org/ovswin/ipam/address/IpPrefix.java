package org.ovswin.ipam.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A range of addresses that share their first {@code length} bits (CIDR, RFC 4632).
 *
 * @param network the first address; its host bits are zero
 * @param length shared bits, 0 to 32 or 128
 */
public record IpPrefix(IpAddress network, int length) implements Comparable<IpPrefix> {

  public IpPrefix {
    if (length < 0 || length > network.bitLength()) {
      throw new IllegalArgumentException(
          network + "/" + length + ": prefix length (expected: 0 to " + network.bitLength() + ")");
    }
    IpAddress masked = masked(network, length);
    if (!masked.equals(network)) {
      throw new IllegalArgumentException(
          network + "/" + length + ": has host bits set (expected: " + masked + "/" + length + ")");
    }
  }

  /**
   * Reads "10.244.0.0/16".
   *
   * @throws IllegalArgumentException if the address or the length is not strict text, or host bits
   *     are set
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          AddressText.quoted(text) + ": is not a prefix (expected: for example 10.244.0.0/16)");
    }
    String length = text.substring(slash + 1);
    if (!length.matches("0|[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(
          AddressText.quoted(text) + ": prefix length (expected: a decimal number after '/')");
    }
    return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
  }

  /** The prefix of this length that the address lies in. */
  public static IpPrefix of(IpAddress address, int length) {
    return new IpPrefix(masked(address, length), length);
  }

  /** Bits that tell the addresses inside apart. */
  public int hostBits() {
    return network.bitLength() - length;
  }

  /** Whether the address lies inside; an address of the other family never does. */
  public boolean contains(IpAddress address) {
    return address.bitLength() == network.bitLength() && masked(address, length).equals(network);
  }

  /** Whether all of the other prefix lies inside; a prefix contains itself. */
  public boolean contains(IpPrefix other) {
    return other.length >= length && contains(other.network);
  }

  /** Whether the two share an address. */
  public boolean overlaps(IpPrefix other) {
    return contains(other) || other.contains(this);
  }

  /**
   * The address {@code offset} after the first one.
   *
   * @throws IllegalArgumentException if it lies outside
   */
  public IpAddress address(long offset) {
    boolean inside = offset >= 0 && (hostBits() >= Long.SIZE - 1 || offset >>> hostBits() == 0);
    if (!inside) {
      throw new IllegalArgumentException(
          "offset: " + offset + " (expected: inside " + this + ", 0 to 2^" + hostBits() + " - 1)");
    }
    return network.plus(offset);
  }

  /**
   * How far the address lies from the first one: the inverse of {@link #address(long)}.
   *
   * @throws IllegalArgumentException if it lies outside, or further than a long can tell
   */
  public long offset(IpAddress address) {
    if (!contains(address)) {
      throw new IllegalArgumentException(address + ": (expected: an address in " + this + ")");
    }
    return switch (address) {
      case Ipv4Address v4 -> v4.unsigned() - ((Ipv4Address) network).unsigned();
      case Ipv6Address v6 -> {
        Ipv6Address first = (Ipv6Address) network;
        if (v6.high() != first.high() || v6.low() - first.low() < 0) {
          throw new IllegalArgumentException(
              address + ": offset in " + this + " (expected: less than 2^63)");
        }
        yield v6.low() - first.low();
      }
    };
  }

  /**
   * One of the prefixes of a longer length that this one is cut into, in the order of addresses.
   *
   * @param subLength at least the own length
   * @throws IllegalArgumentException if the length does not fit or there is no such index
   */
  public IpPrefix subPrefix(int subLength, long index) {
    int indexBits = subLength - length;
    boolean inside =
        indexBits >= 0
            && subLength <= network.bitLength()
            && index >= 0
            && (indexBits >= Long.SIZE - 1 || index >>> indexBits == 0);
    if (!inside) {
      throw new IllegalArgumentException(
          "sub-prefix: /"
              + subLength
              + " number "
              + index
              + " (expected: one inside "
              + this
              + ")");
    }
    int shift = network.bitLength() - subLength;
    IpAddress first =
        switch (network) {
          case Ipv4Address v4 -> new Ipv4Address(v4.value() | (int) shiftLeft(index, shift));
          case Ipv6Address v6 ->
              new Ipv6Address(
                  v6.high()
                      | (shift >= Long.SIZE
                          ? shiftLeft(index, shift - Long.SIZE)
                          : shiftRight(index, Long.SIZE - shift)),
                  v6.low() | shiftLeft(index, shift));
        };
    return new IpPrefix(first, subLength);
  }

  /** The last address. In an IPv4 block it is the broadcast address (RFC 919). */
  public IpAddress last() {
    return switch (network) {
      case Ipv4Address v4 -> new Ipv4Address(v4.value() | ~Ipv4Address.netmask(length).value());
      case Ipv6Address v6 ->
          new Ipv6Address(
              v6.high() | ~highMask(Math.min(length, Long.SIZE)),
              v6.low() | ~highMask(Math.max(length - Long.SIZE, 0)));
    };
  }

  /** In the order of the first address; of two that begin alike, the wider one first. */
  @Override
  public int compareTo(IpPrefix other) {
    int byNetwork = network.compareTo(other.network);
    return byNetwork != 0 ? byNetwork : Integer.compare(length, other.length);
  }

  /** "10.244.0.0/16". */
  @JsonValue
  @Override
  public String toString() {
    return network + "/" + length;
  }

  private static IpAddress masked(IpAddress address, int length) {
    return switch (address) {
      case Ipv4Address v4 -> new Ipv4Address(v4.value() & Ipv4Address.netmask(length).value());
      case Ipv6Address v6 ->
          new Ipv6Address(
              v6.high() & highMask(Math.min(length, Long.SIZE)),
              v6.low() & highMask(Math.max(length - Long.SIZE, 0)));
    };
  }

  /** Java takes a shift distance modulo 64; here everything is shifted out from 64 on. */
  private static long shiftLeft(long value, int distance) {
    return distance >= Long.SIZE ? 0 : value << distance;
  }

  private static long shiftRight(long value, int distance) {
    return distance >= Long.SIZE ? 0 : value >>> distance;
  }

  /** The first {@code bits} of 64 bits set. */
  private static long highMask(int bits) {
    return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
  }
}
