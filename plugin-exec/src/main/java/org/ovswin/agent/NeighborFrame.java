package org.ovswin.agent;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;

/**
 * A neighbour solicitation or advertisement (RFC 4861, 4.3 and 4.4) in an Ethernet frame: what
 * {@link ArpFrame} is to IPv4.
 *
 * <pre>
 * 0         6         12     14           18               20  21    22       38       54
 * | eth dst | eth src | 86dd | 60 00 00 00 | payload length | 58 | 255 | source | destination |
 * 54     55     56         58      62       78       79  80
 * | type | code | checksum | flags | target | option | 1 | MAC |
 * </pre>
 *
 * @param type 135 solicitation, 136 advertisement
 * @param source who asks or answers
 * @param target whose MAC is asked or told
 * @param mac of the source in a question, of the target in an answer; the option may be missing
 *     there, and the frame's sender is meant
 */
record NeighborFrame(int type, Ipv6Address source, Ipv6Address target, MacAddress mac) {
  static final int SOLICITATION = 135;
  static final int ADVERTISEMENT = 136;

  private static final int ETH_TYPE = 0x86dd;
  private static final int ICMPV6 = 58;

  /** What has not crossed a router (RFC 4861, 7.1.1). */
  private static final int HOP_LIMIT = 255;

  private static final int VERSION_6 = 0x6000_0000;
  private static final int ETHERNET = 14;
  private static final int MESSAGE = ETHERNET + 40;
  private static final int OPTIONS = MESSAGE + 24;
  private static final int OPTION_LENGTH = 8;
  private static final int SOURCE_LINK_LAYER_ADDRESS = 1;
  private static final int TARGET_LINK_LAYER_ADDRESS = 2;

  /** Solicited-node multicast addresses (RFC 4291, 2.7.1), and their MACs (RFC 2464, 7). */
  private static final Ipv6Address SOLICITED_NODE = Ipv6Address.parse("ff02::1:ff00:0");

  private static final long SOLICITED_NODE_MAC = 0x3333_ff00_0000L;
  private static final long LOW_24_BITS = 0xff_ffff;

  /** Who has {@code target}? */
  static NeighborFrame solicitation(MacAddress mac, Ipv6Address source, Ipv6Address target) {
    return new NeighborFrame(SOLICITATION, source, target, mac);
  }

  /** The question, to the group of whoever has the target (RFC 4861, 7.2.2). */
  byte[] solicitation() {
    long low = target.low() & LOW_24_BITS;
    Ipv6Address group = new Ipv6Address(SOLICITED_NODE.high(), SOLICITED_NODE.low() | low);
    ByteBuffer message =
        ByteBuffer.allocate(OPTIONS - MESSAGE + OPTION_LENGTH)
            .put((byte) SOLICITATION)
            .put((byte) 0)
            .putShort((short) 0)
            .putInt(0)
            .put(target.bytes())
            .put((byte) SOURCE_LINK_LAYER_ADDRESS)
            .put((byte) 1)
            .put(mac.bytes());
    message.putShort(2, (short) checksum(source, group, message.array()));
    return ByteBuffer.allocate(MESSAGE + message.capacity())
        .put(new MacAddress(SOLICITED_NODE_MAC | low).bytes())
        .put(mac.bytes())
        .putShort((short) ETH_TYPE)
        .putInt(VERSION_6)
        .putShort((short) message.capacity())
        .put((byte) ICMPV6)
        .put((byte) HOP_LIMIT)
        .put(source.bytes())
        .put(group.bytes())
        .put(message.array())
        .array();
  }

  /** Of the pseudo-header (RFC 8200, 8.1) and a message of an even number of octets. */
  private static int checksum(Ipv6Address source, Ipv6Address destination, byte[] message) {
    long sum = ICMPV6 + message.length + sum(source.bytes()) + sum(destination.bytes());
    sum += sum(message);
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) ~sum & 0xffff;
  }

  private static long sum(byte[] octets) {
    long sum = 0;
    for (ByteBuffer in = ByteBuffer.wrap(octets); in.remaining() >= Short.BYTES; ) {
      sum += in.getShort() & 0xffff;
    }
    return sum;
  }

  /**
   * Reads a frame; empty if it is not a valid message of these two (RFC 4861, 7.1.1 and 7.1.2), or
   * says no MAC although it is a question. The switch has looked at the checksum.
   */
  static Optional<NeighborFrame> parse(byte[] frame) {
    if (frame.length < OPTIONS) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(frame);
    int type = frame[MESSAGE] & 0xff;
    int end = MESSAGE + (in.getShort(18) & 0xffff);
    boolean valid =
        (in.getShort(12) & 0xffff) == ETH_TYPE
            && in.get(ETHERNET) >>> 4 == 6
            && in.get(20) == ICMPV6
            && (in.get(21) & 0xff) == HOP_LIMIT
            && (type == SOLICITATION || type == ADVERTISEMENT)
            && in.get(MESSAGE + 1) == 0
            && end >= OPTIONS
            && end <= frame.length;
    if (!valid) {
      return Optional.empty();
    }
    int wanted = type == SOLICITATION ? SOURCE_LINK_LAYER_ADDRESS : TARGET_LINK_LAYER_ADDRESS;
    Optional<MacAddress> told =
        option(in, end, wanted)
            .or(() -> type == ADVERTISEMENT ? Optional.of(mac(in, 6)) : Optional.empty());
    return told.map(mac -> new NeighborFrame(type, address(in, 22), address(in, MESSAGE + 8), mac));
  }

  /** The first option of this kind; none behind one that is empty or leads out of the message. */
  private static Optional<MacAddress> option(ByteBuffer in, int end, int kind) {
    int at = OPTIONS;
    while (at + OPTION_LENGTH <= end) {
      int length = (in.get(at + 1) & 0xff) * OPTION_LENGTH;
      if (length == 0) {
        return Optional.empty();
      }
      if (in.get(at) == kind && length == OPTION_LENGTH) {
        return Optional.of(mac(in, at + 2));
      }
      at += length;
    }
    return Optional.empty();
  }

  private static MacAddress mac(ByteBuffer in, int at) {
    byte[] bytes = new byte[MacAddress.BYTES];
    in.get(at, bytes);
    return MacAddress.of(bytes);
  }

  private static Ipv6Address address(ByteBuffer in, int at) {
    byte[] bytes = new byte[Ipv6Address.BYTES];
    in.get(at, bytes);
    return Ipv6Address.of(bytes);
  }
}
