package org.ovswin.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ovswin.sandbox.linux.Netns;

/**
 * Answers, inside the namespace of a host, what comes to a port with the same bytes, and remembers
 * from which addresses it came. TCP is answered when the client has closed its side.
 *
 * <p>The socket is opened inside the namespace and belongs to it; the thread that serves it does
 * not have to be there.
 */
final class EchoServer implements AutoCloseable {
  private static final int MAX_BYTES = 8 << 20;

  private final Channel channel;
  private final Thread server;
  private final InetSocketAddress address;
  private final List<InetSocketAddress> peers = new CopyOnWriteArrayList<>();

  /** What is done with the socket until it is closed. */
  @FunctionalInterface
  private interface Service {
    void run(EchoServer server) throws IOException;
  }

  private EchoServer(Channel channel, InetSocketAddress address, String name, Service service) {
    this.channel = channel;
    this.address = address;
    this.server = Thread.ofPlatform().daemon().name(name).unstarted(() -> serve(service));
  }

  private void serve(Service service) {
    try {
      service.run(this);
    } catch (IOException e) {
      // Closed: the probe is over.
    }
  }

  /** Listens on a TCP port of a host; port 0 takes a free one. */
  static EchoServer tcp(Host host, int port) throws IOException {
    ServerSocketChannel listener =
        Netns.call(
            host.netns(),
            () -> {
              ServerSocketChannel opened = ServerSocketChannel.open(host.family());
              return opened
                  .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                  .bind(host.anyAddress(port));
            });
    return started(listener, listener.getLocalAddress(), "echo-tcp", one -> one.accept(listener));
  }

  /** Listens on a UDP port of a host; port 0 takes a free one. */
  static EchoServer udp(Host host, int port) throws IOException {
    DatagramChannel socket =
        Netns.call(
            host.netns(), () -> DatagramChannel.open(host.family()).bind(host.anyAddress(port)));
    return started(socket, socket.getLocalAddress(), "echo-udp", one -> one.answer(socket));
  }

  private static EchoServer started(
      Channel channel, SocketAddress address, String name, Service service) {
    EchoServer echo = new EchoServer(channel, (InetSocketAddress) address, name, service);
    echo.server.start();
    return echo;
  }

  int port() {
    return address.getPort();
  }

  /** Where from the server was reached, in order. */
  List<InetSocketAddress> peers() {
    return List.copyOf(peers);
  }

  private void accept(ServerSocketChannel listener) throws IOException {
    while (true) {
      SocketChannel client = listener.accept();
      peers.add((InetSocketAddress) client.getRemoteAddress());
      Thread.ofPlatform().daemon().name("echo-tcp-client").start(() -> echo(client));
    }
  }

  private static void echo(SocketChannel client) {
    try (client) {
      ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
      while (bytes.hasRemaining() && client.read(bytes) >= 0) {
        // Until the client has closed its side.
      }
      bytes.flip();
      while (bytes.hasRemaining()) {
        client.write(bytes);
      }
    } catch (IOException e) {
      // The client went away: it is the one that judges.
    }
  }

  private void answer(DatagramChannel socket) throws IOException {
    ByteBuffer datagram = ByteBuffer.allocate(1 << 16);
    while (true) {
      datagram.clear();
      InetSocketAddress from = (InetSocketAddress) socket.receive(datagram);
      if (from != null) {
        peers.add(from);
        socket.send(datagram.flip(), from);
      }
    }
  }

  /** The port is free then: the kernel keeps the socket for a thread that still waits on it. */
  @Override
  public void close() {
    try {
      channel.close();
      server.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
