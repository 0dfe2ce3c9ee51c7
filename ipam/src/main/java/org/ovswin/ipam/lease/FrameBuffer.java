package org.ovswin.ipam.lease;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Frames on their way to the file. See {@link Journal} for their bytes.
 *
 * <p>It knows the file offset of each frame, because the checksum covers it: bytes of an earlier
 * life of the file, or of another place in it, never pass for a frame here.
 */
final class FrameBuffer {
  /** Bytes before the payload: length and checksum. */
  static final int HEADER_BYTES = 8;

  private static final int FIRST_CAPACITY = 16 * 1024;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int size;
  private long fileOffset;

  /**
   * @param fileOffset where in the file the first frame goes
   */
  FrameBuffer(long fileOffset) {
    this.fileOffset = fileOffset;
  }

  /**
   * CRC-32C (RFC 3720, B.4) of a frame at this offset: the offset (8), the length (4), the payload.
   */
  static int checksum(long fileOffset, ByteBuffer payload) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
            .putLong(fileOffset)
            .putInt(payload.remaining())
            .flip());
    crc.update(payload);
    return (int) crc.getValue();
  }

  void add(byte[] payload) {
    int needed = size + HEADER_BYTES + payload.length;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    ByteBuffer.wrap(bytes, size, HEADER_BYTES + payload.length)
        .putInt(payload.length)
        .putInt(checksum(fileOffset + size, ByteBuffer.wrap(payload)))
        .put(payload);
    size = needed;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Where in the file the content goes. */
  long fileOffset() {
    return fileOffset;
  }

  ByteBuffer content() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  /** The content is in the file: what is added now goes behind it. */
  void written() {
    fileOffset += size;
    size = 0;
    if (bytes.length > 64 * FIRST_CAPACITY) {
      bytes = new byte[FIRST_CAPACITY];
    }
  }
}
