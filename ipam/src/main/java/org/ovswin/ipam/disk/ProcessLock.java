package org.ovswin.ipam.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An exclusive lock on a directory, between processes and inside this one. The kernel takes it back
 * when the process ends, however it ends, so there is no stale lock to break. What is locked is a
 * file "lock" in the directory. Its first line is the pid of its last holder, for messages. It is
 * never deleted: a second process could otherwise lock a new file of the same name while the first
 * still holds the old one.
 */
public final class ProcessLock implements Closeable {

  /** What came of an attempt. */
  public sealed interface Attempt {
    /** The lock is ours until it is closed. */
    record Acquired(ProcessLock lock) implements Attempt {}

    /** Somebody else has it; {@code pid} is text from the file and may be "unknown". */
    record HeldBy(String pid) implements Attempt {}
  }

  /**
   * Files that this process holds or is trying. It mirrors what the kernel keeps per process: a
   * POSIX lock belongs to the process, and closing <em>any</em> descriptor of the file drops it. So
   * a second attempt from within must be turned away before it opens the file.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  /**
   * The locked byte lies beyond any content: Windows locks are mandatory, and others must be able
   * to read the pid.
   */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final String FILE = "lock";
  private static final int MAX_PID_BYTES = 20;

  private final Path file;
  private final FileChannel channel;

  private ProcessLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Tries once, without waiting.
   *
   * @throws IOException if the directory does not exist, or its file system cannot lock
   */
  public static Attempt tryAcquire(Path directory) throws IOException {
    Path real = directory.toRealPath().resolve(FILE);
    if (!HELD_HERE.add(real)) {
      return new Attempt.HeldBy(ownPid());
    }
    FileChannel channel = null;
    boolean acquired = false;
    try {
      channel =
          PrivateFiles.open(
              real, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      if (lock == null) {
        return new Attempt.HeldBy(pidIn(channel));
      }
      // Over what was there, which may be longer: truncating takes a file system milliseconds.
      channel.write(StandardCharsets.US_ASCII.encode(ownPid() + "\n"), 0);
      acquired = true;
      return new Attempt.Acquired(new ProcessLock(real, channel));
    } finally {
      if (!acquired) {
        if (channel != null) {
          channel.close();
        }
        HELD_HERE.remove(real);
      }
    }
  }

  /** Gives the lock up. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } finally {
      HELD_HERE.remove(file);
    }
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static String pidIn(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(MAX_PID_BYTES);
    channel.read(content, 0);
    String text = StandardCharsets.US_ASCII.decode(content.flip()).toString();
    // The holder writes the pid just after it has the lock, so a reader can come too early.
    int end = text.indexOf('\n');
    return end > 0 ? text.substring(0, end) : "unknown";
  }
}
