package org.ovswin.pipeline;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.Registers.Bits;
import org.ovswin.pipeline.Registers.Source;

/** The beginnings of matches that several tables share. */
final class Matches {
  private static final int ETH_TYPE_IPV4 = 0x0800;
  private static final int ETH_TYPE_ARP = 0x0806;
  private static final int ETH_TYPE_IPV6 = 0x86dd;
  private static final int ICMPV6 = 58;

  /** Type of a neighbour solicitation (RFC 4861, 4.3). */
  private static final int NEIGHBOR_SOLICITATION = 135;

  /** Type of a neighbour advertisement (RFC 4861, 4.4). */
  static final int NEIGHBOR_ADVERTISEMENT = 136;

  private static final int ARP_REQUEST = 1;
  private static final int ARP_REPLY = 2;

  /** The bit that tells multicast and broadcast from unicast (IEEE 802, 8.2.2). */
  private static final long GROUP_BIT = 0x0100_0000_0000L;

  /** The bit of vlan_vid that says that there is a tag (OpenFlow 1.5, 7.2.3.8, OFPVID_PRESENT). */
  private static final int VLAN_PRESENT = 0x1000;

  /** ct_state bits (ovs-fields(7), "Connection Tracking Fields"). */
  static final int NEW = 0x01;

  static final int INVALID = 0x10;
  static final int TRACKED = 0x20;
  static final int DNAT = 0x80;

  private static final Ipv6Address ALL_ONES = new Ipv6Address(-1, -1);

  private Matches() {}

  static Match.Builder any() {
    return Match.builder();
  }

  static Match.Builder ip() {
    return Match.builder().ethType(ETH_TYPE_IPV4);
  }

  /** IP of the address's family. */
  static Match.Builder ip(IpAddress family) {
    return family instanceof Ipv4Address ? ip() : ipv6();
  }

  static Match.Builder arp() {
    return Match.builder().ethType(ETH_TYPE_ARP);
  }

  static Match.Builder arpRequest() {
    return arp().field(Field.ARP_OP, ARP_REQUEST);
  }

  static Match.Builder arpReply() {
    return arp().field(Field.ARP_OP, ARP_REPLY);
  }

  static Match.Builder groupAddressed() {
    return groupAddressed(any());
  }

  static Match.Builder groupAddressed(Match.Builder match) {
    return match.field(Field.ETH_DST, GROUP_BIT, GROUP_BIT);
  }

  static Match.Builder tagged(Match.Builder match) {
    return match.field(Field.VLAN_VID, VLAN_PRESENT, VLAN_PRESENT);
  }

  static Match.Builder ipv6() {
    return Match.builder().ethType(ETH_TYPE_IPV6);
  }

  static Match.Builder icmpv6(int type) {
    return ipv6().ipProto(ICMPV6).field(Field.ICMPV6_TYPE, type);
  }

  static Match.Builder neighborSolicitation() {
    return icmpv6(NEIGHBOR_SOLICITATION).field(Field.ICMPV6_CODE, 0);
  }

  static Match.Builder neighborAdvertisement() {
    return icmpv6(NEIGHBOR_ADVERTISEMENT).field(Field.ICMPV6_CODE, 0);
  }

  static Match.Builder sentBy(Source source) {
    return with(any(), Registers.SOURCE, source.value());
  }

  static Match.Builder ipFrom(Source source) {
    return sentBy(source).ethType(ETH_TYPE_IPV4);
  }

  static Match.Builder ipv6From(Source source) {
    return sentBy(source).ethType(ETH_TYPE_IPV6);
  }

  static Match.Builder ipFrom(Source source, IpAddress family) {
    return family instanceof Ipv4Address ? ipFrom(source) : ipv6From(source);
  }

  /** IP of the prefix's family to an address inside. */
  static Match.Builder to(Match.Builder match, IpPrefix prefix) {
    return switch (prefix.network()) {
      case Ipv4Address network ->
          match.ethType(ETH_TYPE_IPV4).ipv4Dst(network.value(), mask4(prefix));
      case Ipv6Address network -> ipv6(match, Field.IPV6_DST, network, mask6(prefix));
    };
  }

  /** IP of the prefix's family from an address inside. */
  static Match.Builder from(Match.Builder match, IpPrefix prefix) {
    return switch (prefix.network()) {
      case Ipv4Address network ->
          match.ethType(ETH_TYPE_IPV4).ipv4Src(network.value(), mask4(prefix));
      case Ipv6Address network -> ipv6(match, Field.IPV6_SRC, network, mask6(prefix));
    };
  }

  static Match.Builder to(Match.Builder match, IpAddress address) {
    return to(match, new IpPrefix(address, address.bitLength()));
  }

  static Match.Builder from(Match.Builder match, IpAddress address) {
    return from(match, new IpPrefix(address, address.bitLength()));
  }

  private static Match.Builder ipv6(
      Match.Builder match, Field field, Ipv6Address network, Ipv6Address mask) {
    return match
        .ethType(ETH_TYPE_IPV6)
        .field128(field, network.high(), network.low(), mask.high(), mask.low());
  }

  static Match.Builder with(Match.Builder match, Bits bits, long value) {
    return match.field(bits.field(), bits.value(value), bits.mask());
  }

  /** Of a tracked connection whose state bits of {@code mask} are {@code value}. */
  static Match.Builder tracked(Match.Builder match, int value, int mask) {
    return match.field(Field.CT_STATE, value | TRACKED, mask | TRACKED);
  }

  private static int mask4(IpPrefix prefix) {
    return Ipv4Address.netmask(prefix.length()).value();
  }

  private static Ipv6Address mask6(IpPrefix prefix) {
    return (Ipv6Address) IpPrefix.of(ALL_ONES, prefix.length()).network();
  }
}
