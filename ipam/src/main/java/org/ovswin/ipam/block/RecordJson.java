package org.ovswin.ipam.block;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import java.util.function.Function;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * The JSON of the records in a store, one object each:
 *
 * <pre>
 * {"node":"worker-1","owner":"5f0c1d9e-...","block":"10.244.1.0/24","address":"192.168.1.11",
 *  "mac":"52:54:00:00:00:0b","os":"linux","version":"0.1.0","claimedAt":"2026-11-01T00:00:00Z"}
 * {"version":1,"range":"10.244.0.0/16","blockLength":24}
 * </pre>
 *
 * <p>Keys that this version does not know are left alone: a later one may add some, and both run in
 * one cluster while it is upgraded. A known key that is missing or wrong is an error that names it.
 * Read by hand and not by data binding, since that would take a number for a text and report a Java
 * class where the field belongs.
 */
final class RecordJson {
  private static final int CLUSTER_VERSION = 1;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RecordJson() {}

  static byte[] write(NodeRecord node) {
    return bytes(
        JsonNodeFactory.instance
            .objectNode()
            .put("node", node.node())
            .put("owner", node.owner().toString())
            .put("block", node.block().toString())
            .put("address", node.address().toString())
            .put("mac", node.mac().toString())
            .put("os", node.os())
            .put("version", node.version())
            .put("claimedAt", node.claimedAt().toString()));
  }

  /**
   * @throws IllegalArgumentException naming the field, its value and what is expected
   */
  static NodeRecord read(byte[] json) {
    JsonNode object = object(json);
    return new NodeRecord(
        field(object, "node", Function.identity()),
        field(object, "owner", RecordJson::uuid),
        field(object, "block", IpPrefix::parse),
        field(object, "address", IpAddress::parse),
        field(object, "mac", MacAddress::parse),
        field(object, "os", Function.identity()),
        field(object, "version", Function.identity()),
        field(object, "claimedAt", RecordJson::instant));
  }

  static byte[] write(ClusterRange range) {
    return bytes(
        JsonNodeFactory.instance
            .objectNode()
            .put("version", CLUSTER_VERSION)
            .put("range", range.prefix().toString())
            .put("blockLength", range.blockLength()));
  }

  /**
   * @throws IllegalArgumentException naming the field, its value and what is expected
   */
  static ClusterRange readCluster(byte[] json) {
    JsonNode object = object(json);
    int version = number(object, "version");
    if (version != CLUSTER_VERSION) {
      throw new IllegalArgumentException(
          "version: " + version + " (expected: " + CLUSTER_VERSION + "; a newer ovs-win wrote it)");
    }
    return new ClusterRange(field(object, "range", IpPrefix::parse), number(object, "blockLength"));
  }

  private static byte[] bytes(ObjectNode object) {
    try {
      return JSON.writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an object of texts cannot fail", e);
    }
  }

  private static JsonNode object(byte[] json) {
    JsonNode object;
    try {
      object = JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException("is not JSON (expected: an object): " + reason(e), e);
    }
    if (object == null || !object.isObject()) {
      throw new IllegalArgumentException("is not an object (expected: a JSON object)");
    }
    return object;
  }

  private static String reason(Exception e) {
    return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.toString();
  }

  private static <T> T field(JsonNode object, String name, Function<String, T> parser) {
    JsonNode value = object.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": is missing (expected: text)");
    }
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: text)");
    }
    try {
      return parser.apply(value.textValue());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static int number(JsonNode object, String name) {
    JsonNode value = object.get(name);
    if (value == null || !value.isInt()) {
      throw new IllegalArgumentException(
          name + ": " + (value == null ? "is missing" : value) + " (expected: a whole number)");
    }
    return value.intValue();
  }

  private static UUID uuid(String text) {
    // UUID.fromString takes "1-1-1-1-1".
    if (text.length() != 36) {
      throw new IllegalArgumentException(text + " (expected: a UUID)");
    }
    return UUID.fromString(text);
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          text + " (expected: a time, for example 2026-11-01T00:00:00Z)", e);
    }
  }
}
