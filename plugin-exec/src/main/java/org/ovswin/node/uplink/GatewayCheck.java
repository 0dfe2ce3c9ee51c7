package org.ovswin.node.uplink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.linux.LinuxHostInterfaces;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * Asks for the gateway by ARP (RFC 826) out of the bridge's local port, in the namespace of the
 * calling thread: past the host's neighbour table, which may still know it from the adapter.
 */
final class GatewayCheck {
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final short ETHERTYPE_ARP = 0x0806;
  private static final short REPLY = 2;
  private static final int ARP_END = 42;

  private GatewayCheck() {}

  /** Whether the gateway answered before the deadline, of {@link System#nanoTime}. */
  static boolean answers(String bridge, Adapter adapter, long deadlineNanos)
      throws IOException, InterruptedException {
    while (System.nanoTime() - deadlineNanos < 0) {
      try (PacketSocket socket = PacketSocket.open(bridge)) {
        MacAddress mac =
            new LinuxHostInterfaces()
                .mac(bridge)
                .orElseThrow(() -> new IOException(bridge + ": no MAC address (expected: one)"));
        socket.send(request(mac, adapter));
        long againNanos = System.nanoTime() + AGAIN.toNanos();
        while (System.nanoTime() - againNanos < 0) {
          boolean answered =
              socket
                  .receive(Duration.ofNanos(Math.max(0, againNanos - System.nanoTime())))
                  .filter(frame -> isReply(frame, adapter))
                  .isPresent();
          if (answered) {
            return true;
          }
        }
      } catch (IOException e) {
        // The local port is not there, or down: the switch has not made it yet, or restarts.
        TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
      }
    }
    return false;
  }

  private static byte[] request(MacAddress mac, Adapter adapter) {
    return ByteBuffer.allocate(ARP_END)
        .put(new byte[] {-1, -1, -1, -1, -1, -1})
        .put(mac.octets())
        .putShort(ETHERTYPE_ARP)
        .putShort((short) 1)
        .putShort((short) 0x0800)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) 1)
        .put(mac.octets())
        .put(adapter.address().address().getAddress())
        .put(new byte[6])
        .put(adapter.gateway().getAddress())
        .array();
  }

  private static boolean isReply(byte[] frame, Adapter adapter) {
    ByteBuffer arp = ByteBuffer.wrap(frame);
    return frame.length >= ARP_END
        && arp.getShort(12) == ETHERTYPE_ARP
        && arp.getShort(20) == REPLY
        && arp.slice(28, 4).equals(ByteBuffer.wrap(adapter.gateway().getAddress()));
  }
}
