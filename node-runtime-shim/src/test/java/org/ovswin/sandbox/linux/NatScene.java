package org.ovswin.sandbox.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ovswin.sandbox.Forwarding;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Protocol;

/**
 * A node whose gateway interface is a Linux bridge with two pods behind it, and an outside that the
 * node is linked to. Servers in the pods answer with the address that they were asked from.
 */
final class NatScene implements AutoCloseable {
  static final String GATEWAY_INTERFACE = "br7";
  static final int PATIENCE_MILLIS = 10_000;

  final Path node;
  final Path outside;
  final Path pod1;
  final Path pod2;
  private final List<Closeable> servers = new CopyOnWriteArrayList<>();

  NatScene(Namespaces namespaces) throws IOException, InterruptedException {
    node = namespaces.create();
    outside = namespaces.create();
    pod1 = namespaces.create();
    pod2 = namespaces.create();
    batch(
        node,
        "link add br7 address 02:6f:76:73:77:67 type bridge",
        "link add uplink type veth peer name eth0 netns " + Namespaces.nameOf(outside),
        "link add p1 type veth peer name eth0 netns " + Namespaces.nameOf(pod1),
        "link add p2 type veth peer name eth0 netns " + Namespaces.nameOf(pod2),
        "link set p1 up master br7",
        "link set p2 up master br7",
        "link set uplink up",
        "addr add 192.0.2.7/24 dev uplink",
        "addr add 192.0.2.8/24 dev uplink",
        "addr add 2001:db8::7/64 dev uplink nodad",
        "link set br7 up");
    Netns.run(node, NatScene::keepFiltersOffTheBridge);
    batch(
        outside,
        "link set eth0 up",
        "addr add 192.0.2.1/24 dev eth0",
        "addr add 2001:db8::1/64 dev eth0 nodad",
        // A pod of a node that is reached by the outside.
        "addr add 10.244.2.5/32 dev lo",
        "addr add fd00:244:2::5/128 dev lo nodad",
        "route add 10.244.0.0/16 via 192.0.2.7",
        "route add fd00:244::/32 via 2001:db8::7");
    addressPod(pod1, 5);
    addressPod(pod2, 6);
    Netns.run(
        node,
        () ->
            new LinuxHostInterfaces()
                .converge(
                    new HostInterfaceSpec(
                        GATEWAY_INTERFACE,
                        1500,
                        List.of(
                            InetPrefix.parse("10.244.1.1/24"),
                            InetPrefix.parse("fd00:244:1::1/64")),
                        List.of(),
                        Optional.empty(),
                        Optional.of(
                            new Forwarding(
                                List.of(
                                    new Forwarding.PeerRoute(
                                        InetPrefix.parse("10.244.2.0/24"), address("192.0.2.1")),
                                    new Forwarding.PeerRoute(
                                        InetPrefix.parse("fd00:244:2::/64"),
                                        address("2001:db8::1"))),
                                List.of(
                                    InetPrefix.parse("10.244.0.0/16"),
                                    InetPrefix.parse("fd00:244::/32")))))));
  }

  /** With br_netfilter a Linux bridge translates by itself, which Open vSwitch does not. */
  private static void keepFiltersOffTheBridge() throws IOException {
    for (String filter : List.of("iptables", "ip6tables")) {
      Path setting = Path.of("/proc/sys/net/bridge/bridge-nf-call-" + filter);
      if (Files.exists(setting)) {
        Files.writeString(setting, "0\n");
      }
    }
  }

  private static void addressPod(Path pod, int host) throws IOException, InterruptedException {
    batch(
        pod,
        "link set eth0 up",
        "addr add 10.244.1.%d/24 dev eth0".formatted(host),
        "addr add fd00:244:1::%d/64 dev eth0 nodad".formatted(host),
        "route add default via 10.244.1.1",
        "route add default via fd00:244:1::1");
  }

  /** Runs {@code ip} commands in a namespace, in the order given. */
  static void batch(Path netns, String... commands) throws IOException, InterruptedException {
    for (String command : commands) {
      List<String> words = new ArrayList<>(List.of("ip", "-n", Namespaces.nameOf(netns)));
      words.addAll(List.of(command.split(" ")));
      Shell.run(words.toArray(String[]::new));
    }
  }

  static InetAddress address(String text) {
    return InetPrefix.parseAddress(text);
  }

  /** Answers on a port, of TCP and UDP and of both families, with a name and who asked. */
  void serve(Path netns, int port, String name) throws IOException {
    ServerSocketChannel tcp =
        Netns.call(netns, () -> ServerSocketChannel.open().bind(new InetSocketAddress(port)));
    servers.add(tcp);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  SocketChannel caller = tcp.accept();
                  servers.add(caller);
                  Thread.ofVirtual().start(() -> converse(caller, name));
                }
              } catch (IOException e) {
                requireClosed(e);
              }
            });
    DatagramChannel udp =
        Netns.call(netns, () -> DatagramChannel.open().bind(new InetSocketAddress(port)));
    servers.add(udp);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                ByteBuffer question = ByteBuffer.allocate(100);
                while (true) {
                  InetSocketAddress from = (InetSocketAddress) udp.receive(question.clear());
                  udp.send(answer(name, from), from);
                }
              } catch (IOException e) {
                requireClosed(e);
              }
            });
  }

  /** For each octet that comes, an answer. */
  private static void converse(SocketChannel caller, String name) {
    try (caller) {
      InetSocketAddress from = (InetSocketAddress) caller.getRemoteAddress();
      ByteBuffer question = ByteBuffer.allocate(1);
      while (caller.read(question.clear()) == 1) {
        caller.write(answer(name, from));
      }
    } catch (IOException e) {
      requireClosed(e);
    }
  }

  private static ByteBuffer answer(String name, InetSocketAddress from) {
    return ByteBuffer.wrap((name + " saw " + from.getAddress().getHostAddress()).getBytes(UTF_8));
  }

  private static void requireClosed(IOException e) {
    if (!(e instanceof java.nio.channels.ClosedChannelException)
        && !(e instanceof AsynchronousCloseException)) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Asks a server once. */
  static String ask(Path from, Protocol protocol, String address, int port) throws IOException {
    try {
      return askOnce(from, protocol, address, port);
    } catch (SocketTimeoutException e) {
      throw new IOException(
          "%s from %s to %s port %d: no answer".formatted(protocol, from, address, port), e);
    }
  }

  private static String askOnce(Path from, Protocol protocol, String address, int port)
      throws IOException {
    return Netns.call(
        from,
        () -> {
          InetSocketAddress server = new InetSocketAddress(address(address), port);
          if (protocol == Protocol.UDP) {
            try (Conversation conversation = new Conversation(server)) {
              return conversation.ask();
            }
          }
          try (Socket socket = new Socket()) {
            socket.connect(server, PATIENCE_MILLIS);
            return ask(socket);
          }
        });
  }

  static String ask(Socket socket) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write('?');
    byte[] answer = new byte[100];
    int length = socket.getInputStream().read(answer);
    return new String(answer, 0, Math.max(length, 0), UTF_8);
  }

  /** Datagrams from one port to one server, so that they are one connection to the kernel. */
  static final class Conversation implements AutoCloseable {
    private final DatagramSocket socket;

    /** In the namespace of the calling thread. */
    Conversation(InetSocketAddress server) throws IOException {
      socket = new DatagramSocket();
      socket.connect(server);
      socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** Throws PortUnreachableException where nobody has the port. */
    String ask() throws IOException {
      socket.send(new DatagramPacket(new byte[1], 1));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      return new String(answer.getData(), 0, answer.getLength(), UTF_8);
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    // The threads end with their channels.
    for (Closeable server : List.copyOf(servers)) {
      server.close();
    }
  }
}
