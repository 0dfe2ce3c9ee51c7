package org.ovswin.openflow;

import java.util.Set;

/**
 * What a match must say before a field means anything (OpenFlow 1.5, 7.2.3.6): without {@code
 * eth_type=0x800} there is no IPv4 address to compare. A switch refuses such a match with
 * OFPBMC_BAD_PREREQ; {@link Match.Builder#build} refuses it earlier and names the field.
 */
public enum Prerequisite {
  NONE("nothing"),
  VLAN("vlan_vid with the present bit"),
  IPV4("eth_type 0x0800"),
  IPV6("eth_type 0x86dd"),
  IP("eth_type 0x0800 or 0x86dd"),
  ARP("eth_type 0x0806 or 0x8035"),
  MPLS("eth_type 0x8847 or 0x8848"),
  NSH("eth_type 0x894f or the NSH packet_type"),
  TCP("eth_type 0x0800 or 0x86dd, ip_proto 6 and no later fragment"),
  UDP("eth_type 0x0800 or 0x86dd, ip_proto 17 and no later fragment"),
  SCTP("eth_type 0x0800 or 0x86dd, ip_proto 132 and no later fragment"),
  ICMPV4("eth_type 0x0800 and ip_proto 1"),
  ICMPV6("eth_type 0x86dd and ip_proto 58"),
  ND("eth_type 0x86dd, ip_proto 58 and icmpv6_type 135 or 136"),
  ND_SOLICIT("eth_type 0x86dd, ip_proto 58 and icmpv6_type 135"),
  ND_ADVERT("eth_type 0x86dd, ip_proto 58 and icmpv6_type 136"),
  CONNTRACK("eth_type 0x0800 or 0x86dd and ct_state +trk-inv");

  private static final int CT_TRACKED_AND_INVALID = 0x30;
  private static final int CT_TRACKED = 0x20;
  private static final int LATER_FRAGMENT = 2;
  private static final long NSH_PACKET_TYPE = 0x0001_894fL;

  private final String expectation;

  Prerequisite(String expectation) {
    this.expectation = expectation;
  }

  /** The expectation in words, for an error message. */
  String expectation() {
    return expectation;
  }

  boolean holdsIn(Match match) {
    return switch (this) {
      case NONE -> true;
      case VLAN -> match.get(Field.VLAN_VID).filter(f -> (f.low() & 0x1000) != 0).isPresent();
      case IPV4 -> ethType(match, 0x0800);
      case IPV6 -> ethType(match, 0x86dd);
      case IP -> isIp(match);
      case ARP -> ethType(match, 0x0806, 0x8035);
      case MPLS -> ethType(match, 0x8847, 0x8848);
      case NSH -> ethType(match, 0x894f) || exact(match, Field.PACKET_TYPE, NSH_PACKET_TYPE);
      case TCP -> hasPorts(match, 6);
      case UDP -> hasPorts(match, 17);
      case SCTP -> hasPorts(match, 132);
      case ICMPV4 -> ethType(match, 0x0800) && exact(match, Field.IP_PROTO, 1);
      case ICMPV6 -> ethType(match, 0x86dd) && exact(match, Field.IP_PROTO, 58);
      case ND -> ND_SOLICIT.holdsIn(match) || ND_ADVERT.holdsIn(match);
      case ND_SOLICIT -> ICMPV6.holdsIn(match) && exact(match, Field.ICMPV6_TYPE, 135);
      case ND_ADVERT -> ICMPV6.holdsIn(match) && exact(match, Field.ICMPV6_TYPE, 136);
      case CONNTRACK -> isIp(match) && isTracked(match);
    };
  }

  private static boolean isIp(Match match) {
    return ethType(match, 0x0800, 0x86dd)
        || exact(match, Field.PACKET_TYPE, 0x0001_0800L)
        || exact(match, Field.PACKET_TYPE, 0x0001_86ddL);
  }

  private static boolean hasPorts(Match match, int protocol) {
    boolean laterFragment =
        match.get(Field.IP_FRAG).filter(f -> (f.low() & LATER_FRAGMENT) != 0).isPresent();
    return isIp(match) && exact(match, Field.IP_PROTO, protocol) && !laterFragment;
  }

  private static boolean isTracked(Match match) {
    return match
        .get(Field.CT_STATE)
        .filter(f -> (f.low() & CT_TRACKED_AND_INVALID) == CT_TRACKED)
        .isPresent();
  }

  private static boolean ethType(Match match, Integer... types) {
    return match.get(Field.ETH_TYPE).filter(f -> Set.of(types).contains((int) f.low())).isPresent();
  }

  private static boolean exact(Match match, Field field, long value) {
    return match.get(field).filter(f -> f.isExact() && f.low() == value).isPresent();
  }
}
