package org.ovswin.agent;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;

/**
 * An ARP packet in an Ethernet frame (RFC 826).
 *
 * <pre>
 * 0            6            12     14    16    18 19 20
 * | eth dst    | eth src    | 0806 | 1   | 0800 | 6 | 4 | op |
 * 22           28           32           38
 * | sender MAC | sender IP  | target MAC | target IP |
 * </pre>
 *
 * @param operation 1 request, 2 reply
 */
record ArpFrame(
    int operation,
    MacAddress senderMac,
    Ipv4Address sender,
    MacAddress targetMac,
    Ipv4Address target) {
  static final int REQUEST = 1;
  static final int REPLY = 2;
  private static final int LENGTH = 42;
  private static final int ETH_TYPE = 0x0806;
  private static final MacAddress NOBODY = new MacAddress(0);
  private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

  /** Who has {@code target}? */
  static ArpFrame request(MacAddress senderMac, Ipv4Address sender, Ipv4Address target) {
    return new ArpFrame(REQUEST, senderMac, sender, NOBODY, target);
  }

  /** The frame, broadcast if it asks. */
  byte[] bytes() {
    return ByteBuffer.allocate(LENGTH)
        .put(operation == REQUEST ? BROADCAST : targetMac.bytes())
        .put(senderMac.bytes())
        .putShort((short) ETH_TYPE)
        .putShort((short) 1)
        .putShort((short) 0x0800)
        .put((byte) MacAddress.BYTES)
        .put((byte) Ipv4Address.BYTES)
        .putShort((short) operation)
        .put(senderMac.bytes())
        .put(sender.bytes())
        .put(targetMac.bytes())
        .put(target.bytes())
        .array();
  }

  /** Reads a frame; empty if it is not ARP for IPv4 on Ethernet. */
  static Optional<ArpFrame> parse(byte[] frame) {
    if (frame.length < LENGTH) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(frame).position(2 * MacAddress.BYTES);
    boolean ipv4OnEthernet =
        (in.getShort() & 0xffff) == ETH_TYPE
            && in.getShort() == 1
            && in.getShort() == 0x0800
            && in.get() == MacAddress.BYTES
            && in.get() == Ipv4Address.BYTES;
    if (!ipv4OnEthernet) {
      return Optional.empty();
    }
    int operation = in.getShort();
    MacAddress senderMac = mac(in);
    Ipv4Address sender = new Ipv4Address(in.getInt());
    MacAddress targetMac = mac(in);
    return Optional.of(
        new ArpFrame(operation, senderMac, sender, targetMac, new Ipv4Address(in.getInt())));
  }

  private static MacAddress mac(ByteBuffer in) {
    byte[] bytes = new byte[MacAddress.BYTES];
    in.get(bytes);
    return MacAddress.of(bytes);
  }
}
