package org.ovswin.openflow.session;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A Unix socket whose connections are passed on to a switch, until a given number of bytes has gone
 * in one direction: then all connections end there. Those that follow are not cut.
 */
final class CuttingRelay implements AutoCloseable {
  /** Which way the bytes are counted. */
  enum Direction {
    TO_SWITCH,
    FROM_SWITCH
  }

  private static final int BUFFER_BYTES = 16 * 1024;

  private final Path target;
  private final ServerSocketChannel server;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private Direction direction = Direction.TO_SWITCH;
  private long left = Long.MAX_VALUE;

  CuttingRelay(Path socket, Path target) throws IOException {
    this.target = target;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().name("relay").start(this::accept);
  }

  /** Cuts after so many more bytes, counted over all connections. */
  synchronized void cutAfter(Direction which, long bytes) {
    direction = which;
    left = bytes;
  }

  /** Whether the cut is done. */
  synchronized boolean isCut() {
    return left == Long.MAX_VALUE;
  }

  /** How many of these bytes may pass; the last ones before the cut where it is less. */
  private synchronized int allowance(Direction which, int bytes) {
    if (which != direction || left == Long.MAX_VALUE) {
      return bytes;
    }
    int allowed = (int) Math.min(left, bytes);
    left -= allowed;
    return allowed;
  }

  private synchronized void cut() {
    left = Long.MAX_VALUE;
    open.forEach(CuttingRelay::closeQuietly);
    open.clear();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        SocketChannel onward;
        try {
          onward = SocketChannel.open(UnixDomainSocketAddress.of(target));
        } catch (IOException e) {
          closeQuietly(client);
          continue;
        }
        open.add(client);
        open.add(onward);
        copy(Direction.TO_SWITCH, client, onward);
        copy(Direction.FROM_SWITCH, onward, client);
      }
    } catch (IOException e) {
      open.forEach(CuttingRelay::closeQuietly); // The relay was closed.
    }
  }

  private void copy(Direction which, SocketChannel from, SocketChannel to) {
    Thread.ofPlatform().daemon().name("relay-" + which).start(() -> run(which, from, to));
  }

  private void run(Direction which, SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        int length = buffer.remaining();
        int allowed = allowance(which, length);
        buffer.limit(allowed);
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        if (allowed < length) {
          cut();
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // One end is gone, so the other goes too.
    }
    closeQuietly(from);
    closeQuietly(to);
    open.remove(from);
    open.remove(to);
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(CuttingRelay::closeQuietly);
  }
}
