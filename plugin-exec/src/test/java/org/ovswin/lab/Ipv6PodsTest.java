package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.lab.Ipv6Frames.Ends;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.session.SwitchConnection;
import org.ovswin.openflow.session.SwitchListener;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.linux.LinuxEndpoints;
import org.ovswin.sandbox.linux.Netns;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * Real pods of both families on one node, between the kernel's stacks and the userspace datapath:
 * the kernel believes the switch's neighbour discovery, and its packets arrive.
 */
class Ipv6PodsTest {
  private static final String BRIDGE = "br-pods";
  private static final int FIRST_PORT = 3;
  private static final int MTU = 1450;
  private static final int BYTES = 1 << 20;
  private static final long FIRST_MAC = 0x0e2a_0000_0100L;
  private static final org.ovswin.sandbox.MacAddress GATEWAY_MAC =
      org.ovswin.sandbox.MacAddress.parse(NodeState.GATEWAY_MAC.toString());
  private static final Duration CONTROL_BOUND = Duration.ofSeconds(5);

  /** How long a forged frame may take more than an honest one that was sent after it. */
  private static final Duration LATE_BOUND = Duration.ofMillis(100);

  private static final List<IpPrefix> CLUSTER =
      List.of(IpPrefix.parse("10.244.0.0/16"), IpPrefix.parse("fd00:10:244::/56"));
  private static final List<IpPrefix> BLOCKS =
      List.of(
          IpPrefix.parse("10.244.1.0/24"),
          IpPrefix.parse("fd00:10:244:1::/64"),
          IpPrefix.parse("fd00:10:244:7::/64"));

  /** Two in one block, one in another, and one without an IPv4 address. */
  private static final List<List<String>> PODS =
      List.of(
          List.of("10.244.1.5", "fd00:10:244:1::5"),
          List.of("10.244.1.6", "fd00:10:244:1::6"),
          List.of("10.244.1.7", "fd00:10:244:7::7"),
          List.of("fd00:10:244:7::8"));

  private static final List<String> SANDBOXES = new ArrayList<>();
  private static SwitchLab lab;
  private static SwitchConnection connection;

  @BeforeAll
  @SuppressWarnings("NullAway.Init")
  static void start() throws Exception {
    lab = SwitchLab.open(_ -> {});
    Path socket = lab.addBridge(BRIDGE);
    List<NodeState.Pod> pods = new ArrayList<>();
    for (int i = 0; i < PODS.size(); i++) {
      pods.add(pod(i));
    }
    // The first port of the bridge has number 1, and nobody beyond it.
    lab.growPorts(BRIDGE, 1);
    NodeState.Uplink uplink =
        new NodeState.Uplink(
            1,
            Ipv4Address.parse("172.30.0.11"),
            new MacAddress(0x0200_0000_0011L),
            Ipv4Address.parse("172.30.0.1"),
            Optional.of(new MacAddress(0x0200_0000_0001L)));
    connection = connect(socket);
    connection
        .apply(
            FlowDiff.diff(
                List.of(), Pipeline.flows(new NodeState(CLUSTER, BLOCKS, uplink, List.of(), pods))))
        .get(30, TimeUnit.SECONDS);
  }

  private static NodeState.Pod pod(int index) throws Exception {
    String sandbox = "ipv6-%d-%d".formatted(ProcessHandle.current().pid(), index);
    Path netns = Netns.create(sandbox);
    SANDBOXES.add(sandbox);
    List<IpAddress> addresses = PODS.get(index).stream().map(IpAddress::parse).toList();
    MacAddress mac = new MacAddress(FIRST_MAC + index);
    EndpointSpec spec =
        EndpointSpec.withGateways(
            "pod" + index,
            netns.toString(),
            "eth0",
            podMac(index),
            addresses.stream().map(Ipv6PodsTest::gatewayed).toList(),
            MTU);
    Netns.call(lab.netns(), () -> new LinuxEndpoints().attach(spec));
    lab.addPort(BRIDGE, spec.hostName(), FIRST_PORT + index);
    return new NodeState.Pod(FIRST_PORT + index, addresses, mac, List.of(), Bandwidth.UNLIMITED);
  }

  private static EndpointSpec.Gatewayed gatewayed(IpAddress address) {
    IpPrefix block = BLOCKS.stream().filter(b -> b.contains(address)).findFirst().orElseThrow();
    return new EndpointSpec.Gatewayed(
        InetPrefix.parse(address + "/" + block.length()),
        InetPrefix.parseAddress(NodeState.gateway(block).toString()));
  }

  private static SwitchConnection connect(Path socket) throws Exception {
    CountDownLatch up = new CountDownLatch(1);
    SwitchConnection opened =
        SwitchConnection.open(
            socket,
            new SwitchListener() {
              @Override
              public void connected(Version version) {
                up.countDown();
              }

              @Override
              public void disconnected(String reason) {}

              @Override
              public void packetIn(Message.PacketIn packet) {}
            });
    assertThat(up.await(30, TimeUnit.SECONDS)).as("connected").isTrue();
    return opened;
  }

  @AfterAll
  static void stop() throws IOException {
    try {
      if (connection != null) {
        connection.close();
      }
    } finally {
      for (String sandbox : SANDBOXES) {
        Netns.delete(sandbox);
      }
      if (lab != null) {
        lab.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, a neighbour in its block",
    "0, 2, by way of the gateway",
    "3, 0, without IPv4",
    "2, 3, to one without IPv4"
  })
  void pod_ofAnotherPod_isAnsweredAndHeardOverTcp(int from, int to, String how) throws Exception {
    String address = PODS.get(to).getLast();

    assertThat(ping(from, address)).as(how).contains(" 3 received");
    byte[] sent = new byte[BYTES];
    new Random(BYTES).nextBytes(sent);
    assertThat(overTcp(from, to, address, sent)).as(how).isEqualTo(sent);

    assertThat(in(from, "ip", "-6", "neigh", "show", "dev", "eth0"))
        .as("whom it asked")
        .contains("lladdr " + NodeState.GATEWAY_MAC + " router");
  }

  @Test
  void pods_ofBothFamilies_speakIpv4AsWell() throws Exception {
    assertThat(ping(0, PODS.get(2).getFirst())).contains(" 3 received");
  }

  @Test
  void pod_ofItsOwnAddress_foundNoDuplicate() throws Exception {
    assertThat(in(0, "ip", "-6", "addr", "show", "dev", "eth0"))
        .contains("fe80::")
        .doesNotContain("dadfailed");
  }

  /** What a pod sends as somebody else, from the address of its own interface or theirs. */
  @Test
  void forgedSourcesAndNeighbourDiscovery_reachNobody() throws Exception {
    String own = PODS.get(0).getLast();
    String other = PODS.get(2).getLast();
    String victim = PODS.get(1).getLast();
    org.ovswin.sandbox.MacAddress liar = podMac(0);
    org.ovswin.sandbox.MacAddress otherMac = podMac(2);
    String token = token("forged");
    List<byte[]> forged = new ArrayList<>();
    for (org.ovswin.sandbox.MacAddress to :
        List.of(GATEWAY_MAC, podMac(1), Ipv6Frames.ALL_NODES_MAC)) {
      forged.add(Ipv6Frames.udp(new Ends(to, liar, other, victim), token));
      forged.add(Ipv6Frames.udp(new Ends(to, liar, "2001:db8::1", victim), token));
      forged.add(Ipv6Frames.udp(new Ends(to, liar, "fe80::1", victim), token));
      forged.add(Ipv6Frames.udp(new Ends(to, otherMac, own, victim), token));
      forged.add(Ipv6Frames.udp(new Ends(to, otherMac, other, victim), token));
      for (String destination : List.of(victim, Ipv6Frames.ALL_NODES)) {
        for (String claimed : List.of(other, "fd00:10:244:1::1", own)) {
          Ends ends = new Ends(to, liar, claimed, destination);
          forged.add(Ipv6Frames.neighborAdvertisement(ends, claimed, liar, token));
          forged.add(Ipv6Frames.neighborSolicitation(ends, victim, liar, token));
        }
        forged.add(
            Ipv6Frames.routerAdvertisement(
                new Ends(to, liar, "fe80::1", destination), liar, token));
        forged.add(Ipv6Frames.udp(new Ends(to, liar, own, Ipv6Frames.ALL_NODES), token));
      }
    }
    String before = in(1, "ip", "-6", "route", "show", "default");

    String honest = token("honest");
    byte[] control = Ipv6Frames.udp(new Ends(GATEWAY_MAC, liar, own, victim), honest);
    assertThat(arrivals(0, forged, control, netns(1), "eth0", token, honest)).isEmpty();

    assertThat(in(1, "ip", "-6", "neigh", "show", "dev", "eth0"))
        .doesNotContain(liar.toString(), otherMac.toString());
    assertThat(in(1, "ip", "-6", "route", "show", "default")).isEqualTo(before);
  }

  /** Neither to the world nor to a group; IPv4's way out is open. */
  @Test
  void ipv6ToTheWorld_leavesTheNodeInNoForm() throws Exception {
    String own = PODS.get(0).getLast();
    String token = token("abroad");
    List<byte[]> frames = new ArrayList<>();
    for (String world : List.of("2001:db8::1", "2606:4700:4700::1111", "fe80::1", "ff0e::1")) {
      for (org.ovswin.sandbox.MacAddress to : List.of(GATEWAY_MAC, Ipv6Frames.ALL_NODES_MAC)) {
        frames.add(Ipv6Frames.udp(new Ends(to, podMac(0), own, world), token));
      }
    }
    String open = token("ipv4").substring(0, Frames.TOKEN_LENGTH);
    byte[] control =
        Frames.udp(
            GATEWAY_MAC,
            podMac(0),
            new Frames.UdpFlow(PODS.get(0).getFirst(), "198.51.100.7", 40_009, 9),
            open);
    assertThat(arrivals(0, frames, control, lab.netns(), "q0", token, open)).isEmpty();
    assertThat(in(0, "ping", "-n", "-c", "2", "-i", "0.05", "-w", "1", "2001:db8::1"))
        .contains(" 0 received");
  }

  /** The frames with this token that come to a device before the control does, or just after. */
  private static List<String> arrivals(
      int from,
      List<byte[]> frames,
      byte[] control,
      Path watched,
      String device,
      String token,
      String controlToken)
      throws Exception {
    List<String> arrived = new ArrayList<>();
    boolean honestSeen = false;
    try (PacketSocket out = PacketSocket.open(netns(from), "eth0");
        PacketSocket watch = PacketSocket.open(watched, device)) {
      for (byte[] frame : frames) {
        out.send(frame);
      }
      out.send(control);
      Optional<byte[]> frame = watch.receive(CONTROL_BOUND);
      while (frame.isPresent()) {
        honestSeen |= Frames.carries(frame.get(), controlToken);
        if (Frames.carries(frame.get(), token)) {
          arrived.add(HexFormat.of().formatHex(frame.get()));
        }
        frame = watch.receive(honestSeen ? LATE_BOUND : CONTROL_BOUND);
      }
    }
    assertThat(honestSeen).as("the honest frame sent last arrived").isTrue();
    return arrived;
  }

  private static String token(String name) {
    return (name + "-" + System.nanoTime() + "0".repeat(Ipv6Frames.TOKEN_LENGTH))
        .substring(0, Ipv6Frames.TOKEN_LENGTH);
  }

  private static org.ovswin.sandbox.MacAddress podMac(int index) {
    return org.ovswin.sandbox.MacAddress.parse(new MacAddress(FIRST_MAC + index).toString());
  }

  private static String ping(int from, String address) throws Exception {
    return in(from, "ping", "-n", "-c", "3", "-i", "0.05", "-w", "20", address);
  }

  private static String in(int pod, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", SANDBOXES.get(pod)));
    command.addAll(List.of(words));
    Process process = lab.command(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  /** What arrives of it. */
  private static byte[] overTcp(int from, int to, String address, byte[] sent) throws Exception {
    try (ServerSocketChannel server =
            Netns.call(
                netns(to),
                () ->
                    ServerSocketChannel.open(StandardProtocolFamily.INET6)
                        .bind(new InetSocketAddress("::", 0)));
        SocketChannel client =
            Netns.call(netns(from), () -> SocketChannel.open(StandardProtocolFamily.INET6))) {
      CompletableFuture<byte[]> received = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try (SocketChannel accepted = server.accept()) {
                  received.complete(accepted.socket().getInputStream().readAllBytes());
                } catch (IOException e) {
                  received.completeExceptionally(e);
                }
              });
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      client
          .socket()
          .connect(new InetSocketAddress(InetPrefix.parseAddress(address), port), 20_000);
      ByteBuffer bytes = ByteBuffer.wrap(sent);
      while (bytes.hasRemaining()) {
        client.write(bytes);
      }
      client.shutdownOutput();
      return received.get(60, TimeUnit.SECONDS);
    }
  }

  private static Path netns(int pod) {
    return Path.of("/run/netns", SANDBOXES.get(pod));
  }
}
