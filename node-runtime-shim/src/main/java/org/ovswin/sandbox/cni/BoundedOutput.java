package org.ovswin.sandbox.cni;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Reads a process's output on a thread of its own, so that the process never waits for its reader,
 * and keeps at most so much of it. Safe for use by several threads.
 */
final class BoundedOutput {
  private final int maxBytes;
  private final Runnable onOverflow;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final Thread reader;
  private boolean overflow;

  /**
   * @param onOverflow run once, on the reader's thread, when there is more than {@code maxBytes}
   */
  BoundedOutput(String name, InputStream stream, int maxBytes, Runnable onOverflow) {
    this.maxBytes = maxBytes;
    this.onOverflow = onOverflow;
    this.reader = Thread.ofVirtual().name(name).start(() -> drain(stream));
  }

  /**
   * Waits for the end of the output. A grandchild that inherited it may hold it open long after the
   * process has ended: then what was printed so far counts.
   */
  byte[] await(Duration atMost) throws InterruptedException {
    reader.join(atMost);
    synchronized (kept) {
      return kept.toByteArray();
    }
  }

  boolean isOverflown() {
    synchronized (kept) {
      return overflow;
    }
  }

  private void drain(InputStream stream) {
    byte[] buffer = new byte[8192];
    try (stream) {
      int length = stream.read(buffer);
      while (length >= 0) {
        keep(buffer, length);
        length = stream.read(buffer);
      }
    } catch (IOException e) {
      // The process was killed and its streams closed: there is no more output.
    }
  }

  private void keep(byte[] buffer, int length) {
    boolean first;
    synchronized (kept) {
      int room = maxBytes - kept.size();
      kept.write(buffer, 0, Math.min(room, length));
      first = length > room && !overflow;
      overflow |= length > room;
    }
    if (first) {
      onOverflow.run();
    }
  }
}
