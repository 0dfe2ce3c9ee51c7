package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageDecoder;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * A switch that does what a real one does not: stays silent, sends nonsense, hangs up. It shakes
 * hands, and answers what the script answers.
 */
final class ScriptedSwitch implements AutoCloseable {
  private static final int HEADER_BYTES = 8;

  private final ServerSocketChannel server;
  private final BiFunction<Integer, Message, Optional<Message>> script;
  private final BlockingQueue<OpenFlowMessage> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<SocketChannel> clients = new LinkedBlockingQueue<>();

  /**
   * @param script from how many messages came before and a message to the answer, if any
   */
  ScriptedSwitch(Path socket, BiFunction<Integer, Message, Optional<Message>> script)
      throws IOException {
    this.script = script;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  /** Answers every barrier. */
  static Optional<Message> barriers(Message message) {
    return message instanceof Message.BarrierRequest
        ? Optional.of(new Message.BarrierReply())
        : Optional.empty();
  }

  /** The next message that came, of any connection. */
  OpenFlowMessage take() throws InterruptedException {
    return received.take();
  }

  /** The connection that came last, to send or close what the script does not. */
  SocketChannel takeClient() throws InterruptedException {
    return clients.take();
  }

  static void send(SocketChannel client, ByteBuf bytes) throws IOException {
    ByteBuffer out = bytes.nioBuffer();
    while (out.hasRemaining()) {
      client.write(out);
    }
  }

  static void send(SocketChannel client, int xid, Message message) throws IOException {
    ByteBuf out = Unpooled.buffer();
    MessageEncoder.write(out, new OpenFlowMessage(Version.V1_5, xid, message));
    send(client, out);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      send(client, 1, new Message.Hello(OptionalInt.of(1 << Version.V1_5.wire())));
      clients.add(client);
      int count = 0;
      while (true) {
        OpenFlowMessage message = read(client);
        received.add(message);
        Optional<Message> answer = script.apply(count++, message.body());
        if (answer.isPresent()) {
          send(client, message.xid(), answer.get());
        }
      }
    } catch (IOException e) {
      // The other side has hung up, or this test has.
    }
  }

  private static OpenFlowMessage read(SocketChannel client) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    fill(client, header);
    ByteBuffer whole = ByteBuffer.allocate(header.getShort(2) & 0xffff);
    whole.put(header.flip());
    fill(client, whole);
    return MessageDecoder.read(Unpooled.wrappedBuffer(whole.flip()));
  }

  private static void fill(SocketChannel client, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (client.read(buffer) < 0) {
        throw new IOException("closed");
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (SocketChannel client : clients) {
        client.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
