package org.ovswin.ipam.address;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * One IP address. IPv4 sorts before IPv6, and addresses of one family by their unsigned value.
 *
 * <p>In JSON an address is its canonical text.
 */
public sealed interface IpAddress extends Comparable<IpAddress> permits Ipv4Address, Ipv6Address {

  /**
   * Reads "10.244.1.5" (dotted decimal, no leading zeros) or an IPv6 address (RFC 4291, 2.2, forms
   * 1 and 2, no zone).
   *
   * @throws IllegalArgumentException for anything else, with the value and the expectation
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static IpAddress parse(String text) {
    return AddressText.parse(text);
  }

  /**
   * The address with these bytes in network order.
   *
   * @throws IllegalArgumentException if there are not 4 or 16 bytes
   */
  static IpAddress of(byte[] bytes) {
    return switch (bytes.length) {
      case Ipv4Address.BYTES -> Ipv4Address.of(bytes);
      case Ipv6Address.BYTES -> Ipv6Address.of(bytes);
      default ->
          throw new IllegalArgumentException(
              "address bytes: " + bytes.length + " (expected: 4 or 16)");
    };
  }

  /** The 4 or 16 bytes in network order, a fresh copy. */
  byte[] bytes();

  /** 32 or 128. */
  int bitLength();

  /**
   * The address that lies {@code offset} further; a negative offset goes back.
   *
   * @throws IllegalArgumentException if the family has no such address
   */
  IpAddress plus(long offset);
}
