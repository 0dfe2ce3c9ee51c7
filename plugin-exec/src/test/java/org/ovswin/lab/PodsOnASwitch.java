package org.ovswin.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.session.Reconciled;
import org.ovswin.openflow.session.SwitchConnection;
import org.ovswin.openflow.session.SwitchListener;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.linux.LinuxEndpoints;
import org.ovswin.sandbox.linux.Netns;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * Real pods of both families on one switch with the pipeline's flows and no agent: namespaces, veth
 * pairs and the userspace datapath. The host that forwards, where one does, is the switch's
 * namespace.
 */
final class PodsOnASwitch implements AutoCloseable {
  /** In place of a pod's index: the host. */
  static final int HOST = -1;

  static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/24");
  static final IpPrefix BLOCK6 = IpPrefix.parse("fd00:10:244:1::/64");

  private static final List<IpPrefix> CLUSTER =
      List.of(IpPrefix.parse("10.244.0.0/16"), IpPrefix.parse("fd00:10:244::/56"));

  /** The node's address with an uplink. */
  static final Ipv4Address NODE = Ipv4Address.parse("172.30.0.11");

  /** Leads to the first pod's {@link #POD_PORT} with an uplink. */
  static final int HOST_PORT = 8080;

  static final int POD_PORT = 80;

  private static final String BRIDGE = "br-pods";
  private static final int UPLINK_PORT = 1;
  private static final int FIRST_PORT = 3;
  private static final int FIRST_OFFSET = 5;
  private static final int MTU = 1450;
  private static final long FIRST_MAC = 0x0e2a_0000_0100L;
  private static final int PAYLOAD = 1200;
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final Duration CONTROL_BOUND = Duration.ofSeconds(5);

  /** How long a forged frame may take more than an honest one that was sent after it. */
  private static final Duration LATE_BOUND = Duration.ofMillis(100);

  private final List<String> sandboxes = new ArrayList<>();
  private final SwitchLab lab;
  private final SwitchConnection connection;
  private final NodeState state;

  /** How packets leave the node. */
  enum ExitKind {
    UPLINK,
    GATEWAY
  }

  /** What carries bytes. */
  enum Transport {
    TCP,
    UDP
  }

  private PodsOnASwitch(SwitchLab lab, ExitKind exit, List<Bandwidth> pods) throws Exception {
    this.lab = lab;
    Path socket = lab.addBridge(BRIDGE);
    lab.growPorts(BRIDGE, 1);
    List<NodeState.Pod> made = new ArrayList<>();
    for (Bandwidth bandwidth : pods) {
      made.add(pod(made.size(), bandwidth));
    }
    this.state = new NodeState(CLUSTER, List.of(BLOCK, BLOCK6), exit(exit), List.of(), made);
    if (exit == ExitKind.GATEWAY) {
      makeHostGateway();
    }
    this.connection = connect(socket);
  }

  /** Pods of both families with these bandwidths, and the flows that they need. */
  static PodsOnASwitch start(ExitKind exit, List<Bandwidth> pods) throws Exception {
    SwitchLab lab = SwitchLab.open(_ -> {});
    PodsOnASwitch started;
    try {
      started = new PodsOnASwitch(lab, exit, pods);
    } catch (Exception | Error e) {
      lab.close();
      throw e;
    }
    try {
      started.reconcile();
      return started;
    } catch (Exception | Error e) {
      started.close();
      throw e;
    }
  }

  private static NodeState.Exit exit(ExitKind kind) {
    return switch (kind) {
      case GATEWAY -> new NodeState.Gateway();
      case UPLINK ->
          new NodeState.Uplink(
              UPLINK_PORT,
              NODE,
              new MacAddress(0x0200_0000_0011L),
              Ipv4Address.parse("172.30.0.1"),
              Optional.of(new MacAddress(0x0200_0000_0001L)));
    };
  }

  private NodeState.Pod pod(int index, Bandwidth bandwidth) throws Exception {
    String sandbox = "pods-%d-%d".formatted(ProcessHandle.current().pid(), index);
    Path netns = Netns.create(sandbox);
    sandboxes.add(sandbox);
    EndpointSpec spec =
        EndpointSpec.withGateways(
            "pod" + index,
            netns.toString(),
            "eth0",
            sandboxMac(index),
            List.of(gatewayed(BLOCK, index), gatewayed(BLOCK6, index)),
            MTU);
    Netns.call(lab.netns(), () -> new LinuxEndpoints().attach(spec));
    lab.addPort(BRIDGE, spec.hostName(), FIRST_PORT + index);
    return new NodeState.Pod(
        FIRST_PORT + index,
        List.of(address(BLOCK, index), address(BLOCK6, index)),
        new MacAddress(FIRST_MAC + index),
        index == 0
            ? List.of(new HostPort(Protocol.TCP, Optional.of(NODE), HOST_PORT, POD_PORT))
            : List.of(),
        bandwidth);
  }

  private static EndpointSpec.Gatewayed gatewayed(IpPrefix block, int index) {
    return new EndpointSpec.Gatewayed(
        InetPrefix.parse(address(block, index) + "/" + block.length()),
        InetPrefix.parseAddress(NodeState.gateway(block).toString()));
  }

  private void makeHostGateway() throws Exception {
    run(
        List.of(
            "ovs-vsctl",
            "--db=unix:" + lab.directory().resolve("ovs").resolve("db.sock"),
            "set",
            "Bridge",
            BRIDGE,
            "other-config:hwaddr=\"" + NodeState.GATEWAY_PORT_MAC + "\""));
    in(
        HOST,
        "sh",
        "-ec",
        """
        echo 0 >/proc/sys/net/ipv6/conf/%1$s/disable_ipv6
        ip link set %1$s up
        ip addr add %2$s/%3$d dev %1$s
        ip addr add %4$s/%5$d dev %1$s nodad
        """
            .formatted(
                BRIDGE,
                NodeState.gateway(BLOCK),
                BLOCK.length(),
                NodeState.gateway(BLOCK6),
                BLOCK6.length()));
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
    if (!up.await(WAIT.toSeconds(), TimeUnit.SECONDS)) {
      opened.close();
      throw new IOException(socket + ": no connection");
    }
    return opened;
  }

  /** Makes the switch's flows and meters those of the state. */
  Reconciled reconcile() throws Exception {
    return connection
        .reconcile(
            Cookie.OURS,
            Cookie.MASK,
            Pipeline.source(state),
            _ -> true,
            Pipeline.meters(state),
            Pipeline::isOurMeter)
        .get(WAIT.toSeconds(), TimeUnit.SECONDS);
  }

  SwitchConnection connection() {
    return connection;
  }

  /** A pod's IPv4 address, or the gateway's. */
  static Ipv4Address ipv4(int index) {
    return (Ipv4Address) address(BLOCK, index);
  }

  /** A pod's IPv6 address, or the gateway's. */
  static Ipv6Address ipv6(int index) {
    return (Ipv6Address) address(BLOCK6, index);
  }

  private static IpAddress address(IpPrefix block, int index) {
    return index == HOST ? NodeState.gateway(block) : block.address(FIRST_OFFSET + index);
  }

  static org.ovswin.sandbox.MacAddress sandboxMac(int index) {
    return org.ovswin.sandbox.MacAddress.parse(new MacAddress(FIRST_MAC + index).toString());
  }

  /** Three echoes, at most 20 seconds long. */
  String ping(int from, IpAddress to) throws Exception {
    return in(from, "ping", "-n", "-c", "3", "-i", "0.05", "-w", "20", to.toString());
  }

  /** What a command in the pod's or the host's namespace writes. */
  String in(int index, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("ip", "netns", "exec", netns(index).getFileName().toString()));
    command.addAll(List.of(words));
    return run(command);
  }

  private String run(List<String> command) throws Exception {
    Process process = lab.command(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  private Path netns(int index) {
    return index == HOST ? lab.netns() : Netns.path(sandboxes.get(index));
  }

  private static String device(int index) {
    return index == HOST ? BRIDGE : "eth0";
  }

  /** The frames with this token that come in before the control does, or just after. */
  List<String> arrivals(
      int from, List<byte[]> frames, byte[] control, int to, String token, String controlToken)
      throws Exception {
    List<String> arrived = new ArrayList<>();
    boolean honestSeen = false;
    try (PacketSocket out = PacketSocket.open(netns(from), device(from));
        PacketSocket watch = PacketSocket.open(netns(to), device(to))) {
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
    if (!honestSeen) {
      arrived.add("the honest frame that was sent last did not arrive");
    }
    return arrived;
  }

  /**
   * Sends as much as goes, for a while.
   *
   * @return what arrived, in bits a second of the time that it took
   */
  long rate(Transport transport, int from, int to, IpAddress address, Duration window)
      throws Exception {
    return switch (transport) {
      case TCP -> overTcp(from, to, address, window);
      case UDP -> overUdp(from, to, address, window);
    };
  }

  private long overTcp(int from, int to, IpAddress address, Duration window) throws Exception {
    try (ServerSocketChannel server =
            Netns.call(netns(to), () -> ServerSocketChannel.open().bind(at(address, 0)));
        SocketChannel client = Netns.call(netns(from), () -> SocketChannel.open())) {
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      client.socket().connect(at(address, port), (int) WAIT.toMillis());
      try (SocketChannel accepted = server.accept()) {
        Thread sender =
            Thread.ofPlatform()
                .daemon()
                .start(() -> sendUntilClosed(() -> client.write(ByteBuffer.allocate(1 << 16))));
        ByteBuffer received = ByteBuffer.allocate(1 << 16);
        try {
          return measured(window, received, () -> accepted.read(received));
        } finally {
          sender.interrupt();
          sender.join();
        }
      }
    }
  }

  private long overUdp(int from, int to, IpAddress address, Duration window) throws Exception {
    try (DatagramChannel server =
            Netns.call(
                netns(to),
                () ->
                    DatagramChannel.open()
                        .setOption(StandardSocketOptions.SO_RCVBUF, 1 << 22)
                        .bind(at(address, 0)));
        DatagramChannel client = Netns.call(netns(from), () -> DatagramChannel.open())) {
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      client.connect(at(address, port));
      Thread sender =
          Thread.ofPlatform()
              .daemon()
              .start(() -> sendUntilClosed(() -> client.write(ByteBuffer.allocate(PAYLOAD))));
      ByteBuffer received = ByteBuffer.allocate(1 << 16);
      try {
        return measured(
            window,
            received,
            () -> {
              server.receive(received);
              return received.position();
            });
      } finally {
        sender.interrupt();
        sender.join();
      }
    }
  }

  /**
   * Asks the host port by TCP, and hears the answer.
   *
   * @return whom the first pod was asked by
   */
  String askHostPort(int from) throws Exception {
    byte[] word = {42};
    try (ServerSocketChannel server =
            Netns.call(netns(0), () -> ServerSocketChannel.open().bind(at(ipv4(0), POD_PORT)));
        SocketChannel client = Netns.call(netns(from), () -> SocketChannel.open())) {
      client.socket().connect(at(NODE, HOST_PORT), (int) WAIT.toMillis());
      try (SocketChannel accepted = server.accept()) {
        accepted.socket().getOutputStream().write(word);
        client.socket().setSoTimeout((int) WAIT.toMillis());
        if (client.socket().getInputStream().read() != word[0]) {
          throw new IOException("another answer than was given");
        }
        return accepted.socket().getInetAddress().getHostAddress();
      }
    }
  }

  private static InetSocketAddress at(IpAddress address, int port) {
    return new InetSocketAddress(InetPrefix.parseAddress(address.toString()), port);
  }

  private interface Transfer {
    int bytes() throws IOException;
  }

  private static void sendUntilClosed(Transfer transfer) {
    try {
      while (transfer.bytes() >= 0) {
        // What a full buffer refuses is sent again.
      }
    } catch (IOException _) {
      // The channel was closed: enough was sent.
    }
  }

  /** Reads from the first byte on, for as long as the window, and at least once more. */
  private static long measured(Duration window, ByteBuffer into, Transfer read) throws IOException {
    read.bytes();
    long begin = System.nanoTime();
    long bytes = 0;
    long elapsed;
    do {
      into.clear();
      bytes += Math.max(0, read.bytes());
      elapsed = System.nanoTime() - begin;
    } while (elapsed < window.toNanos());
    return bytes * 8 * TimeUnit.SECONDS.toNanos(1) / elapsed;
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } finally {
      for (String sandbox : sandboxes) {
        Netns.delete(sandbox);
      }
      lab.close();
    }
  }
}
