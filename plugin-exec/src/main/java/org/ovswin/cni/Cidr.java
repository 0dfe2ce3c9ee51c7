package org.ovswin.cni;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * An address with the length of its network's prefix, either family, as CNI writes it: {@code
 * 10.1.2.3/24}. Host bits are kept.
 *
 * @param address the address, host bits included
 * @param prefixLength 0 to 32 or 128
 */
public record Cidr(InetAddress address, int prefixLength) {

  public Cidr {
    int max = address.getAddress().length * 8;
    if (prefixLength < 0 || prefixLength > max) {
      throw new IllegalArgumentException(
          "prefix length: " + prefixLength + " (expected: 0 to " + max + ")");
    }
  }

  /**
   * Reads {@code address/length}.
   *
   * @throws IllegalArgumentException for anything else; the message has the text and the
   *     expectation
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(
          text + " (expected: an address and a prefix length, as 10.1.2.3/24 or fd00::1/64)");
    }
    InetAddress address = AddressText.parse(text.substring(0, slash));
    int prefixLength = Integer.parseInt(text.substring(slash + 1));
    int max = address.getAddress().length * 8;
    if (prefixLength > max) {
      throw new IllegalArgumentException(
          text + " (expected: a prefix length of at most " + max + ")");
    }
    return new Cidr(address, prefixLength);
  }

  public boolean isIpv4() {
    return address instanceof Inet4Address;
  }

  /** {@code address/length}, IPv6 as RFC 5952 has it. */
  @Override
  public String toString() {
    return AddressText.of(address) + "/" + prefixLength;
  }
}
