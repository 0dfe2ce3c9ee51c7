package org.ovswin.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ovswin.ipam.disk.PrivateFiles;

/**
 * What {@code up} found before each of its steps, and which of them are done: a file with one JSON
 * object a line, each on disk before anything goes on.
 *
 * <pre>
 * {"entry":"layout","value":{…}}                     where everything is on this machine
 * {"entry":"begun","step":"bridge","before":{…}}     the step may have begun; how it was before
 * {"entry":"done","step":"bridge"}
 * {"entry":"undone","step":"bridge"}                 forgets the two above
 * </pre>
 *
 * <p>A last line without its end is that of a killed writer, who did nothing after it. Not safe for
 * use by several threads; {@code up} and {@code down} hold a lock.
 */
final class UpRecord implements Closeable {
  private static final JsonMapper JSON = new JsonMapper();

  private static final String LAYOUT = "layout";
  private static final String BEGUN = "begun";
  private static final String DONE = "done";
  private static final String UNDONE = "undone";

  private final Path file;
  private final Map<String, JsonNode> begun = new LinkedHashMap<>();
  private Optional<JsonNode> layout = Optional.empty();
  private final FileChannel channel;

  private UpRecord(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens the record, or begins an empty one.
   *
   * @throws IOException also if a line of it is no entry: what was changed is then not known
   */
  static UpRecord open(Path file) throws IOException {
    PrivateFiles.createDirectories(PlacedFile.directoryOf(file));
    String text = Files.exists(file) ? Files.readString(file) : "";
    int whole = text.lastIndexOf('\n') + 1;
    FileChannel channel =
        PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.truncate(text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length);
      channel.position(channel.size());
      UpRecord record = new UpRecord(file, channel);
      int number = 0;
      for (String line : text.substring(0, whole).lines().toList()) {
        number++;
        record.read(line, number);
      }
      PrivateFiles.forceDirectory(PlacedFile.directoryOf(file));
      return record;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void read(String line, int number) throws IOException {
    JsonNode entry;
    try {
      entry = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw malformed(number, line);
    }
    String step = entry.path("step").asText();
    switch (entry.path("entry").asText()) {
      case LAYOUT -> layout = Optional.of(entry.path("value"));
      case BEGUN -> begun.put(step, entry.path("before"));
      case DONE -> {}
      case UNDONE -> begun.remove(step);
      default -> throw malformed(number, line);
    }
  }

  private IOException malformed(int number, String line) {
    return new IOException(
        "%s: line %d: %s (expected: layout, begun, done or undone; the file says how this machine was, look at it before you remove it)"
            .formatted(file, number, line));
  }

  Path file() {
    return file;
  }

  /** Where everything is on this machine; empty before the first {@code up}. */
  Optional<JsonNode> layout() {
    return layout;
  }

  void layout(JsonNode value) throws IOException {
    ObjectNode entry = JSON.createObjectNode().put("entry", LAYOUT);
    entry.set("value", value);
    append(entry);
    layout = Optional.of(value);
  }

  /** How it was before this step, if the step has begun and was not undone. */
  Optional<JsonNode> begun(String step) {
    return Optional.ofNullable(begun.get(step));
  }

  void begin(String step, JsonNode before) throws IOException {
    ObjectNode entry = JSON.createObjectNode().put("entry", BEGUN).put("step", step);
    entry.set("before", before);
    append(entry);
    begun.put(step, before);
  }

  void done(String step) throws IOException {
    append(JSON.createObjectNode().put("entry", DONE).put("step", step));
  }

  void undone(String step) throws IOException {
    append(JSON.createObjectNode().put("entry", UNDONE).put("step", step));
    begun.remove(step);
  }

  private void append(ObjectNode entry) throws IOException {
    ByteBuffer line = StandardCharsets.UTF_8.encode(JSON.writeValueAsString(entry) + "\n");
    while (line.hasRemaining()) {
      channel.write(line);
    }
    channel.force(true);
  }

  /** Removes the record of a node of which nothing is left. */
  void delete() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
    PrivateFiles.forceDirectory(PlacedFile.directoryOf(file));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
