package org.ovswin.pipeline.verdict;

import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.pipeline.verdict.Packet.Echo;
import org.ovswin.pipeline.verdict.Packet.IcmpError;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Opaque;
import org.ovswin.pipeline.verdict.Packet.Ports;
import org.ovswin.pipeline.verdict.Packet.Sctp;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;

/**
 * What tells a connection's packets in one direction. An echo's identifier stands for both ports;
 * protocols without ports that the userspace datapath knows, SCTP among them, have zeros.
 */
record Tuple(int protocol, Ipv4Address src, int srcPort, Ipv4Address dst, int dstPort) {
  /** Beside an echo's identifier, at the end that replies: nobody replies to a reply. */
  private static final int ANSWERING = 0x1_0000;

  static Tuple of(Ipv4 ip) {
    int protocol = PacketBytes.protocol(ip.transport());
    return switch (ip.transport()) {
      case Tcp tcp -> new Tuple(protocol, ip.src(), tcp.src(), ip.dst(), tcp.dst());
      case Udp udp -> new Tuple(protocol, ip.src(), udp.src(), ip.dst(), udp.dst());
      case Echo echo ->
          echo.type() == Echo.REQUEST
              ? new Tuple(protocol, ip.src(), echo.id(), ip.dst(), ANSWERING | echo.id())
              : new Tuple(protocol, ip.src(), ANSWERING | echo.id(), ip.dst(), echo.id());
      case Sctp _, Opaque _, IcmpError _ -> new Tuple(protocol, ip.src(), 0, ip.dst(), 0);
    };
  }

  Tuple reverse() {
    return new Tuple(protocol, dst, dstPort, src, srcPort);
  }

  Tuple withSource(Ipv4Address address, int port) {
    return new Tuple(protocol, address, port, dst, dstPort);
  }

  Tuple withDestination(Ipv4Address address, int port) {
    return new Tuple(protocol, src, srcPort, address, port);
  }

  /** The packet with these addresses, and ports if its protocol has some that are tracked. */
  Ipv4 applyTo(Ipv4 ip) {
    Transport transport =
        switch (ip.transport()) {
          case Tcp tcp -> tcp.withPorts(srcPort, dstPort);
          case Udp udp -> udp.withPorts(srcPort, dstPort);
          case Ports ports -> ports;
          case Echo echo -> echo;
          case IcmpError error -> error;
          case Opaque opaque -> opaque;
        };
    return new Ipv4(src, dst, ip.ttl(), transport);
  }
}
