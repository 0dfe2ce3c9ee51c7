package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Reads a journal once from its begin to its end, and tells a torn tail from damage. See {@link
 * Journal} for the rule. Not thread-safe.
 */
final class JournalReader {

  /**
   * What was found.
   *
   * @param snapshotEnd offset behind the snapshot that the file began with
   * @param markEnd offset behind the last mark; everything before it had been forced
   * @param end offset behind the last whole frame
   * @param size of the file; more than {@code end} if the tail is torn
   */
  record Scan(long snapshotEnd, long markEnd, long end, long size) {}

  private static final int WINDOW_BYTES = 256 * 1024;

  private final JournalStorage.JournalFile file;
  private final String path;
  private final JournalHeader header;
  private final EntryCodec codec;

  /** A piece of the file; its position is the read position. */
  private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);

  /** Where in the file the window's index 0 is. */
  private long windowOffset;

  /**
   * Reads the header.
   *
   * @param path of the file, for messages
   * @param common where leases get what they share
   */
  JournalReader(JournalStorage.JournalFile file, String path, CommonTexts.Pool common)
      throws IOException {
    this.file = file;
    this.path = path;
    this.codec = new EntryCodec(common);
    if (!ensure(JournalHeader.BYTES)) {
      throw JournalHeader.damaged(path, 0, file.size(), "shorter than its header");
    }
    byte[] bytes = new byte[JournalHeader.BYTES];
    window.get(bytes);
    this.header = JournalHeader.decode(bytes, path);
  }

  JournalHeader header() {
    return header;
  }

  /**
   * Hands every entry to the sink.
   *
   * @param sink throws IllegalArgumentException for an entry that contradicts the earlier ones
   * @throws JournalException if the journal is damaged anywhere but in its tail
   */
  Scan scan(Consumer<Entry> sink) throws IOException {
    long snapshotEnd = -1;
    long markEnd = -1;
    while (hasFrame()) {
      long at = position();
      int length = window.getInt();
      window.getInt();
      ByteBuffer payload = window.slice(window.position(), length);
      window.position(window.position() + length);
      if (payload.get(0) == Journal.MARK && length == 1) {
        markEnd = position();
        snapshotEnd = snapshotEnd < 0 ? markEnd : snapshotEnd;
        continue;
      }
      try {
        sink.accept(codec.decode(payload));
      } catch (IllegalArgumentException e) {
        // The checksum fits, so these bytes were written like this.
        throw damaged(at, String.valueOf(e.getMessage()));
      }
    }
    long end = position();
    if (markEnd < 0) {
      throw damaged(end, "the snapshot at the begin is not whole");
    }
    if (hasMarkBehind()) {
      throw damaged(end, "checksum of a frame");
    }
    return new Scan(snapshotEnd, markEnd, end, Math.max(end, file.size()));
  }

  /** Whether a whole frame with a right checksum begins at the read position. */
  private boolean hasFrame() throws IOException {
    if (!ensure(FrameBuffer.HEADER_BYTES)) {
      return false;
    }
    int length = window.getInt(window.position());
    if (length < 1
        || length > EntryCodec.MAX_PAYLOAD_BYTES
        || !ensure(FrameBuffer.HEADER_BYTES + length)) {
      return false;
    }
    int start = window.position();
    return window.getInt(start + Integer.BYTES)
        == FrameBuffer.checksum(position(), window.slice(start + FrameBuffer.HEADER_BYTES, length));
  }

  /** Whether a mark stands anywhere behind the read position, which is then lost. */
  private boolean hasMarkBehind() throws IOException {
    while (ensure(Journal.MARK_BYTES)) {
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

  private long position() {
    return windowOffset + window.position();
  }

  /** Whether that many bytes lie behind the read position; the window holds them then. */
  private boolean ensure(int bytes) throws IOException {
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
    return window.remaining() >= bytes;
  }

  private JournalException damaged(long offset, String reason) throws IOException {
    return JournalHeader.damaged(path, offset, file.size(), reason);
  }
}
