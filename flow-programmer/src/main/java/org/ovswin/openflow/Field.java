package org.ovswin.openflow;

import static org.ovswin.openflow.FieldFormat.CT_BITS;
import static org.ovswin.openflow.FieldFormat.DECIMAL;
import static org.ovswin.openflow.FieldFormat.ETHERNET;
import static org.ovswin.openflow.FieldFormat.FRAGMENT;
import static org.ovswin.openflow.FieldFormat.HEX;
import static org.ovswin.openflow.FieldFormat.IPV4_ADDRESS;
import static org.ovswin.openflow.FieldFormat.IPV6_ADDRESS;
import static org.ovswin.openflow.FieldFormat.NAMESPACE_AND_TYPE;
import static org.ovswin.openflow.FieldFormat.PORT;
import static org.ovswin.openflow.FieldFormat.TCP_BITS;
import static org.ovswin.openflow.FieldFormat.TUNNEL_BITS;
import static org.ovswin.openflow.Masking.FIXED;
import static org.ovswin.openflow.Masking.MASKED;
import static org.ovswin.openflow.Oxm.ericsson;
import static org.ovswin.openflow.Oxm.nicira;
import static org.ovswin.openflow.Oxm.nsh;
import static org.ovswin.openflow.Oxm.nxmNx;
import static org.ovswin.openflow.Oxm.nxmOf;
import static org.ovswin.openflow.Oxm.onf;
import static org.ovswin.openflow.Oxm.oxm;
import static org.ovswin.openflow.Oxm.oxm15;
import static org.ovswin.openflow.Oxm.packetReg;
import static org.ovswin.openflow.Prerequisite.*;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Every header and metadata field that Open vSwitch 3.1 can match or set (ovs-fields(7)), in the
 * order in which the switch writes them into a match.
 *
 * <p>A match holds only the standard form of a field: {@link #VLAN_TCI}, {@link #IP_TOS}, {@link
 * #NXM_IN_PORT} and the wide registers are for {@code set_field} and {@code move}, and {@link
 * Match.Builder} turns them into the fields that the switch reports.
 */
@SuppressWarnings("ImmutableEnumChecker") // Oxm is a record of a String and numbers.
public enum Field {
  DP_HASH("dp_hash", 32, HEX, MASKED, NONE, nxmNx("DP_HASH", 35), nicira("NXOXM_ET_DP_HASH", 0)),
  RECIRC_ID("recirc_id", 32, DECIMAL, FIXED, NONE, nxmNx("RECIRC_ID", 36)),
  CONJ_ID("conj_id", 32, DECIMAL, FIXED, NONE, nxmNx("CONJ_ID", 37)),
  PACKET_TYPE("packet_type", 32, NAMESPACE_AND_TYPE, FIXED, NONE, oxm15("PACKET_TYPE", 44)),
  IN_PORT("in_port_oxm", 32, PORT, FIXED, NONE, oxm("IN_PORT", 0)),
  ACTSET_OUTPUT(
      "actset_output",
      32,
      PORT,
      FIXED,
      NONE,
      onf("ONFOXM_ET_ACTSET_OUTPUT", 43),
      oxm15("ACTSET_OUTPUT", 43)),
  ETH_SRC("eth_src", 48, ETHERNET, MASKED, NONE, nxmOf("ETH_SRC", 2), oxm("ETH_SRC", 4)),
  ETH_DST("eth_dst", 48, ETHERNET, MASKED, NONE, nxmOf("ETH_DST", 1), oxm("ETH_DST", 3)),
  ETH_TYPE("eth_type", 16, HEX, FIXED, NONE, nxmOf("ETH_TYPE", 3), oxm("ETH_TYPE", 5)),
  VLAN_VID("vlan_vid", 13, DECIMAL, MASKED, NONE, oxm("VLAN_VID", 6)),
  VLAN_PCP("vlan_pcp", 3, DECIMAL, FIXED, VLAN, oxm("VLAN_PCP", 7)),
  MPLS_TC("mpls_tc", 3, DECIMAL, FIXED, MPLS, oxm("MPLS_TC", 35)),
  MPLS_BOS("mpls_bos", 1, DECIMAL, FIXED, MPLS, oxm("MPLS_BOS", 36)),
  MPLS_TTL("mpls_ttl", 8, DECIMAL, FIXED, MPLS, nxmNx("MPLS_TTL", 30)),
  MPLS_LABEL("mpls_label", 20, DECIMAL, FIXED, MPLS, oxm("MPLS_LABEL", 34)),
  IPV4_SRC("ip_src", 32, IPV4_ADDRESS, MASKED, IPV4, nxmOf("IP_SRC", 7), oxm("IPV4_SRC", 11)),
  IPV4_DST("ip_dst", 32, IPV4_ADDRESS, MASKED, IPV4, nxmOf("IP_DST", 8), oxm("IPV4_DST", 12)),
  IPV6_SRC("ipv6_src", 128, IPV6_ADDRESS, MASKED, IPV6, nxmNx("IPV6_SRC", 19), oxm("IPV6_SRC", 26)),
  IPV6_DST("ipv6_dst", 128, IPV6_ADDRESS, MASKED, IPV6, nxmNx("IPV6_DST", 20), oxm("IPV6_DST", 27)),
  IP_FRAG("ip_frag", 2, FRAGMENT, MASKED, IP, nxmNx("IP_FRAG", 26)),
  IP_DSCP("ip_dscp", 6, DECIMAL, FIXED, IP, oxm("IP_DSCP", 8)),
  IP_ECN("nw_ecn", 2, DECIMAL, FIXED, IP, nxmNx("IP_ECN", 28), oxm("IP_ECN", 9)),
  IP_TTL("nw_ttl", 8, DECIMAL, FIXED, IP, nxmNx("IP_TTL", 29)),
  IPV6_LABEL("ipv6_label", 20, HEX, MASKED, IPV6, nxmNx("IPV6_LABEL", 27), oxm("IPV6_FLABEL", 28)),
  IP_PROTO("nw_proto", 8, DECIMAL, FIXED, IP, nxmOf("IP_PROTO", 6), oxm("IP_PROTO", 10)),
  TCP_SRC("tcp_src", 16, DECIMAL, MASKED, TCP, nxmOf("TCP_SRC", 9), oxm("TCP_SRC", 13)),
  TCP_DST("tcp_dst", 16, DECIMAL, MASKED, TCP, nxmOf("TCP_DST", 10), oxm("TCP_DST", 14)),
  TCP_FLAGS(
      "tcp_flags",
      12,
      TCP_BITS,
      MASKED,
      TCP,
      nxmNx("TCP_FLAGS", 34),
      onf("ONFOXM_ET_TCP_FLAGS", 42),
      oxm15("TCP_FLAGS", 42)),
  UDP_SRC("udp_src", 16, DECIMAL, MASKED, UDP, nxmOf("UDP_SRC", 11), oxm("UDP_SRC", 15)),
  UDP_DST("udp_dst", 16, DECIMAL, MASKED, UDP, nxmOf("UDP_DST", 12), oxm("UDP_DST", 16)),
  SCTP_SRC("sctp_src", 16, DECIMAL, MASKED, SCTP, oxm("SCTP_SRC", 17)),
  SCTP_DST("sctp_dst", 16, DECIMAL, MASKED, SCTP, oxm("SCTP_DST", 18)),
  ICMPV4_TYPE(
      "icmp_type", 8, DECIMAL, FIXED, ICMPV4, nxmOf("ICMP_TYPE", 13), oxm("ICMPV4_TYPE", 19)),
  ICMPV4_CODE(
      "icmp_code", 8, DECIMAL, FIXED, ICMPV4, nxmOf("ICMP_CODE", 14), oxm("ICMPV4_CODE", 20)),
  ICMPV6_TYPE(
      "icmpv6_type", 8, DECIMAL, FIXED, ICMPV6, nxmNx("ICMPV6_TYPE", 21), oxm("ICMPV6_TYPE", 29)),
  ICMPV6_CODE(
      "icmpv6_code", 8, DECIMAL, FIXED, ICMPV6, nxmNx("ICMPV6_CODE", 22), oxm("ICMPV6_CODE", 30)),
  ND_RESERVED("nd_reserved", 32, DECIMAL, FIXED, ND, ericsson("ICMPV6_ND_RESERVED", 1)),
  ND_TARGET(
      "nd_target",
      128,
      IPV6_ADDRESS,
      MASKED,
      ND,
      nxmNx("ND_TARGET", 23),
      oxm("IPV6_ND_TARGET", 31)),
  ND_OPTIONS_TYPE("nd_options_type", 8, DECIMAL, FIXED, ND, ericsson("ICMPV6_ND_OPTIONS_TYPE", 2)),
  ND_SLL("nd_sll", 48, ETHERNET, MASKED, ND_SOLICIT, nxmNx("ND_SLL", 24), oxm("IPV6_ND_SLL", 32)),
  ND_TLL("nd_tll", 48, ETHERNET, MASKED, ND_ADVERT, nxmNx("ND_TLL", 25), oxm("IPV6_ND_TLL", 33)),
  ARP_OP("arp_op", 16, DECIMAL, FIXED, ARP, nxmOf("ARP_OP", 15), oxm("ARP_OP", 21)),
  ARP_SPA("arp_spa", 32, IPV4_ADDRESS, MASKED, ARP, nxmOf("ARP_SPA", 16), oxm("ARP_SPA", 22)),
  ARP_TPA("arp_tpa", 32, IPV4_ADDRESS, MASKED, ARP, nxmOf("ARP_TPA", 17), oxm("ARP_TPA", 23)),
  ARP_SHA("arp_sha", 48, ETHERNET, MASKED, ARP, nxmNx("ARP_SHA", 17), oxm("ARP_SHA", 24)),
  ARP_THA("arp_tha", 48, ETHERNET, MASKED, ARP, nxmNx("ARP_THA", 18), oxm("ARP_THA", 25)),
  NSH_FLAGS("nsh_flags", 8, DECIMAL, MASKED, NSH, nsh("NXOXM_NSH_FLAGS", 1)),
  NSH_TTL("nsh_ttl", 8, DECIMAL, FIXED, NSH, nsh("NXOXM_NSH_TTL", 10)),
  NSH_MDTYPE("nsh_mdtype", 8, DECIMAL, FIXED, NSH, nsh("NXOXM_NSH_MDTYPE", 2)),
  NSH_NP("nsh_np", 8, DECIMAL, FIXED, NSH, nsh("NXOXM_NSH_NP", 3)),
  NSH_SPI("nsh_spi", 24, HEX, FIXED, NSH, nsh("NXOXM_NSH_SPI", 4)),
  NSH_SI("nsh_si", 8, DECIMAL, FIXED, NSH, nsh("NXOXM_NSH_SI", 5)),
  NSH_C1("nsh_c1", 32, HEX, MASKED, NSH, nsh("NXOXM_NSH_C1", 6)),
  NSH_C2("nsh_c2", 32, HEX, MASKED, NSH, nsh("NXOXM_NSH_C2", 7)),
  NSH_C3("nsh_c3", 32, HEX, MASKED, NSH, nsh("NXOXM_NSH_C3", 8)),
  NSH_C4("nsh_c4", 32, HEX, MASKED, NSH, nsh("NXOXM_NSH_C4", 9)),
  TUN_ID("tun_id", 64, HEX, MASKED, NONE, nxmNx("TUN_ID", 16), oxm("TUNNEL_ID", 38)),
  TUN_SRC("tun_src", 32, IPV4_ADDRESS, MASKED, NONE, nxmNx("TUN_IPV4_SRC", 31)),
  TUN_DST("tun_dst", 32, IPV4_ADDRESS, MASKED, NONE, nxmNx("TUN_IPV4_DST", 32)),
  TUN_IPV6_SRC("tun_ipv6_src", 128, IPV6_ADDRESS, MASKED, NONE, nxmNx("TUN_IPV6_SRC", 109)),
  TUN_IPV6_DST("tun_ipv6_dst", 128, IPV6_ADDRESS, MASKED, NONE, nxmNx("TUN_IPV6_DST", 110)),
  TUN_GBP_ID("tun_gbp_id", 16, DECIMAL, MASKED, NONE, nxmNx("TUN_GBP_ID", 38)),
  TUN_GBP_FLAGS("tun_gbp_flags", 8, HEX, MASKED, NONE, nxmNx("TUN_GBP_FLAGS", 39)),
  TUN_METADATA0(0),
  TUN_METADATA1(1),
  TUN_METADATA2(2),
  TUN_METADATA3(3),
  TUN_METADATA4(4),
  TUN_METADATA5(5),
  TUN_METADATA6(6),
  TUN_METADATA7(7),
  TUN_METADATA8(8),
  TUN_METADATA9(9),
  TUN_METADATA10(10),
  TUN_METADATA11(11),
  TUN_METADATA12(12),
  TUN_METADATA13(13),
  TUN_METADATA14(14),
  TUN_METADATA15(15),
  TUN_METADATA16(16),
  TUN_METADATA17(17),
  TUN_METADATA18(18),
  TUN_METADATA19(19),
  TUN_METADATA20(20),
  TUN_METADATA21(21),
  TUN_METADATA22(22),
  TUN_METADATA23(23),
  TUN_METADATA24(24),
  TUN_METADATA25(25),
  TUN_METADATA26(26),
  TUN_METADATA27(27),
  TUN_METADATA28(28),
  TUN_METADATA29(29),
  TUN_METADATA30(30),
  TUN_METADATA31(31),
  TUN_METADATA32(32),
  TUN_METADATA33(33),
  TUN_METADATA34(34),
  TUN_METADATA35(35),
  TUN_METADATA36(36),
  TUN_METADATA37(37),
  TUN_METADATA38(38),
  TUN_METADATA39(39),
  TUN_METADATA40(40),
  TUN_METADATA41(41),
  TUN_METADATA42(42),
  TUN_METADATA43(43),
  TUN_METADATA44(44),
  TUN_METADATA45(45),
  TUN_METADATA46(46),
  TUN_METADATA47(47),
  TUN_METADATA48(48),
  TUN_METADATA49(49),
  TUN_METADATA50(50),
  TUN_METADATA51(51),
  TUN_METADATA52(52),
  TUN_METADATA53(53),
  TUN_METADATA54(54),
  TUN_METADATA55(55),
  TUN_METADATA56(56),
  TUN_METADATA57(57),
  TUN_METADATA58(58),
  TUN_METADATA59(59),
  TUN_METADATA60(60),
  TUN_METADATA61(61),
  TUN_METADATA62(62),
  TUN_METADATA63(63),
  TUN_ERSPAN_IDX("tun_erspan_idx", 20, HEX, MASKED, NONE, nicira("NXOXM_ET_ERSPAN_IDX", 11)),
  TUN_ERSPAN_VER("tun_erspan_ver", 4, DECIMAL, MASKED, NONE, nicira("NXOXM_ET_ERSPAN_VER", 12)),
  TUN_ERSPAN_DIR("tun_erspan_dir", 1, DECIMAL, MASKED, NONE, nicira("NXOXM_ET_ERSPAN_DIR", 13)),
  TUN_ERSPAN_HWID("tun_erspan_hwid", 6, HEX, MASKED, NONE, nicira("NXOXM_ET_ERSPAN_HWID", 14)),
  TUN_GTPU_FLAGS("tun_gtpu_flags", 8, HEX, MASKED, NONE, nicira("NXOXM_ET_GTPU_FLAGS", 15)),
  TUN_GTPU_MSGTYPE(
      "tun_gtpu_msgtype", 8, DECIMAL, MASKED, NONE, nicira("NXOXM_ET_GTPU_MSGTYPE", 16)),
  TUN_FLAGS("tun_flags", 16, TUNNEL_BITS, MASKED, NONE, nxmNx("TUN_FLAGS", 104)),
  REG0("reg0", 32, HEX, MASKED, NONE, nxmNx("REG0", 0)),
  REG1("reg1", 32, HEX, MASKED, NONE, nxmNx("REG1", 1)),
  REG2("reg2", 32, HEX, MASKED, NONE, nxmNx("REG2", 2)),
  REG3("reg3", 32, HEX, MASKED, NONE, nxmNx("REG3", 3)),
  REG4("reg4", 32, HEX, MASKED, NONE, nxmNx("REG4", 4)),
  REG5("reg5", 32, HEX, MASKED, NONE, nxmNx("REG5", 5)),
  REG6("reg6", 32, HEX, MASKED, NONE, nxmNx("REG6", 6)),
  REG7("reg7", 32, HEX, MASKED, NONE, nxmNx("REG7", 7)),
  REG8("reg8", 32, HEX, MASKED, NONE, nxmNx("REG8", 8)),
  REG9("reg9", 32, HEX, MASKED, NONE, nxmNx("REG9", 9)),
  REG10("reg10", 32, HEX, MASKED, NONE, nxmNx("REG10", 10)),
  REG11("reg11", 32, HEX, MASKED, NONE, nxmNx("REG11", 11)),
  REG12("reg12", 32, HEX, MASKED, NONE, nxmNx("REG12", 12)),
  REG13("reg13", 32, HEX, MASKED, NONE, nxmNx("REG13", 13)),
  REG14("reg14", 32, HEX, MASKED, NONE, nxmNx("REG14", 14)),
  REG15("reg15", 32, HEX, MASKED, NONE, nxmNx("REG15", 15)),
  PKT_MARK("pkt_mark", 32, HEX, MASKED, NONE, nxmNx("PKT_MARK", 33)),
  CT_STATE("ct_state", 32, CT_BITS, MASKED, NONE, nxmNx("CT_STATE", 105)),
  CT_ZONE("ct_zone", 16, HEX, FIXED, NONE, nxmNx("CT_ZONE", 106)),
  CT_MARK("ct_mark", 32, HEX, MASKED, NONE, nxmNx("CT_MARK", 107)),
  CT_LABEL("ct_label", 128, HEX, MASKED, NONE, nxmNx("CT_LABEL", 108)),
  CT_NW_SRC("ct_nw_src", 32, IPV4_ADDRESS, MASKED, CONNTRACK, nxmNx("CT_NW_SRC", 120)),
  CT_NW_DST("ct_nw_dst", 32, IPV4_ADDRESS, MASKED, CONNTRACK, nxmNx("CT_NW_DST", 121)),
  CT_IPV6_SRC("ct_ipv6_src", 128, IPV6_ADDRESS, MASKED, CONNTRACK, nxmNx("CT_IPV6_SRC", 122)),
  CT_IPV6_DST("ct_ipv6_dst", 128, IPV6_ADDRESS, MASKED, CONNTRACK, nxmNx("CT_IPV6_DST", 123)),
  CT_NW_PROTO("ct_nw_proto", 8, DECIMAL, FIXED, CONNTRACK, nxmNx("CT_NW_PROTO", 119)),
  CT_TP_SRC("ct_tp_src", 16, DECIMAL, MASKED, CONNTRACK, nxmNx("CT_TP_SRC", 124)),
  CT_TP_DST("ct_tp_dst", 16, DECIMAL, MASKED, CONNTRACK, nxmNx("CT_TP_DST", 125)),
  METADATA("metadata", 64, HEX, MASKED, NONE, oxm("METADATA", 2)),
  XREG0("xreg0", 64, HEX, MASKED, NONE, packetReg(0)),
  XREG1("xreg1", 64, HEX, MASKED, NONE, packetReg(1)),
  XREG2("xreg2", 64, HEX, MASKED, NONE, packetReg(2)),
  XREG3("xreg3", 64, HEX, MASKED, NONE, packetReg(3)),
  XREG4("xreg4", 64, HEX, MASKED, NONE, packetReg(4)),
  XREG5("xreg5", 64, HEX, MASKED, NONE, packetReg(5)),
  XREG6("xreg6", 64, HEX, MASKED, NONE, packetReg(6)),
  XREG7("xreg7", 64, HEX, MASKED, NONE, packetReg(7)),
  XXREG0("xxreg0", 128, HEX, MASKED, NONE, nxmNx("XXREG0", 111)),
  XXREG1("xxreg1", 128, HEX, MASKED, NONE, nxmNx("XXREG1", 112)),
  XXREG2("xxreg2", 128, HEX, MASKED, NONE, nxmNx("XXREG2", 113)),
  XXREG3("xxreg3", 128, HEX, MASKED, NONE, nxmNx("XXREG3", 114)),
  NXM_IN_PORT("in_port", 16, PORT, FIXED, NONE, nxmOf("IN_PORT", 0)),
  VLAN_TCI("vlan_tci", 16, HEX, MASKED, NONE, nxmOf("VLAN_TCI", 4)),
  IP_TOS("nw_tos", 8, DECIMAL, FIXED, IP, nxmOf("IP_TOS", 5));

  static final List<Field> REGISTERS = List.copyOf(EnumSet.range(REG0, REG15));
  static final List<Field> WIDE_REGISTERS = List.copyOf(EnumSet.range(XREG0, XREG7));
  static final List<Field> WIDEST_REGISTERS = List.copyOf(EnumSet.range(XXREG0, XXREG3));

  private final String ovsName;
  private final int bits;
  private final int bytes;
  private final FieldFormat format;
  private final Masking masking;
  private final Prerequisite prerequisite;

  private final List<Oxm> wireNames;

  private final Oxm oxm13;
  private final Oxm oxm14;
  private final Oxm oxm15;
  private final int registerIndex;

  Field(
      String ovsName,
      int bits,
      FieldFormat format,
      Masking masking,
      Prerequisite prerequisite,
      Oxm... wireNames) {
    this.ovsName = ovsName;
    this.bits = bits;
    this.bytes = bytesFor(bits);
    this.format = format;
    this.masking = masking;
    this.prerequisite = prerequisite;
    this.wireNames = List.of(wireNames);
    this.oxm13 = newestIn(wireNames, Version.V1_3);
    this.oxm14 = newestIn(wireNames, Version.V1_4);
    this.oxm15 = newestIn(wireNames, Version.V1_5);
    this.registerIndex = ovsName.matches("reg\\d+") ? Integer.parseInt(ovsName.substring(3)) : -1;
  }

  /** A tunnel option of up to 124 bytes. */
  Field(int option) {
    this(
        "tun_metadata" + option,
        8 * 124,
        HEX,
        MASKED,
        NONE,
        nxmNx("TUN_METADATA" + option, 40 + option));
  }

  /** The name in {@code set_field:value->name}, e.g. {@code ip_dst}. */
  public String ovsName() {
    return ovsName;
  }

  /** The width in bits, at most 128 unless {@link #isWide}. */
  public int bits() {
    return bits;
  }

  /** Whether its values are {@link WideField}s rather than {@link MatchField}s. */
  public boolean isWide() {
    return bits > 128;
  }

  /** The width of a value on the wire in bytes: 1, 2, 4, 6, 8 or 16, or at most 124 if wide. */
  public int bytes() {
    return bytes;
  }

  /** How many bits {@code move} and {@code load} can name: all but the VLAN's present bit. */
  int addressableBits() {
    return this == VLAN_VID ? 12 : bits;
  }

  public Masking masking() {
    return masking;
  }

  public Prerequisite prerequisite() {
    return prerequisite;
  }

  /** The headers that name this field, the oldest first; never empty. */
  public List<Oxm> wireNames() {
    return wireNames;
  }

  /** The header that a message of this version uses: the newest that the version knows. */
  public Oxm wireName(Version version) {
    return switch (version) {
      case V1_3 -> oxm13;
      case V1_4 -> oxm14;
      case V1_5 -> oxm15;
    };
  }

  private static Oxm newestIn(Oxm[] wireNames, Version version) {
    Oxm newest = wireNames[0];
    for (Oxm name : wireNames) {
      if (name.sinceWireVersion() <= version.wire()) {
        newest = name;
      }
    }
    return newest;
  }

  /** The name in {@code move:} and {@code output:}, e.g. {@code NXM_NX_REG0}. */
  public String subfieldName() {
    return wireNames.getFirst().name();
  }

  /** The field whose {@link #ovsName} this is, or that has a header of this name. */
  public static Optional<Field> byName(String name) {
    for (Field field : values()) {
      if (field.ovsName.equals(name)
          || field.wireNames.stream().anyMatch(oxm -> oxm.name().equals(name))) {
        return Optional.of(field);
      }
    }
    return Optional.empty();
  }

  /** Register {@code reg0} to {@code reg15}. */
  public static Field reg(int index) {
    if (index < 0 || index > 15) {
      throw new IllegalArgumentException("register: " + index + " (expected: 0 to 15)");
    }
    return REGISTERS.get(index);
  }

  /** The number of a register {@code reg0} to {@code reg15}; -1 for another field. */
  public static int registerIndex(Field field) {
    return field.registerIndex;
  }

  /** Register {@code xreg0} to {@code xreg7}, the pair of {@code reg(2n)} and {@code reg(2n+1)}. */
  public static Field wideRegister(int index) {
    return WIDE_REGISTERS.get(index);
  }

  FieldFormat format() {
    return format;
  }

  /** All-ones in the upper 64 bits of this field's width. */
  long onesHigh() {
    return bits <= 64 ? 0 : bits >= 128 ? -1L : (1L << (bits - 64)) - 1;
  }

  /** All-ones in the lower 64 bits of this field's width. */
  long onesLow() {
    return bits >= 64 ? -1L : (1L << bits) - 1;
  }

  private static int bytesFor(int bits) {
    int least = (bits + 7) / 8;
    return least == 3 ? 4 : least;
  }
}
