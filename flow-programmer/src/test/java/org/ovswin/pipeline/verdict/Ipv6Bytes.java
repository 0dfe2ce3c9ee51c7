package org.ovswin.pipeline.verdict;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.pipeline.verdict.Packet.Content;
import org.ovswin.pipeline.verdict.Packet.Icmpv6;
import org.ovswin.pipeline.verdict.Packet.Icmpv6Error;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.LinkLayer;
import org.ovswin.pipeline.verdict.Packet.Neighbor;
import org.ovswin.pipeline.verdict.Packet.Other;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Udp;
import org.ovswin.pipeline.verdict.Packet.Upper;

/**
 * IPv6 as bytes, as {@link PacketBytes} has IPv4: reading checks the checksum.
 *
 * <pre>
 * IPv6      0x60000000(4) payload length(2) next header(1) hop limit(1) src(16) dst(16)
 * neighbour type(1) code(1) checksum(2) flags(4) target(16) [option type(1) 1(1) MAC(6)]
 * </pre>
 */
final class Ipv6Bytes {
  private static final int HEADER = 40;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int MAX_LENGTH = 128;
  private static final int NEIGHBOR_LENGTH = 24;

  private Ipv6Bytes() {}

  static byte[] write(Ipv6 ip) {
    ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH);
    int checksumAt = write(ip.upper(), out);
    byte[] upper = Arrays.copyOf(out.array(), out.position());
    int checksum = PacketBytes.checksum(upper, 0, upper.length, pseudoHeader(ip, upper.length));
    ByteBuffer.wrap(upper).putShort(checksumAt, (short) checksum);
    return ByteBuffer.allocate(HEADER + upper.length)
        .putInt(0x6000_0000)
        .putShort((short) upper.length)
        .put((byte) nextHeader(ip.upper()))
        .put((byte) ip.hopLimit())
        .put(ip.src().bytes())
        .put(ip.dst().bytes())
        .put(upper)
        .array();
  }

  /** Where the checksum is. */
  private static int write(Upper upper, ByteBuffer out) {
    return switch (upper) {
      case Tcp tcp -> {
        out.putShort((short) tcp.src()).putShort((short) tcp.dst());
        out.putInt(tcp.seq()).putInt(tcp.ack());
        out.put((byte) 0x50).put((byte) tcp.flags()).putShort((short) 0x2000).putInt(0);
        yield 16;
      }
      case Udp udp -> {
        out.putShort((short) udp.src()).putShort((short) udp.dst());
        out.putShort((short) (8 + PacketBytes.PAYLOAD.length)).putShort((short) 0);
        out.put(PacketBytes.PAYLOAD);
        yield 6;
      }
      case Neighbor neighbor -> {
        out.put((byte) neighbor.type()).put((byte) neighbor.code()).putShort((short) 0);
        out.putInt(neighbor.flags()).put(neighbor.target().bytes());
        neighbor
            .option()
            .ifPresent(o -> out.put((byte) o.type()).put((byte) 1).put(o.mac().bytes()));
        yield 2;
      }
      case Icmpv6 message -> {
        out.put((byte) message.type()).put((byte) message.code()).putShort((short) 0);
        out.putShort((short) message.id()).putShort((short) 0).put(PacketBytes.PAYLOAD);
        yield 2;
      }
      case Icmpv6Error error -> {
        out.put((byte) error.type()).put((byte) error.code()).putShort((short) 0);
        out.putInt(error.word()).put(write(error.quoted()));
        yield 2;
      }
    };
  }

  private static int nextHeader(Upper upper) {
    return switch (upper) {
      case Tcp _ -> TCP;
      case Udp _ -> UDP;
      case Neighbor _, Icmpv6 _, Icmpv6Error _ -> ICMPV6;
    };
  }

  /** The packet, or the frame's type alone if there is no IPv6 in it. */
  static Content read(ByteBuffer in) {
    if (in.remaining() < HEADER || in.get(0) >>> 4 != 6) {
      return new Other(0x86dd);
    }
    Ipv6 ip = ip(in);
    byte[] upper = upper(in);
    PacketBytes.expect(
        "checksum of " + ip,
        PacketBytes.checksum(upper, 0, upper.length, pseudoHeader(ip, upper.length)));
    return ip;
  }

  private static Ipv6 ip(ByteBuffer in) {
    return new Ipv6(
        address(in.position(8)),
        address(in),
        in.get(7) & 0xff,
        upper(in.get(6) & 0xff, ByteBuffer.wrap(upper(in))));
  }

  private static byte[] upper(ByteBuffer in) {
    byte[] upper = new byte[in.getShort(4) & 0xffff];
    in.get(HEADER, upper);
    return upper;
  }

  private static Upper upper(int nextHeader, ByteBuffer in) {
    int type = in.get(0) & 0xff;
    return switch (nextHeader) {
      case TCP ->
          new Tcp(
              PacketBytes.port(in),
              PacketBytes.port(in),
              in.get(13) & 0x3f,
              in.getInt(4),
              in.getInt(8));
      case UDP -> new Udp(PacketBytes.port(in), PacketBytes.port(in));
      case ICMPV6 -> message(type, in);
      default -> throw new IllegalArgumentException("next header: " + nextHeader);
    };
  }

  private static Upper message(int type, ByteBuffer in) {
    int code = in.get(1) & 0xff;
    if (type == Neighbor.SOLICITATION || type == Neighbor.ADVERTISEMENT) {
      return new Neighbor(type, code, in.getInt(4), address(in.position(8)), option(in));
    }
    // What is quoted begins with its version; the payload of the others does not. Nobody looks at
    // a quoted checksum, and the userspace datapath does not keep it right.
    return in.limit() > 8 + HEADER && in.get(8) >>> 4 == 6
        ? new Icmpv6Error(type, code, in.getInt(4), ip(in.slice(8, in.limit() - 8)))
        : new Icmpv6(type, code, in.getShort(4) & 0xffff);
  }

  private static Optional<LinkLayer> option(ByteBuffer in) {
    return in.limit() > NEIGHBOR_LENGTH
        ? Optional.of(
            new LinkLayer(
                in.get(NEIGHBOR_LENGTH), PacketBytes.mac(in.position(NEIGHBOR_LENGTH + 2))))
        : Optional.empty();
  }

  private static long pseudoHeader(Ipv6 ip, int length) {
    return PacketBytes.sum(ip.src().bytes(), 0, Ipv6Address.BYTES)
        + PacketBytes.sum(ip.dst().bytes(), 0, Ipv6Address.BYTES)
        + nextHeader(ip.upper())
        + length;
  }

  private static Ipv6Address address(ByteBuffer in) {
    byte[] bytes = new byte[Ipv6Address.BYTES];
    in.get(bytes);
    return Ipv6Address.of(bytes);
  }
}
