package org.ovswin.cni;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Frames on the agent's sockets, in both directions:
 *
 * <pre>
 *   0               4
 *   +---------------+----------------- - -
 *   | length        | payload: length bytes
 *   +---------------+----------------- - -
 * </pre>
 *
 * The length is big-endian, unsigned, and from 1 to {@value #MAX_PAYLOAD_BYTES}. One frame goes
 * each way on a connection, and neither side closes its half first: a Windows named pipe could not.
 */
public final class Frames {
  public static final int MAX_PAYLOAD_BYTES = 1024 * 1024;

  private Frames() {}

  /** A length that no frame has. */
  public static final class LengthException extends IOException {
    LengthException(long length) {
      super("length %d (expected: 1 to %d)".formatted(length, MAX_PAYLOAD_BYTES));
    }
  }

  /**
   * Reads one frame and returns its payload.
   *
   * @throws LengthException before any byte of the payload was read
   * @throws EOFException if the channel ends early
   */
  public static byte[] read(ReadableByteChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(Integer.BYTES);
    fill(channel, header);
    long length = Integer.toUnsignedLong(header.getInt(0));
    if (length < 1 || length > MAX_PAYLOAD_BYTES) {
      throw new LengthException(length);
    }
    ByteBuffer payload = ByteBuffer.allocate((int) length);
    fill(channel, payload);
    return payload.array();
  }

  private static void fill(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException(
            "end after %d bytes (expected: %d)".formatted(buffer.position(), buffer.limit()));
      }
    }
  }

  /** Writes one frame with this payload, which must be of a legal length. */
  public static void write(WritableByteChannel channel, byte[] payload) throws IOException {
    if (payload.length < 1 || payload.length > MAX_PAYLOAD_BYTES) {
      throw new LengthException(payload.length);
    }
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + payload.length);
    frame.putInt(payload.length).put(payload).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }
}
