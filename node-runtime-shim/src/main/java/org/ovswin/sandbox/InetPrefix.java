package org.ovswin.sandbox;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address with the length of its network prefix: an interface's address ({@code 10.244.1.5/24})
 * or, where {@link #hasHostBits} is false, a route's destination ({@code 10.244.0.0/16}).
 *
 * @param address IPv4 or IPv6
 * @param prefixLength in bits, 0 to 32 or 0 to 128
 */
public record InetPrefix(InetAddress address, int prefixLength) {
  /** The destination of an IPv4 default route. */
  public static final InetPrefix DEFAULT_IPV4 = parse("0.0.0.0/0");

  /** The destination of an IPv6 default route. */
  public static final InetPrefix DEFAULT_IPV6 = parse("::/0");

  public InetPrefix {
    int bits = address.getAddress().length * 8;
    if (prefixLength < 0 || prefixLength > bits) {
      throw new IllegalArgumentException(
          "prefix length of %s: %d (expected: 0 to %d)"
              .formatted(address.getHostAddress(), prefixLength, bits));
    }
  }

  /**
   * Reads {@code 10.244.1.5/24}. IPv4 addresses must have four decimal parts without leading zeros.
   *
   * @throws IllegalArgumentException if {@code text} is not an address, a slash and a number
   */
  public static InetPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(
          "prefix: %s (expected: address/length, such as 10.244.1.5/24)".formatted(text));
    }
    return new InetPrefix(
        parseAddress(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /**
   * Reads an address literal; never asks a name server.
   *
   * @throws IllegalArgumentException if {@code text} is not one
   */
  public static InetAddress parseAddress(String text) {
    InetAddress address = InetAddress.ofLiteral(text);
    // The JDK also takes "10.1" and "010.0.0.1", which other programs read differently.
    if (address instanceof Inet4Address && !address.getHostAddress().equals(text)) {
      throw new IllegalArgumentException(
          "address: %s (expected: four decimal parts without leading zeros)".formatted(text));
    }
    return address;
  }

  /** Whether the address is IPv4. */
  public boolean isIpv4() {
    return address instanceof Inet4Address;
  }

  /** Whether a bit behind the prefix is set, so that this cannot be a route's destination. */
  public boolean hasHostBits() {
    return !network().address.equals(address);
  }

  /** The same prefix with all host bits zero. */
  public InetPrefix network() {
    byte[] octets = address.getAddress();
    for (int bit = prefixLength; bit < octets.length * 8; bit++) {
      octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    try {
      return new InetPrefix(InetAddress.getByAddress(octets), prefixLength);
    } catch (UnknownHostException e) {
      throw new AssertionError("four or sixteen octets are an address", e);
    }
  }

  /** Whether {@code other} is of the same family and shares this prefix. */
  public boolean contains(InetAddress other) {
    return other.getAddress().length == address.getAddress().length
        && new InetPrefix(other, prefixLength).network().equals(network());
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixLength;
  }
}
