package org.ovswin.pipeline.verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows the file to which the switch writes what leaves one port, in pcap's format: a header of
 * 24 bytes, then each frame behind 16 bytes, of which the third word is the length in the machine's
 * byte order. The switch flushes after each frame.
 */
final class PacketCapture implements AutoCloseable {
  private static final int FILE_HEADER = 24;
  private static final int RECORD_HEADER = 16;
  private static final int LENGTH = 8;

  private final FileChannel file;
  private long read = FILE_HEADER;

  private PacketCapture(FileChannel file) {
    this.file = file;
  }

  static PacketCapture open(Path path) throws IOException {
    return new PacketCapture(FileChannel.open(path));
  }

  /** The frames since the last call. */
  List<byte[]> frames() throws IOException {
    long size = file.size();
    if (size <= read) {
      return List.of();
    }
    ByteBuffer records = ByteBuffer.allocate((int) (size - read)).order(ByteOrder.nativeOrder());
    while (records.hasRemaining() && file.read(records, read + records.position()) >= 0) {}
    records.flip();
    List<byte[]> frames = new ArrayList<>();
    while (records.remaining() >= RECORD_HEADER) {
      byte[] frame = new byte[records.getInt(records.position() + LENGTH)];
      records.position(records.position() + RECORD_HEADER).get(frame);
      frames.add(frame);
    }
    read = size;
    return frames;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
