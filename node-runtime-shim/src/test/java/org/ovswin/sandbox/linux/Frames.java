package org.ovswin.sandbox.linux;

import java.nio.ByteBuffer;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;

/** Frames that no host's stack would send. */
final class Frames {
  private static final byte[] GATEWAY = MacAddress.parse("02:6f:76:73:77:67").octets();
  private static final int IP_LENGTH = 20;
  private static final int UDP_LENGTH = 8;

  private Frames() {}

  /** A UDP datagram without payload (RFC 768, RFC 791), sent to the gateway's MAC. */
  static byte[] udp(MacAddress sender, String source, String destination, int port) {
    ByteBuffer frame =
        ByteBuffer.allocate(14 + IP_LENGTH + UDP_LENGTH)
            .put(GATEWAY)
            .put(sender.octets())
            .putShort((short) 0x0800)
            .put((byte) 0x45)
            .put((byte) 0)
            .putShort((short) (IP_LENGTH + UDP_LENGTH))
            .putInt(0)
            .put((byte) 64)
            .put((byte) 17)
            .putShort((short) 0)
            .put(InetPrefix.parseAddress(source).getAddress())
            .put(InetPrefix.parseAddress(destination).getAddress())
            .putShort((short) 4444)
            .putShort((short) port)
            .putShort((short) UDP_LENGTH)
            .putShort((short) 0);
    int sum = 0;
    for (int at = 14; at < 14 + IP_LENGTH; at += 2) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    frame.putShort(14 + 10, (short) ~sum);
    return frame.array();
  }
}
