package org.ovswin.bench.flows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * A connection that does as little as can be done: bytes that are ready go out in a plain loop, and
 * of what comes back only the headers are looked at. What it reaches is the switch's own limit. One
 * thread at a time.
 */
final class Limit implements AutoCloseable {
  private static final int HEADER_BYTES = 8;
  private static final int WRITE_BYTES = 256 * 1024;
  private static final int READ_BYTES = 1 << 20;
  private static final int ERROR = 1;
  private static final int ECHO_REQUEST = 2;
  private static final int MULTIPART_REPLY = 19;
  private static final int MORE_FLAG = 1;

  private final SocketChannel channel;

  /** Kept, so that its CPU time is found among that of the living threads. */
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("limit-reader").factory());

  private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES).flip();

  Limit(Path socket) throws IOException {
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuf hello = Unpooled.directBuffer();
      MessageEncoder.write(hello, Version.V1_5, 1, new Message.Hello(OptionalInt.empty()));
      MessageEncoder.write(hello, Version.V1_5, 2, new Message.BarrierRequest());
      exchange(hello, 2);
      hello.release();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Writes many messages while another thread reads, so that the switch is never held up by what it
   * says, and returns when the last answer is there.
   *
   * @param messages stay as they are
   * @param lastXid of the request whose answer comes last
   * @throws IOException also when the switch refuses a message
   */
  void bulk(ByteBuf messages, int lastXid) throws IOException {
    Future<Boolean> answered =
        reader.submit(
            () -> {
              readUntil(lastXid);
              return true;
            });
    write(messages);
    try {
      answered.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(String.valueOf(cause.getMessage()), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the switch works");
    }
  }

  /** Writes a few messages and reads until the last one is answered; no other thread takes part. */
  void exchange(ByteBuf messages, int lastXid) throws IOException {
    write(messages);
    readUntil(lastXid);
  }

  private void write(ByteBuf messages) throws IOException {
    ByteBuffer all = messages.nioBuffer();
    int end = all.limit();
    while (all.position() < end) {
      all.limit(Math.min(end, all.position() + WRITE_BYTES));
      while (all.hasRemaining()) {
        channel.write(all);
      }
    }
  }

  private void readUntil(int lastXid) throws IOException {
    while (true) {
      need(HEADER_BYTES);
      int start = in.position();
      int type = in.get(start + 1);
      int length = Short.toUnsignedInt(in.getShort(start + 2));
      if (length < HEADER_BYTES) {
        throw new IOException("length: " + length + " (expected: at least " + HEADER_BYTES + ")");
      }
      need(length);
      start = in.position();
      int xid = in.getInt(start + 4);
      in.position(start + length);
      switch (type) {
        case ERROR ->
            throw new IOException(
                "refused: xid %d, type %d, code %d (expected: no error)"
                    .formatted(xid, in.getShort(start + 8), in.getShort(start + 10)));
        case ECHO_REQUEST -> answerEcho(xid);
        default -> {
          boolean more =
              type == MULTIPART_REPLY && (in.getShort(start + HEADER_BYTES + 2) & MORE_FLAG) != 0;
          if (xid == lastXid && !more) {
            return;
          }
        }
      }
    }
  }

  private void need(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return;
    }
    in.compact();
    while (in.position() < bytes) {
      if (channel.read(in) < 0) {
        throw new EOFException("the switch closed the connection");
      }
    }
    in.flip();
  }

  private void answerEcho(int xid) throws IOException {
    ByteBuf reply = Unpooled.directBuffer();
    MessageEncoder.write(reply, Version.V1_5, xid, new Message.EchoReply(Octets.EMPTY));
    write(reply);
    reply.release();
  }

  @Override
  public void close() throws IOException {
    reader.shutdown();
    channel.close();
  }
}
