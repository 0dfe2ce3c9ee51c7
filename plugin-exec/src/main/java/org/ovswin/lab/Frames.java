package org.ovswin.lab;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ovswin.sandbox.MacAddress;

/**
 * Ethernet frames as a pod that lies would make them: every address in them is the caller's.
 *
 * <pre>
 *   0       6       12     14
 *   | dst   | src   | type | ARP (RFC 826) or IPv4 (RFC 791) with UDP (RFC 768)
 * </pre>
 */
final class Frames {
  static final MacAddress BROADCAST = MacAddress.parse("ff:ff:ff:ff:ff:ff");

  /** Characters of a token: as much as ARP leaves of the 60 bytes of the shortest frame. */
  static final int TOKEN_LENGTH = 18;

  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int UDP = 8;
  private static final int ARP = 28;
  private static final short TYPE_IPV4 = 0x0800;
  private static final short TYPE_ARP = 0x0806;

  private Frames() {}

  /** ARP operation (RFC 826, {@code ar$op}). */
  enum ArpOperation {
    REQUEST((short) 1),
    REPLY((short) 2);

    private final short code;

    ArpOperation(short code) {
      this.code = code;
    }
  }

  /** Who an ARP packet speaks of: {@code sha} and {@code spa}, or {@code tha} and {@code tpa}. */
  record ArpParty(MacAddress mac, String address) {}

  /**
   * An ARP packet whose Ethernet addresses may differ from what it says inside. The token is the
   * padding up to the shortest frame that Ethernet allows.
   */
  static byte[] arp(
      MacAddress destination,
      MacAddress source,
      ArpOperation operation,
      ArpParty sender,
      ArpParty target,
      String token) {
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + ARP + TOKEN_LENGTH);
    frame.put(destination.octets()).put(source.octets()).putShort(TYPE_ARP);
    // Hardware Ethernet, protocol IPv4, lengths 6 and 4.
    frame.putShort((short) 1).putShort(TYPE_IPV4).put((byte) 6).put((byte) 4);
    frame.putShort(operation.code);
    frame.put(sender.mac().octets()).put(address(sender.address()));
    frame.put(target.mac().octets()).put(address(target.address()));
    frame.put(token.getBytes(StandardCharsets.US_ASCII));
    return frame.array();
  }

  /** The two ends of a datagram. */
  record UdpFlow(String source, String destination, int sourcePort, int destinationPort) {
    UdpFlow withSource(String source) {
      return new UdpFlow(source, destination, sourcePort, destinationPort);
    }
  }

  /** A UDP datagram with right checksums, that carries a token by which it is known again. */
  static byte[] udp(MacAddress destination, MacAddress source, UdpFlow flow, String token) {
    byte[] payload = token.getBytes(StandardCharsets.US_ASCII);
    int length = IPV4 + UDP + payload.length;
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + length);
    frame.put(destination.octets()).put(source.octets()).putShort(TYPE_IPV4);
    // Version and header length, no DSCP, length; no fragment; TTL 64, UDP, checksum below.
    frame.put((byte) 0x45).put((byte) 0).putShort((short) length);
    frame.putShort((short) 0).putShort((short) 0x4000);
    frame.put((byte) 64).put((byte) 17).putShort((short) 0);
    frame.put(address(flow.source())).put(address(flow.destination()));
    frame.putShort((short) flow.sourcePort()).putShort((short) flow.destinationPort());
    frame.putShort((short) (UDP + payload.length)).putShort((short) 0).put(payload);

    frame.putShort(ETHERNET + 10, checksum(frame, ETHERNET, IPV4, 0));
    int pseudoHeader = 17 + UDP + payload.length;
    // Source and destination address are part of what the checksum covers: start there.
    int udp = checksum(frame, ETHERNET + 12, 8 + UDP + payload.length, pseudoHeader);
    frame.putShort(ETHERNET + IPV4 + 6, (short) (udp == 0 ? 0xffff : udp));
    return frame.array();
  }

  /** The Internet checksum (RFC 1071) of a range, on top of a start value. */
  private static short checksum(ByteBuffer bytes, int offset, int length, int start) {
    int sum = start;
    for (int i = 0; i < length; i++) {
      int value = bytes.get(offset + i) & 0xff;
      sum += i % 2 == 0 ? value << 8 : value;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }

  private static byte[] address(String text) {
    return Host.parse(text).getAddress();
  }

  /** Whether a frame carries this token anywhere. */
  static boolean carries(byte[] frame, String token) {
    return new String(frame, StandardCharsets.ISO_8859_1).contains(token);
  }
}
