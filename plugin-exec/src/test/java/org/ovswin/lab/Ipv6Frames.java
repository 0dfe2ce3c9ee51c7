package org.ovswin.lab;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;

/**
 * IPv6 frames as a pod that lies would make them: every address in them is the caller's.
 *
 * <pre>
 *   0       6       12     14
 *   | dst   | src   | 86dd | IPv6 (RFC 8200) with UDP (RFC 768) or neighbour discovery (RFC 4861)
 * </pre>
 *
 * Each carries a token of {@value #TOKEN_LENGTH} characters: as payload, or as a nonce option (RFC
 * 3971, 5.3.2), which fills 24 bytes with its type and length.
 */
public final class Ipv6Frames {
  public static final MacAddress ALL_NODES_MAC = MacAddress.parse("33:33:00:00:00:01");
  public static final String ALL_NODES = "ff02::1";
  public static final int TOKEN_LENGTH = 22;

  private static final int ETHERNET = 14;
  private static final int IPV6 = 40;
  private static final int ADDRESSES = ETHERNET + 8;
  private static final short TYPE_IPV6 = (short) 0x86dd;
  private static final int NEXT_UDP = 17;
  private static final int NEXT_ICMPV6 = 58;
  private static final int ON_LINK = 255;

  private Ipv6Frames() {}

  /** Who sends a packet to whom; every part may be a lie. */
  public record Ends(MacAddress ethDst, MacAddress ethSrc, String source, String destination) {}

  /** A datagram. */
  public static byte[] udp(Ends ends, String token) {
    byte[] payload = token.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
    udp.putShort((short) 40_009).putShort((short) 9).putShort((short) udp.capacity());
    udp.putShort((short) 0).put(payload);
    return frame(ends, NEXT_UDP, 64, udp, 6);
  }

  /** "This target is at my hardware address", solicited and overriding (RFC 4861, 4.4). */
  public static byte[] neighborAdvertisement(
      Ends ends, String target, MacAddress targetMac, String token) {
    ByteBuffer icmp = ByteBuffer.allocate(24 + 8 + 24);
    icmp.put((byte) 136).put((byte) 0).putShort((short) 0).putInt(0x6000_0000).put(octets(target));
    icmp.put((byte) 2).put((byte) 1).put(targetMac.octets());
    return frame(ends, NEXT_ICMPV6, ON_LINK, nonce(icmp, token), 2);
  }

  /** "Who has this target?", which teaches the asker's hardware address (RFC 4861, 4.3). */
  public static byte[] neighborSolicitation(
      Ends ends, String target, MacAddress own, String token) {
    ByteBuffer icmp = ByteBuffer.allocate(24 + 8 + 24);
    icmp.put((byte) 135).put((byte) 0).putShort((short) 0).putInt(0).put(octets(target));
    icmp.put((byte) 1).put((byte) 1).put(own.octets());
    return frame(ends, NEXT_ICMPV6, ON_LINK, nonce(icmp, token), 2);
  }

  /** "I am your router", for half an hour (RFC 4861, 4.2). */
  public static byte[] routerAdvertisement(Ends ends, MacAddress own, String token) {
    ByteBuffer icmp = ByteBuffer.allocate(16 + 8 + 24);
    icmp.put((byte) 134).put((byte) 0).putShort((short) 0);
    icmp.put((byte) 64).put((byte) 0).putShort((short) 1800).putInt(0).putInt(0);
    icmp.put((byte) 1).put((byte) 1).put(own.octets());
    return frame(ends, NEXT_ICMPV6, ON_LINK, nonce(icmp, token), 2);
  }

  /** "There is a better next hop for this destination" (RFC 4861, 4.5). */
  public static byte[] redirect(Ends ends, String destination, String nextHop, String token) {
    ByteBuffer icmp = ByteBuffer.allocate(40 + 24);
    icmp.put((byte) 137).put((byte) 0).putShort((short) 0).putInt(0);
    icmp.put(octets(nextHop)).put(octets(destination));
    return frame(ends, NEXT_ICMPV6, ON_LINK, nonce(icmp, token), 2);
  }

  private static ByteBuffer nonce(ByteBuffer icmp, String token) {
    return icmp.put((byte) 14).put((byte) 3).put(token.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] frame(
      Ends ends, int nextHeader, int hopLimit, ByteBuffer payload, int checksumAt) {
    int length = payload.capacity();
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + IPV6 + length);
    frame.put(ends.ethDst().octets()).put(ends.ethSrc().octets()).putShort(TYPE_IPV6);
    frame.putInt(0x6000_0000).putShort((short) length).put((byte) nextHeader).put((byte) hopLimit);
    frame.put(octets(ends.source())).put(octets(ends.destination())).put(payload.rewind());
    // Addresses, length and next header are part of what the checksum covers (RFC 8200, 8.1).
    int sum = length + nextHeader;
    for (int i = 0; i < 32 + length; i++) {
      int octet = frame.get(ADDRESSES + i) & 0xff;
      sum += i % 2 == 0 ? octet << 8 : octet;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return frame.putShort(ETHERNET + IPV6 + checksumAt, (short) ~sum).array();
  }

  private static byte[] octets(String address) {
    return InetPrefix.parseAddress(address).getAddress();
  }
}
