package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;

/** A connection to a switch that writes a message and waits for what comes back, and no more. */
final class PlainConnection implements AutoCloseable {
  private static final int HEADER_BYTES = 8;

  private final SocketChannel channel;
  private final Version version;
  private int xid;

  PlainConnection(Path socket, Version version) throws IOException {
    this.version = version;
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    send(new Message.Hello(OptionalInt.of(1 << version.wire())));
  }

  void send(Message message) throws IOException {
    ByteBuf bytes = Unpooled.buffer();
    MessageEncoder.write(bytes, version, ++xid, message);
    ByteBuffer out = bytes.nioBuffer();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** Sends a request and a barrier; what came before the barrier's reply, but for the hello. */
  List<Message> ask(Message request) throws IOException {
    send(request);
    return barrier();
  }

  /** Sends a barrier; what came before its reply, but for the hello. */
  List<Message> barrier() throws IOException {
    send(new Message.BarrierRequest());
    List<Message> messages = new ArrayList<>();
    while (true) {
      OpenFlowMessage message = receive();
      if (message.body() instanceof Message.BarrierReply && message.xid() == xid) {
        return messages;
      }
      if (!(message.body() instanceof Message.Hello)) {
        messages.add(message.body());
      }
    }
  }

  private OpenFlowMessage receive() throws IOException {
    ByteBuffer header = read(HEADER_BYTES);
    int length = header.getShort(2) & 0xffff;
    ByteBuffer body = read(length - HEADER_BYTES);
    return MessageDecoder.read(Unpooled.wrappedBuffer(header, body));
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("the switch closed the connection");
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
