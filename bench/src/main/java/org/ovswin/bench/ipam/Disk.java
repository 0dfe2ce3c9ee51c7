package org.ovswin.bench.ipam;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a disk takes at least for something durable: one append, and fdatasync. */
final class Disk implements Closeable {
  private final FileChannel file;
  private final ByteBuffer bytes;

  /**
   * @param size bytes of an append
   */
  Disk(Path path, int size) throws IOException {
    this.file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    // As the journal's buffers: the copy into a direct one is part of both.
    this.bytes = ByteBuffer.wrap(new byte[size]);
  }

  void appendAndSync() throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
