package org.ovswin.openflow;

import java.util.Optional;

/** A match as {@code ovs-ofctl} writes it (OVS lib/match.c, match_format). */
final class MatchText {
  private static final int ETH_TYPE_IPV4 = 0x0800;
  private static final int ETH_TYPE_ARP = 0x0806;
  private static final int ETH_TYPE_RARP = 0x8035;
  private static final int ETH_TYPE_IPV6 = 0x86dd;
  private static final int ETH_TYPE_MPLS = 0x8847;
  private static final int ETH_TYPE_MPLS_MULTICAST = 0x8848;

  private final Match match;
  private final StringBuilder text = new StringBuilder();

  private MatchText(Match match) {
    this.match = match;
  }

  static String format(Match match) {
    MatchText writer = new MatchText(match);
    writer.metadataBeforeType();
    Optional<String> typeWord = writer.typeWord();
    typeWord.ifPresent(word -> writer.text.append(word).append(','));
    writer.metadataAfterType();
    writer.links(typeWord.isPresent());
    writer.network(typeWord.map(MatchText::saysProtocol).orElse(false));
    writer.transport();
    match.unknown().forEach(oxm -> writer.text.append(oxm).append(','));
    if (!writer.text.isEmpty()) {
      writer.text.setLength(writer.text.length() - 1);
    }
    return writer.text.toString();
  }

  private void metadataBeforeType() {
    hex("pkt_mark", Field.PKT_MARK);
    decimal("recirc_id", Field.RECIRC_ID);
    hex("dp_hash", Field.DP_HASH);
    decimal("conj_id", Field.CONJ_ID);
    with(Field.ACTSET_OUTPUT, f -> put("actset_output", PortNo.toText((int) f.low())));
    with(Field.CT_STATE, f -> put("ct_state", FieldText.ctState(f)));
    decimal("ct_zone", Field.CT_ZONE);
    hex("ct_mark", Field.CT_MARK);
    with(Field.CT_LABEL, f -> put("ct_label", FieldText.valueAndMask(f)));
    with(Field.CT_NW_SRC, f -> put("ct_nw_src", FieldText.ipv4Masked(f)));
    with(Field.CT_IPV6_SRC, f -> put("ct_ipv6_src", FieldText.ipv6Masked(f)));
    with(Field.CT_NW_DST, f -> put("ct_nw_dst", FieldText.ipv4Masked(f)));
    with(Field.CT_IPV6_DST, f -> put("ct_ipv6_dst", FieldText.ipv6Masked(f)));
    decimal("ct_nw_proto", Field.CT_NW_PROTO);
    decimal("ct_tp_src", Field.CT_TP_SRC);
    decimal("ct_tp_dst", Field.CT_TP_DST);
    // Ethernet, which every packet is unless something else is said, is not shown.
    match
        .get(Field.PACKET_TYPE)
        .filter(f -> f.low() != 0)
        .ifPresent(f -> put("packet_type", FieldText.packetType(f.low())));
  }

  private void metadataAfterType() {
    for (int i = 0; i < 16; i++) {
      hex("reg" + i, Field.reg(i));
    }
    hex("tun_id", Field.TUN_ID);
    with(Field.TUN_SRC, f -> put("tun_src", FieldText.ipv4Masked(f)));
    with(Field.TUN_DST, f -> put("tun_dst", FieldText.ipv4Masked(f)));
    with(Field.TUN_IPV6_SRC, f -> put("tun_ipv6_src", FieldText.ipv6Masked(f)));
    with(Field.TUN_IPV6_DST, f -> put("tun_ipv6_dst", FieldText.ipv6Masked(f)));
    decimal("tun_gbp_id", Field.TUN_GBP_ID);
    hex("tun_gbp_flags", Field.TUN_GBP_FLAGS);
    // ovs-ofctl does not show the masks of these four.
    with(Field.TUN_ERSPAN_VER, f -> put("tun_erspan_ver", Long.toString(f.low())));
    with(Field.TUN_ERSPAN_IDX, f -> put("tun_erspan_idx", FieldText.hexOrZero(f.low())));
    with(Field.TUN_ERSPAN_DIR, f -> put("tun_erspan_dir", Long.toString(f.low())));
    with(Field.TUN_ERSPAN_HWID, f -> put("tun_erspan_hwid", FieldText.hexOrZero(f.low())));
    hex("tun_gtpu_flags", Field.TUN_GTPU_FLAGS);
    decimal("tun_gtpu_msgtype", Field.TUN_GTPU_MSGTYPE);
    with(Field.TUN_FLAGS, f -> put("tun_flags", FieldText.tunnelFlags(f)));
    match.wide().forEach(f -> text.append(f).append(','));
    hex("metadata", Field.METADATA);
    with(Field.IN_PORT, f -> put("in_port", PortNo.toText((int) f.low())));
  }

  private void links(boolean typeIsSaid) {
    vlan();
    with(Field.ETH_SRC, f -> put("dl_src", FieldText.ethernetMasked(f)));
    with(Field.ETH_DST, f -> put("dl_dst", FieldText.ethernetMasked(f)));
    if (!typeIsSaid) {
      with(Field.ETH_TYPE, f -> put("dl_type", "0x%04x".formatted(f.low())));
    }
  }

  /** The tag is one 16-bit word to ovs-ofctl unless whole parts of it are matched. */
  private void vlan() {
    Optional<MatchField> vid = match.get(Field.VLAN_VID);
    Optional<MatchField> pcp = match.get(Field.VLAN_PCP);
    if (vid.isEmpty() && pcp.isEmpty()) {
      return;
    }
    long tci = vid.map(MatchField::low).orElse(0L) | pcp.map(f -> f.low() << 13).orElse(0L);
    long mask =
        vid.map(MatchField::maskLow).orElse(0L) | pcp.map(f -> f.maskLow() << 13).orElse(0L);
    long vidMask = mask & 0xfff;
    boolean present = (mask & tci & 0x1000) != 0;
    if (present && (vidMask == 0xfff || (vidMask == 0 && pcp.isPresent()))) {
      if (vidMask != 0) {
        put("dl_vlan", Long.toString(tci & 0xfff));
      }
      pcp.ifPresent(f -> put("dl_vlan_pcp", Long.toString(f.low())));
    } else if (mask == 0xffff) {
      put("vlan_tci", "0x%04x".formatted(tci));
    } else {
      put("vlan_tci", "0x%04x/0x%04x".formatted(tci, mask));
    }
  }

  private void network(boolean protocolIsSaid) {
    with(Field.IPV6_SRC, f -> put("ipv6_src", FieldText.ipv6Masked(f)));
    with(Field.IPV6_DST, f -> put("ipv6_dst", FieldText.ipv6Masked(f)));
    with(
        Field.IPV6_LABEL,
        f ->
            put(
                "ipv6_label",
                "0x%05x".formatted(f.low())
                    + (f.isExact() ? "" : "/0x%05x".formatted(f.maskLow()))));
    with(Field.ARP_SPA, f -> put("arp_spa", FieldText.ipv4Masked(f)));
    with(Field.ARP_TPA, f -> put("arp_tpa", FieldText.ipv4Masked(f)));
    networkServiceHeader();
    with(Field.IPV4_SRC, f -> put("nw_src", FieldText.ipv4Masked(f)));
    with(Field.IPV4_DST, f -> put("nw_dst", FieldText.ipv4Masked(f)));
    if (!protocolIsSaid) {
      decimal("nw_proto", Field.IP_PROTO);
    }
    decimal("arp_op", Field.ARP_OP);
    with(Field.ARP_SHA, f -> put("arp_sha", FieldText.ethernetMasked(f)));
    with(Field.ARP_THA, f -> put("arp_tha", FieldText.ethernetMasked(f)));
    with(Field.IP_DSCP, f -> put("nw_tos", Long.toString(f.low() << 2)));
    decimal("nw_ecn", Field.IP_ECN);
    decimal("nw_ttl", Field.IP_TTL);
    decimal("mpls_label", Field.MPLS_LABEL);
    decimal("mpls_tc", Field.MPLS_TC);
    decimal("mpls_ttl", Field.MPLS_TTL);
    decimal("mpls_bos", Field.MPLS_BOS);
    with(Field.IP_FRAG, f -> put("nw_frag", FieldText.valueAndMask(f)));
  }

  private void networkServiceHeader() {
    decimal("nsh_flags", Field.NSH_FLAGS);
    decimal("nsh_ttl", Field.NSH_TTL);
    decimal("nsh_mdtype", Field.NSH_MDTYPE);
    decimal("nsh_np", Field.NSH_NP);
    with(Field.NSH_SPI, f -> put("nsh_spi", "0x%x".formatted(f.low())));
    decimal("nsh_si", Field.NSH_SI);
    hex("nsh_c1", Field.NSH_C1);
    hex("nsh_c2", Field.NSH_C2);
    hex("nsh_c3", Field.NSH_C3);
    hex("nsh_c4", Field.NSH_C4);
  }

  private void transport() {
    decimal("icmp_type", Field.ICMPV4_TYPE);
    decimal("icmp_code", Field.ICMPV4_CODE);
    decimal("icmp_type", Field.ICMPV6_TYPE);
    decimal("icmp_code", Field.ICMPV6_CODE);
    with(Field.ND_TARGET, f -> put("nd_target", FieldText.ipv6Masked(f)));
    with(Field.ND_SLL, f -> put("nd_sll", FieldText.ethernetMasked(f)));
    with(Field.ND_TLL, f -> put("nd_tll", FieldText.ethernetMasked(f)));
    decimal("nd_reserved", Field.ND_RESERVED);
    decimal("nd_options_type", Field.ND_OPTIONS_TYPE);
    decimal("tp_src", Field.TCP_SRC);
    decimal("tp_dst", Field.TCP_DST);
    decimal("tp_src", Field.UDP_SRC);
    decimal("tp_dst", Field.UDP_DST);
    decimal("tp_src", Field.SCTP_SRC);
    decimal("tp_dst", Field.SCTP_DST);
    with(Field.TCP_FLAGS, f -> put("tcp_flags", FieldText.tcpFlags(f)));
  }

  /** {@code tcp} stands for two fields, {@code ip} for one. */
  private Optional<String> typeWord() {
    int protocol = match.get(Field.IP_PROTO).map(f -> (int) f.low()).orElse(-1);
    return match
        .get(Field.ETH_TYPE)
        .map(f -> (int) f.low())
        .or(() -> match.get(Field.PACKET_TYPE).map(f -> (int) f.low() & 0xffff))
        .flatMap(
            type ->
                Optional.ofNullable(
                    switch (type) {
                      case ETH_TYPE_IPV4 ->
                          switch (protocol) {
                            case 1 -> "icmp";
                            case 2 -> "igmp";
                            case 6 -> "tcp";
                            case 17 -> "udp";
                            case 132 -> "sctp";
                            default -> "ip";
                          };
                      case ETH_TYPE_IPV6 ->
                          switch (protocol) {
                            case 58 -> "icmp6";
                            case 6 -> "tcp6";
                            case 17 -> "udp6";
                            case 132 -> "sctp6";
                            default -> "ipv6";
                          };
                      case ETH_TYPE_ARP -> "arp";
                      case ETH_TYPE_RARP -> "rarp";
                      case ETH_TYPE_MPLS -> "mpls";
                      case ETH_TYPE_MPLS_MULTICAST -> "mplsm";
                      default -> null;
                    }));
  }

  private static boolean saysProtocol(String typeWord) {
    return switch (typeWord) {
      case "ip", "ipv6", "arp", "rarp", "mpls", "mplsm" -> false;
      default -> true;
    };
  }

  private void hex(String name, Field field) {
    with(
        field,
        f ->
            put(
                name,
                FieldText.hexOrZero(f.low())
                    + (f.isExact() ? "" : "/" + FieldText.hexOrZero(f.maskLow()))));
  }

  private void decimal(String name, Field field) {
    with(
        field,
        f ->
            put(
                name,
                f.isExact()
                    ? Long.toString(f.low())
                    : "0x%x/0x%x".formatted(f.low(), f.maskLow())));
  }

  private void with(Field field, java.util.function.Consumer<MatchField> writer) {
    match.get(field).ifPresent(writer);
  }

  private void put(String name, String value) {
    text.append(name).append('=').append(value).append(',');
  }
}
