package org.ovswin.sandbox.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The result of the last ADD of each attachment, for its CHECK and DEL, also after a restart. One
 * file each, in a directory that only its owner may enter, with libcni's fields:
 *
 * <pre>{"kind": "cniCacheV1", "containerId": …, "ifName": …, "networkName": …, "netns": …,
 * "config": {…}, "cniArgs": […], "capabilityArgs": {…}, "result": {…}}</pre>
 *
 * <p>A file is replaced as a whole: after a crash it is the old one or the new one.
 */
final class ResultCache {
  private static final String KIND = "cniCacheV1";

  private final Path directory;

  ResultCache(Path directory) {
    this.directory = directory;
  }

  void put(NetworkConfigList network, RuntimeConf attachment, ObjectNode result)
      throws IOException {
    ObjectNode entry = NetworkConfigList.JSON.createObjectNode();
    entry.put("kind", KIND);
    entry.put("containerId", attachment.containerId());
    entry.put("ifName", attachment.ifName());
    entry.put("networkName", network.name());
    entry.put("netns", attachment.netns());
    entry.set("config", network.source());
    entry.set("cniArgs", NetworkConfigList.JSON.valueToTree(attachment.args()));
    entry.set("capabilityArgs", NetworkConfigList.JSON.valueToTree(attachment.capabilityArgs()));
    entry.set("result", result);
    makeDirectory();
    Path temporary = Files.createTempFile(directory, ".new-", "");
    try {
      try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(NetworkConfigList.JSON.writeValueAsBytes(entry));
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
        file.force(true);
      }
      Files.move(
          temporary,
          file(network, attachment),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /**
   * @throws IOException if there is an entry that cannot be read
   */
  Optional<ObjectNode> get(NetworkConfigList network, RuntimeConf attachment) throws IOException {
    Path file = file(network, attachment);
    JsonNode entry;
    try {
      entry = NetworkConfigList.JSON.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new IOException("%s: not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    if (entry.path("result") instanceof ObjectNode result) {
      return Optional.of(result);
    }
    throw new IOException("%s: result: missing (expected: an object)".formatted(file));
  }

  void remove(NetworkConfigList network, RuntimeConf attachment) throws IOException {
    Files.deleteIfExists(file(network, attachment));
  }

  /** Neither a network's name nor a container id has an @, so no two attachments share a file. */
  private Path file(NetworkConfigList network, RuntimeConf attachment) {
    return directory.resolve(
        "%s@%s@%s".formatted(network.name(), attachment.containerId(), attachment.ifName()));
  }

  private void makeDirectory() throws IOException {
    Files.createDirectories(directory);
    FileStore store = Files.getFileStore(directory);
    if (store.supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
