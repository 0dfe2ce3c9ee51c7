package org.ovswin.pipeline.verdict;

import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState.Protocol;

/**
 * An Ethernet frame, as far as the rules speak of it. {@link PacketBytes} has it as bytes.
 *
 * @param vlan the 802.1Q tag's VLAN, if it has one
 */
record Packet(MacAddress ethSrc, MacAddress ethDst, OptionalInt vlan, Content content) {
  /** An untagged frame. */
  Packet(MacAddress ethSrc, MacAddress ethDst, Content content) {
    this(ethSrc, ethDst, OptionalInt.empty(), content);
  }

  Packet withEth(MacAddress src, MacAddress dst) {
    return new Packet(src, dst, vlan, content);
  }

  Packet with(Content other) {
    return new Packet(ethSrc, ethDst, vlan, other);
  }

  /** What the frame carries. */
  sealed interface Content {}

  /** ARP for IPv4 over Ethernet (RFC 826); operation 1 asks, 2 replies. */
  record Arp(int op, MacAddress sha, Ipv4Address spa, MacAddress tha, Ipv4Address tpa)
      implements Content {}

  /** IPv4 (RFC 791) without options. */
  record Ipv4(Ipv4Address src, Ipv4Address dst, int ttl, Transport transport) implements Content {
    Ipv4 withTtl(int other) {
      return new Ipv4(src, dst, other, transport);
    }
  }

  /** IPv6 (RFC 8200) without extension headers. */
  record Ipv6(Ipv6Address src, Ipv6Address dst, int hopLimit, Upper upper) implements Content {
    Ipv6 withHopLimit(int other) {
      return new Ipv6(src, dst, other, upper);
    }
  }

  /** Any other protocol, with zeros behind its type. */
  record Other(int etherType) implements Content {}

  /** What IPv6 carries. */
  sealed interface Upper {}

  /**
   * A neighbour solicitation or advertisement (RFC 4861, 4.3 and 4.4).
   *
   * @param flags the word behind the checksum
   */
  record Neighbor(int type, int code, int flags, Ipv6Address target, Optional<LinkLayer> option)
      implements Upper {
    static final int SOLICITATION = 135;
    static final int ADVERTISEMENT = 136;
  }

  /** The option that names a MAC (RFC 4861, 4.6.1): of the source or of the target. */
  record LinkLayer(int type, MacAddress mac) {
    static final int SOURCE = 1;
    static final int TARGET = 2;
  }

  /**
   * Another message of ICMPv6 (RFC 4443), with a fixed payload.
   *
   * @param id the first half of the word behind the checksum: an echo's identifier
   */
  record Icmpv6(int type, int code, int id) implements Upper {
    static final int UNREACHABLE = 1;
    static final int ECHO_REQUEST = 128;
    static final int ECHO_REPLY = 129;
    static final int ROUTER_SOLICITATION = 133;
    static final int ROUTER_ADVERTISEMENT = 134;
    static final int REDIRECT = 137;
    static final int LISTENER_REPORT = 143;
  }

  /**
   * An ICMPv6 error, which quotes the packet that it is about (RFC 4443, 3).
   *
   * @param word behind the checksum: in Packet Too Big the MTU, in bytes
   */
  record Icmpv6Error(int type, int code, int word, Ipv6 quoted) implements Upper {
    static final int UNREACHABLE = 1;
    static final int PACKET_TOO_BIG = 2;
    static final int TIME_EXCEEDED = 3;
  }

  /** What IPv4 carries. */
  sealed interface Transport {}

  /** With source and destination port; the payload is fixed. */
  sealed interface Ports extends Transport {
    Protocol protocol();

    int src();

    int dst();

    Ports withPorts(int src, int dst);
  }

  /** A TCP segment (RFC 9293); {@code flags} are its header's low bits. */
  record Tcp(int src, int dst, int flags, int seq, int ack) implements Ports, Upper {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ACK = 0x10;

    @Override
    public Protocol protocol() {
      return Protocol.TCP;
    }

    @Override
    public Tcp withPorts(int newSrc, int newDst) {
      return new Tcp(newSrc, newDst, flags, seq, ack);
    }
  }

  /** A UDP datagram (RFC 768). */
  record Udp(int src, int dst) implements Ports, Upper {
    @Override
    public Protocol protocol() {
      return Protocol.UDP;
    }

    @Override
    public Udp withPorts(int newSrc, int newDst) {
      return new Udp(newSrc, newDst);
    }
  }

  /** SCTP's common header (RFC 9260). */
  record Sctp(int src, int dst) implements Ports {
    @Override
    public Protocol protocol() {
      return Protocol.SCTP;
    }

    @Override
    public Sctp withPorts(int newSrc, int newDst) {
      return new Sctp(newSrc, newDst);
    }
  }

  /** ICMP echo or its reply (RFC 792). */
  record Echo(int type, int id) implements Transport {
    static final int REQUEST = 8;
    static final int REPLY = 0;
  }

  /** An ICMP error, which quotes the packet that it is about (RFC 792). */
  record IcmpError(int type, int code, Ipv4 quoted) implements Transport {
    static final int UNREACHABLE = 3;
    static final int TIME_EXCEEDED = 11;
  }

  /** A protocol that connection tracking knows by its addresses only. */
  record Opaque(int protocol) implements Transport {}
}
