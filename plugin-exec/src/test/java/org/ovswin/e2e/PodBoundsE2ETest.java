package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.lab.Host;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * Frames that a pod has no business to send, besides the forgeries of the demonstration: they
 * arrive neither at another pod, nor at the node, nor on the link. An honest frame sent after them
 * does, so it was not the wire that was dead.
 */
class PodBoundsE2ETest {
  private static final Duration BOUND = Duration.ofSeconds(5);
  private static final String GATEWAY_MAC = NodeState.GATEWAY_MAC.toString();

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  private LabNode node;
  private Pod sender;
  private Pod receiver;

  @BeforeEach
  void pods() {
    node = cluster.node(1);
    sender = cluster.pod(1, "sender");
    receiver = cluster.pod(1, "receiver");
  }

  /** What makes a frame of a payload. */
  interface Frame {
    byte[] of(PodBoundsE2ETest test, byte[] payload);
  }

  static Stream<Arguments> frames() {
    return Stream.of(
        frame(
            "IPv4 to a pod by the host end's own MAC",
            (test, p) -> test.ipv4(test.mac(test.sender.port()), p)),
        frame("IPv4 to a pod by the node's MAC", (test, p) -> test.ipv4(test.mac("br-pods"), p)),
        frame("IPv4 to a pod by its own MAC", (test, p) -> test.ipv4(test.receiver.mac(), p)),
        frame("IPv4 to all", (test, p) -> test.ipv4("ff:ff:ff:ff:ff:ff", p)),
        frame("IPv4 multicast", (test, p) -> test.ipv4("01:00:5e:00:00:fb", p)),
        frame(
            "DHCP discover",
            (test, p) -> test.udp("ff:ff:ff:ff:ff:ff", "0.0.0.0", "255.255.255.255", 67, p)),
        frame("IPv6 to all nodes", (test, p) -> test.ethernet("33:33:00:00:00:01", 0x86dd, p)),
        frame("IPv6 to the gateway's MAC", (test, p) -> test.ethernet(GATEWAY_MAC, 0x86dd, p)),
        frame("a VLAN tag", (test, p) -> test.ethernet(GATEWAY_MAC, 0x8100, p)),
        frame("a bridge's own group", (test, p) -> test.ethernet("01:80:c2:00:00:00", 0x88cc, p)),
        frame("an unknown type", (test, p) -> test.ethernet("ff:ff:ff:ff:ff:ff", 0x88b5, p)));
  }

  private static Arguments frame(String what, Frame frame) {
    return Arguments.argumentSet(what, frame);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void frame_ofAPod_arrivesNowhere(Frame frame) throws IOException {
    byte[] token = token();
    byte[] honest = token();
    Host world = cluster.lab().fabric();
    try (PacketSocket out = PacketSocket.open(sender.host().netns(), Pod.IF_NAME);
        PacketSocket pod = PacketSocket.open(receiver.host().netns(), Pod.IF_NAME);
        PacketSocket local = PacketSocket.open(node.host().netns(), LabNode.BRIDGE);
        PacketSocket link = PacketSocket.open(world.netns(), node.name())) {
      out.send(frame.of(this, token));
      for (String to : List.of(receiver.address(), node.address(), world.address())) {
        out.send(udp(GATEWAY_MAC, sender.address(), to, 9, honest));
      }
      for (PacketSocket socket : List.of(pod, local, link)) {
        requireOnlyHonest(socket, token, honest);
      }
    }
  }

  private static void requireOnlyHonest(PacketSocket socket, byte[] token, byte[] honest)
      throws IOException {
    while (true) {
      Optional<byte[]> frame = socket.receive(BOUND);
      assertThat(frame).as("the honest frame, sent last").isPresent();
      assertThat(text(frame.get())).doesNotContain(text(token));
      if (text(frame.get()).contains(text(honest))) {
        return;
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] token() {
    return UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
  }

  private String mac(String device) {
    return macOf(node.shell().run("ip", "-o", "link", "show", device));
  }

  private static String macOf(String link) {
    return link.replaceFirst("(?s).*link/ether ([0-9a-f:]{17}).*", "$1");
  }

  private byte[] ipv4(String destinationMac, byte[] payload) {
    return udp(destinationMac, sender.address(), receiver.address(), 9, payload);
  }

  /** UDP without a checksum (RFC 768), in IPv4 with one (RFC 791). */
  private byte[] udp(String destinationMac, String from, String to, int port, byte[] payload) {
    ByteBuffer packet = ByteBuffer.allocate(28 + payload.length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
    packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
    packet.put(new Host("", sender.host().netns(), from).inetAddress().getAddress());
    packet.put(new Host("", sender.host().netns(), to).inetAddress().getAddress());
    packet.putShort((short) 68).putShort((short) port);
    packet.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += packet.getShort(i) & 0xffff;
    }
    packet.putShort(10, (short) ~(sum + (sum >>> 16)));
    return ethernet(destinationMac, 0x0800, packet.array());
  }

  private byte[] ethernet(String destination, int type, byte[] payload) {
    return ByteBuffer.allocate(14 + payload.length)
        .put(MacAddress.parse(destination).octets())
        .put(HexFormat.ofDelimiter(":").parseHex(sender.mac()))
        .putShort((short) type)
        .put(payload)
        .array();
  }
}
