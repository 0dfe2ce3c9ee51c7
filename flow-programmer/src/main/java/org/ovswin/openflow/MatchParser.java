package org.ovswin.openflow;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A match in the syntax of {@code ovs-ofctl}.
 *
 * <p>Several names mean another field with another protocol: {@code tp_src} is a port of TCP, UDP
 * or SCTP, {@code nw_src} is an address of IPv4 or ARP. So all of the match is collected before any
 * of it is understood.
 */
final class MatchParser {
  /** A word that stands for an ethertype and an IP protocol, -1 for any. */
  private record Protocol(int etherType, int number) {}

  private static final Map<String, Protocol> PROTOCOLS =
      Map.ofEntries(
          Map.entry("ip", new Protocol(0x0800, -1)),
          Map.entry("ip4", new Protocol(0x0800, -1)),
          Map.entry("ipv4", new Protocol(0x0800, -1)),
          Map.entry("icmp", new Protocol(0x0800, 1)),
          Map.entry("igmp", new Protocol(0x0800, 2)),
          Map.entry("tcp", new Protocol(0x0800, 6)),
          Map.entry("udp", new Protocol(0x0800, 17)),
          Map.entry("sctp", new Protocol(0x0800, 132)),
          Map.entry("ip6", new Protocol(0x86dd, -1)),
          Map.entry("ipv6", new Protocol(0x86dd, -1)),
          Map.entry("icmp6", new Protocol(0x86dd, 58)),
          Map.entry("tcp6", new Protocol(0x86dd, 6)),
          Map.entry("udp6", new Protocol(0x86dd, 17)),
          Map.entry("sctp6", new Protocol(0x86dd, 132)),
          Map.entry("arp", new Protocol(0x0806, -1)),
          Map.entry("rarp", new Protocol(0x8035, -1)),
          Map.entry("mpls", new Protocol(0x8847, -1)),
          Map.entry("mplsm", new Protocol(0x8848, -1)));

  private static final int VLAN_PRESENT = 0x1000;
  private static final int NO_VLAN = 0xffff;
  private static final int NAMESPACE_ETHERTYPE = 1;

  private final List<Piece.Pair> pairs = new ArrayList<>();
  private final Match.Builder match = Match.builder();
  private int etherType = -1;
  private int protocol = -1;
  private int packetType = -1;

  /** Whether this is a word or field of a match, in which case it is kept. */
  boolean takes(Piece.Pair pair) {
    String name = pair.name();
    int bracket = name.indexOf('[');
    boolean known =
        PROTOCOLS.containsKey(name)
            || FieldParser.ofName(bracket < 0 ? name : name.substring(0, bracket)).isPresent()
            || switch (name) {
              case "eth", "dl_vlan", "dl_vlan_pcp", "oxm" -> true;
              default -> false;
            };
    if (known) {
      pairs.add(pair);
    }
    return known;
  }

  /** The match; its errors are those of its parts, or what a field lacks. */
  Match build(Piece whole) {
    for (Piece.Pair pair : pairs) {
      learnTypes(pair);
    }
    boolean typeInPacketType =
        packetType >>> 16 == NAMESPACE_ETHERTYPE && etherType == (packetType & 0xffff);
    for (Piece.Pair pair : pairs) {
      Protocol word = PROTOCOLS.get(pair.name());
      if (word == null) {
        field(pair);
        continue;
      }
      if (!typeInPacketType) {
        match.ethType(word.etherType());
      }
      if (word.number() >= 0) {
        match.ipProto(word.number());
      }
    }
    return whole.make(match::build);
  }

  private void learnTypes(Piece.Pair pair) {
    Protocol word = PROTOCOLS.get(pair.name());
    if (word != null) {
      if (pair.form() != Piece.Form.ALONE) {
        throw pair.value().unlike("no value after " + pair.name());
      }
      etherType = word.etherType();
      protocol = word.number() < 0 ? protocol : word.number();
      return;
    }
    switch (pair.name()) {
      case "dl_type", "eth_type" ->
          etherType = (int) FieldParser.valueAndMask(Field.ETH_TYPE, pair.value()).low();
      case "nw_proto", "ip_proto" ->
          protocol = (int) FieldParser.valueAndMask(Field.IP_PROTO, pair.value()).low();
      case "packet_type" -> {
        packetType = (int) FieldParser.valueAndMask(Field.PACKET_TYPE, pair.value()).low();
        if (packetType >>> 16 == NAMESPACE_ETHERTYPE) {
          etherType = packetType & 0xffff;
        }
      }
      default -> {}
    }
  }

  private void field(Piece.Pair pair) {
    Piece value = pair.value();
    if (pair.name().equals("eth")) {
      return; // What every packet is unless something else is said.
    }
    Piece name = pair.name().indexOf('[') < 0 ? pair.key() : pair.key().cut("[").orElseThrow()[0];
    Optional<Field> wide = FieldParser.ofName(name.text()).filter(Field::isWide);
    if (wide.isPresent()) {
      match.wide(wideField(pair, wide.get()));
      return;
    }
    if (value.isEmpty()) {
      throw value.unlike("a value after " + pair.name());
    }
    switch (pair.name()) {
      case "dl_vlan" -> {
        int vid = value.integer(16);
        if (vid != NO_VLAN && vid > 0xfff) {
          throw value.unlike("0 to 4095, or 0xffff for none");
        }
        match.field(Field.VLAN_VID, vid == NO_VLAN ? 0 : vid | VLAN_PRESENT);
      }
      case "dl_vlan_pcp", "vlan_pcp" -> {
        match.field(Field.VLAN_PCP, value.number(3));
        if (pairs.stream().noneMatch(other -> other.name().matches("dl_vlan|vlan_vid|vlan_tci"))) {
          match.field(Field.VLAN_VID, VLAN_PRESENT, VLAN_PRESENT);
        }
      }
      case "vlan_tci" -> vlanTci(value);
      case "in_port" -> match.inPort(value.port());
      case "oxm" -> raw(pair);
      default -> match.field(matchField(pair));
    }
  }

  private void vlanTci(Piece value) {
    MatchField tci = FieldParser.valueAndMask(Field.VLAN_TCI, value);
    long priorityMask = tci.maskLow() >>> 13;
    boolean tagged = (tci.low() & VLAN_PRESENT) != 0;
    if (priorityMask != 0 && priorityMask != 7) {
      throw value.unlike("a mask of all or none of the priority's bits");
    }
    if (tagged || priorityMask == 0) {
      match.field(tci);
    } else {
      // Without a tag there is no priority to compare.
      match.field(Field.VLAN_VID, tci.low() & 0x1fff, tci.maskLow() & 0x1fff);
    }
  }

  private static WideField wideField(Piece.Pair pair, Field field) {
    if (pair.name().indexOf('[') < 0) {
      return FieldParser.wideValueAndMask(field, pair.value());
    }
    Subfield bits = FieldParser.subfield(pair.key());
    BigInteger value = pair.value().bigNumber();
    return pair.value().make(() -> WideField.of(bits, value));
  }

  private MatchField matchField(Piece.Pair pair) {
    if (pair.name().indexOf('[') >= 0) {
      Subfield bits = FieldParser.subfield(pair.key());
      long value = pair.value().number(Math.min(bits.bits(), Long.SIZE));
      return pair.key().make(() -> new Action.Load(bits, value).toSetField().value());
    }
    return FieldParser.valueAndMask(resolve(pair), pair.value());
  }

  private Field resolve(Piece.Pair pair) {
    boolean arp = etherType == 0x0806 || etherType == 0x8035;
    boolean icmp6 = etherType == 0x86dd && protocol == 58;
    return switch (pair.name()) {
      case "nw_src", "ip_src" -> arp ? Field.ARP_SPA : Field.IPV4_SRC;
      case "nw_dst", "ip_dst" -> arp ? Field.ARP_TPA : Field.IPV4_DST;
      case "nw_proto", "ip_proto" -> arp ? Field.ARP_OP : Field.IP_PROTO;
      case "icmp_type" -> icmp6 ? Field.ICMPV6_TYPE : Field.ICMPV4_TYPE;
      case "icmp_code" -> icmp6 ? Field.ICMPV6_CODE : Field.ICMPV4_CODE;
      case "tp_src" ->
          switch (protocol) {
            case 17 -> Field.UDP_SRC;
            case 132 -> Field.SCTP_SRC;
            case 1 -> Field.ICMPV4_TYPE;
            case 58 -> Field.ICMPV6_TYPE;
            default -> Field.TCP_SRC;
          };
      case "tp_dst" ->
          switch (protocol) {
            case 17 -> Field.UDP_DST;
            case 132 -> Field.SCTP_DST;
            case 1 -> Field.ICMPV4_CODE;
            case 58 -> Field.ICMPV6_CODE;
            default -> Field.TCP_DST;
          };
      default -> FieldParser.field(pair.key());
    };
  }

  /** {@code oxm(0x…)=…}, as the model shows a field that it does not know. */
  private void raw(Piece.Pair pair) {
    Optional<Piece[]> parts = pair.value().cut(")=");
    if (pair.form() != Piece.Form.ENCLOSED || parts.isEmpty()) {
      throw pair.unlike("oxm(header)=payload");
    }
    int header = parts.get()[0].integer(32);
    Octets payload = parts.get()[1].octets();
    match.unknown(pair.value().make(() -> new RawOxm(header, payload)));
  }
}
