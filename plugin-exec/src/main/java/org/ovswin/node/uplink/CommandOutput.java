package org.ovswin.node.uplink;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a command prints to: a file, because a daemon that it starts would keep a pipe open for
 * good. It has a name only until the command has opened it, so that nothing is left behind where
 * this process is killed while the command runs.
 */
public final class CommandOutput implements Closeable {
  private final Path path;
  private final FileChannel channel;

  private CommandOutput(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Makes an empty one. */
  public static CommandOutput create() throws IOException {
    Path path = Files.createTempFile("ovs-win-", ".out");
    return new CommandOutput(path, FileChannel.open(path, StandardOpenOption.READ));
  }

  /** For the command's start. */
  public File file() {
    return path.toFile();
  }

  /** Takes its name away: the command has opened it. */
  public void unlink() throws IOException {
    Files.deleteIfExists(path);
  }

  /** What has been printed so far. */
  public byte[] read() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Read further.
    }
    return bytes.array();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      unlink();
    }
  }
}
