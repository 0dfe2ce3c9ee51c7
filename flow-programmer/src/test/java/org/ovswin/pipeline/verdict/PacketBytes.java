package org.ovswin.pipeline.verdict;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalInt;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.verdict.Packet.Arp;
import org.ovswin.pipeline.verdict.Packet.Content;
import org.ovswin.pipeline.verdict.Packet.Echo;
import org.ovswin.pipeline.verdict.Packet.IcmpError;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.Opaque;
import org.ovswin.pipeline.verdict.Packet.Other;
import org.ovswin.pipeline.verdict.Packet.Sctp;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;

/**
 * Packets as bytes. Reading checks every checksum and the payload: a translation that leaves one of
 * them wrong is found here, since a receiver would drop such a packet.
 *
 * <pre>
 * Ethernet  dst(6) src(6) [0x8100(2) vlan(2)] type(2)
 * IPv4      0x45(1) tos(1) length(2) id(2) fragment(2) ttl(1) protocol(1) checksum(2) src(4) dst(4)
 * </pre>
 */
final class PacketBytes {
  private static final int IPV4 = 0x0800;
  private static final int ARP = 0x0806;
  private static final int IPV6 = 0x86dd;
  private static final int VLAN = 0x8100;
  private static final int MAX_FRAME = 256;
  private static final int IP_HEADER = 20;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final int SCTP = 132;
  static final byte[] PAYLOAD = "ovs-win!".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private PacketBytes() {}

  static byte[] write(Packet packet) {
    ByteBuffer out = ByteBuffer.allocate(MAX_FRAME);
    out.put(packet.ethDst().bytes()).put(packet.ethSrc().bytes());
    packet.vlan().ifPresent(vlan -> out.putShort((short) VLAN).putShort((short) vlan));
    switch (packet.content()) {
      case Arp arp -> {
        out.putShort((short) ARP).putShort((short) 1).putShort((short) IPV4);
        out.put((byte) 6).put((byte) 4).putShort((short) arp.op());
        out.put(arp.sha().bytes()).put(arp.spa().bytes());
        out.put(arp.tha().bytes()).put(arp.tpa().bytes());
      }
      case Ipv4 ip -> {
        out.putShort((short) IPV4);
        out.put(ip(ip, transport(ip)));
      }
      case Ipv6 ip -> {
        out.putShort((short) IPV6);
        out.put(Ipv6Bytes.write(ip));
      }
      case Other other -> out.putShort((short) other.etherType()).put(new byte[46]);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] ip(Ipv4 ip, byte[] transport) {
    ByteBuffer out = ByteBuffer.allocate(IP_HEADER + transport.length);
    out.put((byte) 0x45).put((byte) 0).putShort((short) out.capacity()).putInt(0);
    out.put((byte) ip.ttl()).put((byte) protocol(ip.transport())).putShort((short) 0);
    out.put(ip.src().bytes()).put(ip.dst().bytes());
    out.putShort(10, (short) checksum(out.array(), 0, IP_HEADER, 0));
    return out.put(transport).array();
  }

  static int protocol(Transport transport) {
    return switch (transport) {
      case Tcp _ -> TCP;
      case Udp _ -> UDP;
      case Sctp _ -> SCTP;
      case Echo _, IcmpError _ -> ICMP;
      case Opaque opaque -> opaque.protocol();
    };
  }

  private static byte[] transport(Ipv4 ip) {
    ByteBuffer out = ByteBuffer.allocate(MAX_FRAME);
    int checksumAt;
    long pseudo = 0;
    switch (ip.transport()) {
      case Tcp tcp -> {
        out.putShort((short) tcp.src()).putShort((short) tcp.dst());
        out.putInt(tcp.seq()).putInt(tcp.ack());
        out.put((byte) 0x50).put((byte) tcp.flags()).putShort((short) 0x2000).putInt(0);
        boolean data = (tcp.flags() & (Tcp.SYN | Tcp.RST | Tcp.FIN)) == 0;
        out.put(data ? PAYLOAD : new byte[0]);
        checksumAt = 16;
        pseudo = pseudoHeader(ip, out.position());
      }
      case Udp udp -> {
        out.putShort((short) udp.src()).putShort((short) udp.dst());
        out.putShort((short) (8 + PAYLOAD.length)).putShort((short) 0).put(PAYLOAD);
        checksumAt = 6;
        pseudo = pseudoHeader(ip, out.position());
      }
      case Echo echo -> {
        out.put((byte) echo.type()).put((byte) 0).putShort((short) 0);
        out.putShort((short) echo.id()).putShort((short) 1).put(PAYLOAD);
        checksumAt = 2;
      }
      case IcmpError error -> {
        out.put((byte) error.type()).put((byte) error.code()).putShort((short) 0).putInt(0);
        out.put(ip(error.quoted(), transport(error.quoted())));
        checksumAt = 2;
      }
      case Sctp sctp -> {
        // No chunk: its CRC32c is not for the switch to check or change.
        out.putShort((short) sctp.src()).putShort((short) sctp.dst()).putLong(0);
        return Arrays.copyOf(out.array(), out.position());
      }
      case Opaque _ -> {
        return PAYLOAD.clone();
      }
    }
    out.putShort(checksumAt, (short) checksum(out.array(), 0, out.position(), pseudo));
    return Arrays.copyOf(out.array(), out.position());
  }

  static Packet read(byte[] frame) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    MacAddress dst = mac(in);
    MacAddress src = mac(in);
    int type = in.getShort() & 0xffff;
    OptionalInt vlan = OptionalInt.empty();
    if (type == VLAN) {
      vlan = OptionalInt.of(in.getShort() & 0xfff);
      type = in.getShort() & 0xffff;
    }
    Content content =
        switch (type) {
          case ARP -> arp(in.position(in.position() + 6));
          case IPV4 -> ip(in.slice(), Checking.OUTER);
          case IPV6 -> Ipv6Bytes.read(in.slice());
          default -> new Other(type);
        };
    return new Packet(src, dst, vlan, content);
  }

  private static Arp arp(ByteBuffer in) {
    return new Arp(in.getShort(), mac(in), address(in), mac(in), address(in));
  }

  /** What a receiver checks: in a quoted packet nobody looks at the transport's checksum. */
  private enum Checking {
    OUTER,
    QUOTED
  }

  private static Ipv4 ip(ByteBuffer in, Checking checking) {
    byte[] bytes = new byte[in.getShort(2) & 0xffff];
    in.get(bytes);
    expect("IPv4 checksum", checksum(bytes, 0, IP_HEADER, 0));
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int ttl = header.get(8) & 0xff;
    int protocol = header.get(9) & 0xff;
    Ipv4Address src = address(header.position(12));
    Ipv4Address dst = address(header);
    byte[] rest = Arrays.copyOfRange(bytes, IP_HEADER, bytes.length);
    Ipv4 ip = new Ipv4(src, dst, ttl, transport(protocol, ByteBuffer.wrap(rest)));
    if (checking == Checking.OUTER && (protocol == TCP || protocol == UDP)) {
      expect("checksum of " + ip, checksum(rest, 0, rest.length, pseudoHeader(ip, rest.length)));
    }
    if (checking == Checking.OUTER && protocol == ICMP) {
      expect("checksum of " + ip, checksum(rest, 0, rest.length, 0));
    }
    return ip;
  }

  private static Transport transport(int protocol, ByteBuffer in) {
    return switch (protocol) {
      case TCP -> {
        Tcp tcp = new Tcp(port(in), port(in), in.get(13) & 0x3f, in.getInt(4), in.getInt(8));
        yield tcp;
      }
      case UDP -> new Udp(port(in), port(in));
      case SCTP -> new Sctp(port(in), port(in));
      case ICMP -> {
        int type = in.get(0) & 0xff;
        yield type == Echo.REQUEST || type == Echo.REPLY
            ? new Echo(type, in.getShort(4) & 0xffff)
            : new IcmpError(
                type, in.get(1) & 0xff, ip(in.slice(8, in.limit() - 8), Checking.QUOTED));
      }
      default -> new Opaque(protocol);
    };
  }

  private static long pseudoHeader(Ipv4 ip, int length) {
    return sum(ip.src().bytes(), 0, 4)
        + sum(ip.dst().bytes(), 0, 4)
        + protocol(ip.transport())
        + length;
  }

  /** The Internet checksum (RFC 1071); 0 over bytes that hold their own. */
  static int checksum(byte[] bytes, int from, int to, long start) {
    long sum = start + sum(bytes, from, to);
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) ~sum & 0xffff;
  }

  static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += (long) (bytes[i] & 0xff) << ((i - from & 1) == 0 ? 8 : 0);
    }
    return sum;
  }

  static void expect(String what, int remainder) {
    if (remainder != 0) {
      throw new IllegalArgumentException(what + ": wrong by " + remainder + " (expected: 0)");
    }
  }

  static MacAddress mac(ByteBuffer in) {
    byte[] bytes = new byte[MacAddress.BYTES];
    in.get(bytes);
    return MacAddress.of(bytes);
  }

  private static Ipv4Address address(ByteBuffer in) {
    return new Ipv4Address(in.getInt());
  }

  static int port(ByteBuffer in) {
    return in.getShort() & 0xffff;
  }
}
