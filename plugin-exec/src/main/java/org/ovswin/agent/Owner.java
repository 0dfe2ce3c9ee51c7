package org.ovswin.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ovswin.ipam.disk.PrivateFiles;

/**
 * The identity of this node's agent: made once and kept in the state directory. It tells a node
 * that restarts from another one that was given the same name.
 */
final class Owner {
  /** The name of its file there. */
  static final String FILE = "owner";

  private Owner() {}

  /** Reads the identity, or makes it durable before anybody is told. */
  static UUID of(Path stateDirectory) throws IOException {
    Path file = stateDirectory.resolve(FILE);
    if (Files.exists(file)) {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException e) {
        throw new IOException(
            file + ": " + text + " (expected: a UUID; it is this node's claim to its block)", e);
      }
    }
    UUID owner = UUID.randomUUID();
    Path draft = stateDirectory.resolve("owner.tmp");
    try (FileChannel channel =
        PrivateFiles.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap((owner + "\n").getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    PrivateFiles.forceDirectory(stateDirectory);
    return owner;
  }
}
