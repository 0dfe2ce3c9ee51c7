package org.ovswin.cni;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * An address with the length of its network's prefix, either family, as CNI writes it: {@code
 * 10.1.2.3/24}. Unlike an {@link IpPrefix} it keeps the host bits.
 *
 * @param address the address, host bits included
 * @param prefixLength 0 to 32 or 128
 */
public record Cidr(IpAddress address, int prefixLength) {

  public Cidr {
    if (prefixLength < 0 || prefixLength > address.bitLength()) {
      throw new IllegalArgumentException(
          "%s/%d: prefix length (expected: 0 to %d)"
              .formatted(address, prefixLength, address.bitLength()));
    }
  }

  /** A whole network. */
  public static Cidr of(IpPrefix prefix) {
    return new Cidr(prefix.network(), prefix.length());
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
          text + ": is not an address with a prefix length (expected: for example 10.1.2.3/24)");
    }
    return new Cidr(
        IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  boolean isIpv4() {
    return address instanceof Ipv4Address;
  }

  /** {@code address/length}. */
  @Override
  public String toString() {
    return address + "/" + prefixLength;
  }
}
