package org.ovswin.sandbox.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The result of the last ADD of each attachment, for its CHECK and DEL, also after a restart. One
 * file each, in a directory that only its owner may enter, with libcni's fields:
 *
 * <pre>{"kind": "cniCacheV1", "containerId": …, "ifName": …, "networkName": …, "netns": …,
 * "config": {…}, "cniArgs": [["K", "V"], …], "capabilityArgs": {…}, "result": {…}}</pre>
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
    ArrayNode args = entry.putArray("cniArgs");
    attachment.args().forEach((key, value) -> args.addArray().add(key).add(value));
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
    Optional<JsonNode> entry = read(file);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    if (entry.get().path("result") instanceof ObjectNode result) {
      return Optional.of(result);
    }
    throw new IOException("%s: result: missing (expected: an object)".formatted(file));
  }

  private static Optional<JsonNode> read(Path file) throws IOException {
    try {
      return Optional.of(NetworkConfigList.JSON.readTree(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new IOException("%s: not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  /**
   * The attachments of a network of which there is a result, as their ADD described them.
   *
   * @throws IOException if there is an entry that cannot be read
   */
  List<RuntimeConf> attachments(NetworkConfigList network) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<RuntimeConf> attachments = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> ours =
          files
              .filter(file -> file.getFileName().toString().startsWith(network.name() + "@"))
              .sorted()
              .toList();
      for (Path file : ours) {
        Optional<JsonNode> entry = read(file);
        if (entry.isPresent()) {
          attachments.add(attachment(entry.get()));
        }
      }
    }
    return attachments;
  }

  private static RuntimeConf attachment(JsonNode entry) {
    Map<String, String> args = new LinkedHashMap<>();
    entry.path("cniArgs").forEach(pair -> args.put(pair.path(0).asText(), pair.path(1).asText()));
    Map<String, JsonNode> capabilityArgs = new LinkedHashMap<>();
    entry
        .path("capabilityArgs")
        .properties()
        .forEach(capability -> capabilityArgs.put(capability.getKey(), capability.getValue()));
    return new RuntimeConf(
        entry.path("containerId").asText(),
        entry.path("netns").asText(),
        entry.path("ifName").asText(),
        args,
        capabilityArgs);
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
