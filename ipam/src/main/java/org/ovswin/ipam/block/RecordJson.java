package org.ovswin.ipam.block;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * The JSON of the records in a store, one object each:
 *
 * <pre>
 * {"version":2,"id":"6ba7b810-...","ranges":[{"range":"10.244.0.0/16","blockLength":24}]}
 * {"node":"worker-1","owner":"5f0c1d9e-...","addresses":["192.168.1.11"],"mac":"52:54:00:00:00:0b",
 *  "os":"linux","tunnelEndpoint":"192.168.2.11","version":"0.1.0","joinedAt":"2026-11-01T00:00:00Z"}
 * {"block":"10.244.1.0/24","node":"worker-1","owner":"5f0c1d9e-...",
 *  "claimedAt":"2026-11-01T00:00:00Z","releasedAt":"2026-11-02T00:00:00Z"}
 * {"node":"worker-1","blocks":[{"block":"10.244.1.0/24","used":3,"free":250}],
 *  "at":"2026-11-01T00:00:00Z"}
 * </pre>
 *
 * <p>tunnelEndpoint and releasedAt may be missing, all else may not. Keys that this version does
 * not know are left alone: a later one may add some, and both run in one cluster while it is
 * upgraded. A known key that is missing or wrong is an error that names it. Read by hand and not by
 * data binding, since that would take a number for a text and report a Java class where the field
 * belongs.
 *
 * <p>Version 1 of the cluster's record had one range, {@code
 * {"version":1,"range":"10.244.0.0/16","blockLength":24}}, and no id, and its blocks' records said
 * more about their node. Both can be read.
 */
public final class RecordJson {
  private static final int CLUSTER_VERSION = 2;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RecordJson() {}

  public static byte[] write(NodeRecord node) {
    ObjectNode object = object().put("node", node.node()).put("owner", node.owner().toString());
    ArrayNode addresses = object.putArray("addresses");
    node.addresses().forEach(address -> addresses.add(address.toString()));
    object.put("mac", node.mac().toString()).put("os", node.os());
    node.tunnelEndpoint().ifPresent(address -> object.put("tunnelEndpoint", address.toString()));
    return bytes(object.put("version", node.version()).put("joinedAt", node.joinedAt().toString()));
  }

  /**
   * @throws IllegalArgumentException naming the field, its value and what is expected
   */
  public static NodeRecord readNode(byte[] json) {
    JsonNode object = parse(json);
    List<IpAddress> addresses = new ArrayList<>();
    for (JsonNode address : array(object, "addresses")) {
      addresses.add(parsed("addresses", address, IpAddress::parse));
    }
    return new NodeRecord(
        field(object, "node", Function.identity()),
        field(object, "owner", RecordJson::uuid),
        addresses,
        field(object, "mac", MacAddress::parse),
        field(object, "os", Function.identity()),
        optional(object, "tunnelEndpoint", IpAddress::parse),
        field(object, "version", Function.identity()),
        field(object, "joinedAt", RecordJson::instant));
  }

  public static byte[] write(BlockRecord block) {
    ObjectNode object =
        object()
            .put("block", block.block().toString())
            .put("node", block.node())
            .put("owner", block.owner().toString())
            .put("claimedAt", block.claimedAt().toString());
    block.releasedAt().ifPresent(time -> object.put("releasedAt", time.toString()));
    return bytes(object);
  }

  /**
   * @throws IllegalArgumentException naming the field, its value and what is expected
   */
  public static BlockRecord readBlock(byte[] json) {
    JsonNode object = parse(json);
    return new BlockRecord(
        field(object, "block", IpPrefix::parse),
        field(object, "node", Function.identity()),
        field(object, "owner", RecordJson::uuid),
        field(object, "claimedAt", RecordJson::instant),
        optional(object, "releasedAt", RecordJson::instant));
  }

  public static byte[] write(NodeUsage usage) {
    ObjectNode object = object().put("node", usage.node());
    ArrayNode blocks = object.putArray("blocks");
    for (NodeUsage.BlockUse use : usage.blocks()) {
      blocks
          .addObject()
          .put("block", use.block().toString())
          .put("used", use.used())
          .put("free", use.free());
    }
    return bytes(object.put("at", usage.at().toString()));
  }

  /**
   * @throws IllegalArgumentException naming the field, its value and what is expected
   */
  public static NodeUsage readUsage(byte[] json) {
    JsonNode object = parse(json);
    List<NodeUsage.BlockUse> blocks = new ArrayList<>();
    for (JsonNode use : array(object, "blocks")) {
      blocks.add(
          new NodeUsage.BlockUse(
              field(use, "block", IpPrefix::parse), number(use, "used"), number(use, "free")));
    }
    return new NodeUsage(
        field(object, "node", Function.identity()),
        blocks,
        field(object, "at", RecordJson::instant));
  }

  public static byte[] write(ClusterRecord cluster) {
    ObjectNode object = object().put("version", CLUSTER_VERSION).put("id", cluster.id().toString());
    ArrayNode ranges = object.putArray("ranges");
    for (ClusterRange range : cluster.ranges().ranges()) {
      ranges
          .addObject()
          .put("range", range.prefix().toString())
          .put("blockLength", range.blockLength());
    }
    return bytes(object);
  }

  /**
   * @throws IllegalArgumentException naming the field, its value and what is expected
   */
  public static ClusterRecord readCluster(byte[] json) {
    JsonNode object = parse(json);
    long version = number(object, "version");
    if (version == 1) {
      return new ClusterRecord(ClusterRecord.NO_ID, ClusterRanges.of(range(object)));
    }
    if (version > CLUSTER_VERSION) {
      throw new IllegalArgumentException(
          "version: "
              + version
              + " (expected: at most "
              + CLUSTER_VERSION
              + "; a newer ovs-win wrote it)");
    }
    if (version != CLUSTER_VERSION) {
      throw new IllegalArgumentException("version: " + version + " (expected: 1 or 2)");
    }
    List<ClusterRange> ranges = new ArrayList<>();
    for (JsonNode range : array(object, "ranges")) {
      ranges.add(range(range));
    }
    return new ClusterRecord(field(object, "id", RecordJson::uuid), new ClusterRanges(ranges));
  }

  private static ClusterRange range(JsonNode object) {
    IpPrefix prefix = field(object, "range", IpPrefix::parse);
    long blockLength = number(object, "blockLength");
    if (blockLength != (int) blockLength) {
      throw new IllegalArgumentException(
          "blockLength: " + blockLength + " (expected: at most " + Integer.MAX_VALUE + ")");
    }
    return new ClusterRange(prefix, (int) blockLength);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static byte[] bytes(ObjectNode object) {
    try {
      return JSON.writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an object of texts cannot fail", e);
    }
  }

  private static JsonNode parse(byte[] json) {
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
    return parsed(name, value, parser);
  }

  private static <T> Optional<T> optional(
      JsonNode object, String name, Function<String, T> parser) {
    return Optional.ofNullable(object.get(name)).map(value -> parsed(name, value, parser));
  }

  private static <T> T parsed(String name, JsonNode value, Function<String, T> parser) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: text)");
    }
    try {
      return parser.apply(value.textValue());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static JsonNode array(JsonNode object, String name) {
    JsonNode value = object.get(name);
    if (value == null || !value.isArray()) {
      throw new IllegalArgumentException(
          name + ": " + (value == null ? "is missing" : value) + " (expected: a list)");
    }
    return value;
  }

  private static long number(JsonNode object, String name) {
    JsonNode value = object.get(name);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException(
          name + ": " + (value == null ? "is missing" : value) + " (expected: a whole number)");
    }
    return value.longValue();
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
