package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port on the loopback of this process' namespace that leads to an address in another one.
 *
 * <p>Bytes pass as they come; a reset or an end on one side ends the other. While the far side is
 * not reachable, connections are taken and nothing answers: as with a peer behind a broken link.
 */
final class Forwarder implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final ServerSocketChannel listening;
  private final NamespaceDialer dialer;
  private final InetSocketAddress target;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private Forwarder(
      ServerSocketChannel listening, NamespaceDialer dialer, InetSocketAddress target) {
    this.listening = listening;
    this.dialer = dialer;
    this.target = target;
  }

  static Forwarder start(NamespaceDialer dialer, InetSocketAddress target) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    Forwarder forwarder = new Forwarder(listening, dialer, target);
    Thread.ofVirtual().name("forwarder-" + target).start(forwarder::accept);
    return forwarder;
  }

  int port() throws IOException {
    return ((InetSocketAddress) listening.getLocalAddress()).getPort();
  }

  /** Ends the connections there are; new ones are taken. */
  void drop() {
    open.forEach(Forwarder::closeQuietly);
  }

  @Override
  public void close() throws IOException {
    listening.close();
    drop();
  }

  private void accept() {
    while (listening.isOpen()) {
      try {
        SocketChannel near = listening.accept();
        open.add(near);
        Thread.ofVirtual().start(() -> connect(near));
      } catch (IOException e) {
        // Closed, or the caller went away: the loop's condition tells.
      }
    }
  }

  private void connect(SocketChannel near) {
    try {
      SocketChannel far = dialer.open();
      open.add(far);
      far.connect(target);
      Thread.ofVirtual().start(() -> pump(near, far));
      pump(far, near);
    } catch (IOException e) {
      end(near);
    }
  }

  private void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // The end of one side is the end of both.
    }
    end(from);
    end(to);
  }

  private void end(SocketChannel channel) {
    open.remove(channel);
    closeQuietly(channel);
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to be done with it.
    }
  }
}
