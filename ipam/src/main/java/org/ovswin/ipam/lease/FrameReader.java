package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads frames one after the other, a window of the file at a time. See {@link Journal} for their
 * bytes. Not thread-safe.
 */
final class FrameReader {
  private static final int WINDOW_BYTES = 256 * 1024;

  private final JournalStorage.JournalFile file;
  private final CRC32C crc = new CRC32C();

  /** Offset and length of a frame, as the checksum covers them. */
  private final ByteBuffer covered = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);

  /** A piece of the file; its position is the read position. */
  private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);

  /** The same bytes, for the payload of the present frame. */
  private ByteBuffer view = window.duplicate();

  /** Where in the file the window's index 0 is. */
  private long windowOffset;

  FrameReader(JournalStorage.JournalFile file) {
    this.file = file;
  }

  /** Where in the file the next byte is. */
  long position() {
    return windowOffset + window.position();
  }

  long size() throws IOException {
    return file.size();
  }

  /** Whether that many bytes lie behind the read position. */
  boolean has(int bytes) throws IOException {
    if (window.remaining() >= bytes) {
      return true;
    }
    windowOffset += window.position();
    window.compact();
    if (window.capacity() < bytes) {
      window = ByteBuffer.allocate(bytes).put(window.flip());
    }
    while (window.position() < bytes) {
      if (file.read(window, windowOffset + window.position()) < 0) {
        break;
      }
    }
    window.flip();
    view = window.duplicate();
    return window.remaining() >= bytes;
  }

  /** A copy of the next bytes, which {@link #has} has found. */
  byte[] peek(int bytes) {
    byte[] copy = new byte[bytes];
    window.get(window.position(), copy);
    return copy;
  }

  void skip(int bytes) {
    window.position(window.position() + bytes);
  }

  /** Whether a whole frame with a right checksum begins at the read position. */
  boolean hasFrame() throws IOException {
    if (!has(FrameBuffer.HEADER_BYTES)) {
      return false;
    }
    int length = window.getInt(window.position());
    if (length < 1
        || length > EntryCodec.MAX_PAYLOAD_BYTES
        || !has(FrameBuffer.HEADER_BYTES + length)) {
      return false;
    }
    int start = window.position();
    covered.clear().putLong(position()).putInt(length);
    crc.reset();
    crc.update(covered.array());
    crc.update(window.array(), start + FrameBuffer.HEADER_BYTES, length);
    return window.getInt(start + Integer.BYTES) == (int) crc.getValue();
  }

  /**
   * Takes the frame that {@link #hasFrame} has found.
   *
   * @return its payload, valid until the next call
   */
  ByteBuffer next() {
    int start = window.position() + FrameBuffer.HEADER_BYTES;
    int end = start + window.getInt(window.position());
    window.position(end);
    return view.limit(end).position(start);
  }

  /** Whether a payload is a mark. */
  static boolean isMark(ByteBuffer payload) {
    return payload.remaining() == 1 && payload.get(payload.position()) == Journal.MARK;
  }

  /** Whether a mark stands anywhere behind the read position, which is then lost. */
  boolean hasMarkBehind() throws IOException {
    while (has(Journal.MARK_BYTES)) {
      int at = window.position();
      // The two cheap comparisons first: this runs once per byte.
      if (window.getInt(at) == 1
          && window.get(at + FrameBuffer.HEADER_BYTES) == Journal.MARK
          && hasFrame()) {
        return true;
      }
      window.get();
    }
    return false;
  }

  /** Goes to the next whole frame, wherever it begins. Returns whether there is one. */
  boolean seekFrame() throws IOException {
    while (has(FrameBuffer.HEADER_BYTES)) {
      if (hasFrame()) {
        return true;
      }
      window.get();
    }
    return false;
  }
}
