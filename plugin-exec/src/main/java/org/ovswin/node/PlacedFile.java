package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.ovswin.ipam.disk.PrivateFiles;
import org.ovswin.node.Step.Done;

/**
 * A file that a step puts on the machine, atomically and durably, and takes away again: what was
 * there before comes back, and directories made for it go when nothing else is in them.
 *
 * @param path the file
 * @param mode of it, such as {@code rw-r--r--}
 */
record PlacedFile(Path path, String mode) {

  /** Of a file that is kept to be put back. */
  private static final long MAX_KEPT_BYTES = 8 << 20;

  /** The directory that a file is in. */
  static Path directoryOf(Path file) {
    // Of an empty sibling, as getParent would give null for a root.
    return file.toAbsolutePath().resolveSibling("");
  }

  /** What {@link #restore} needs. */
  ObjectNode before() throws IOException, NodeException {
    ObjectNode before = missingDirectories(path);
    if (Files.exists(path)) {
      if (Files.size(path) > MAX_KEPT_BYTES) {
        throw new NodeException(
            "%s: %d bytes (expected: nothing, or a file of at most %d that down can put back); move it away"
                .formatted(path, Files.size(path), MAX_KEPT_BYTES));
      }
      before.put("content", Base64.getEncoder().encodeToString(Files.readAllBytes(path)));
      before.put("mode", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }
    return before;
  }

  /** The directories that have to be made for this file, the outermost first. */
  static ObjectNode missingDirectories(Path path) {
    ObjectNode before = JsonNodeFactory.instance.objectNode();
    List<Path> missing = new ArrayList<>();
    for (Path parent = path.toAbsolutePath().getParent();
        parent != null && !Files.exists(parent);
        parent = parent.getParent()) {
      missing.addFirst(parent);
    }
    missing.forEach(directory -> before.withArray("made").add(directory.toString()));
    return before;
  }

  /** Puts it there unless it is so. */
  Done put(byte[] content) throws IOException {
    if (Files.isRegularFile(path)
        && Arrays.equals(Files.readAllBytes(path), content)
        && Files.getPosixFilePermissions(path).equals(PosixFilePermissions.fromString(mode))) {
      return Done.already(path.toString());
    }
    write(content, mode);
    return Done.now(path.toString());
  }

  private void write(byte[] content, String permissions) throws IOException {
    Path directory = directoryOf(path);
    Files.createDirectories(directory);
    // A name that no runtime takes for a network or a plugin.
    Path coming = directory.resolve("." + path.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            coming,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      Files.setPosixFilePermissions(coming, PosixFilePermissions.fromString(permissions));
      channel.force(true);
    }
    Files.move(coming, path, StandardCopyOption.ATOMIC_MOVE);
    PrivateFiles.forceDirectory(directory);
  }

  /** Takes it away, or puts back what was there. */
  Done restore(JsonNode before) throws IOException {
    Files.deleteIfExists(path.resolveSibling("." + path.getFileName() + ".new"));
    if (before.hasNonNull("content")) {
      write(
          Base64.getDecoder().decode(before.path("content").asText()),
          before.path("mode").asText(mode));
      return Done.now(path + " is what it was before");
    }
    Done done =
        Files.deleteIfExists(path)
            ? Done.now("removed " + path)
            : Done.already(path + " is not there");
    removeMade(before);
    return done;
  }

  /** Removes the directories of {@link #missingDirectories} that are empty. */
  static void removeMade(JsonNode before) throws IOException {
    List<Path> made = new ArrayList<>();
    before.path("made").forEach(directory -> made.add(Path.of(directory.asText())));
    for (Path directory : made.reversed()) {
      removeIfEmpty(directory);
    }
  }

  /** Removes a directory in which nothing is; one that is not there is none. */
  static void removeIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's files are in it by now.
      return;
    }
  }
}
