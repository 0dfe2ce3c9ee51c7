package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.Version;

/**
 * As much of a switch as ovs-ofctl needs to send its flow-mods, which are kept as they came. One
 * thread serves one connection after the other until this is closed.
 */
final class RecordingSwitch implements AutoCloseable {
  private static final int HEADER_BYTES = 8;

  private final Version version;
  private final ServerSocketChannel server;
  private final Thread thread;
  private final List<String> flowMods = new ArrayList<>();

  RecordingSwitch(Path socket, Version version) throws IOException {
    this.version = version;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    this.thread = Thread.ofVirtual().start(this::serve);
  }

  /** Those of all connections so far, in hexadecimal, once this is closed. */
  List<String> flowMods() {
    return List.copyOf(flowMods);
  }

  private void serve() {
    while (true) {
      try (SocketChannel channel = server.accept()) {
        converse(channel);
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void converse(SocketChannel channel) throws IOException {
    send(channel, MessageType.HELLO, 1);
    Optional<byte[]> next = receive(channel);
    while (next.isPresent()) {
      byte[] message = next.get();
      switch (message[1]) {
        case MessageType.FLOW_MOD -> flowMods.add(ByteBufUtil.hexDump(message));
        case MessageType.BARRIER_REQUEST ->
            send(channel, MessageType.BARRIER_REPLY, ByteBuffer.wrap(message).getInt(4));
        default -> {} // Its hello, which says the version that it was told.
      }
      next = receive(channel);
    }
  }

  private void send(SocketChannel channel, int type, int xid) throws IOException {
    ByteBuf out = Unpooled.buffer();
    out.writeByte(version.wire()).writeByte(type).writeShort(HEADER_BYTES).writeInt(xid);
    ByteBuffer bytes = out.nioBuffer();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Empty at the end of the connection. */
  private static Optional<byte[]> receive(SocketChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    if (!fill(channel, header)) {
      return Optional.empty();
    }
    ByteBuffer message = ByteBuffer.allocate(header.getShort(2) & 0xffff).put(header.flip());
    return fill(channel, message) ? Optional.of(message.array()) : Optional.empty();
  }

  private static boolean fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
