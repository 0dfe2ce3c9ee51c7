package org.ovswin.ipam.address;

/** The two kinds of IP addresses. IPv4 comes first wherever both are listed. */
public enum Family {
  /** RFC 791. */
  IPV4(Ipv4Address.BITS, "IPv4"),
  /** RFC 4291. */
  IPV6(Ipv6Address.BITS, "IPv6");

  private final int bits;
  private final String text;

  Family(int bits, String text) {
    this.bits = bits;
    this.text = text;
  }

  /** The family of an address. */
  public static Family of(IpAddress address) {
    return switch (address) {
      case Ipv4Address _ -> IPV4;
      case Ipv6Address _ -> IPV6;
    };
  }

  /** The family of a prefix. */
  public static Family of(IpPrefix prefix) {
    return of(prefix.network());
  }

  /** Bits of an address: 32 or 128. */
  public int bits() {
    return bits;
  }

  /** "IPv4" or "IPv6". */
  @Override
  public String toString() {
    return text;
  }
}
