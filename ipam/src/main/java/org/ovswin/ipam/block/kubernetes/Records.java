package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.UnreadableRecord;

/**
 * Records as objects. The spec is what {@link RecordJson} writes, so that it can be read wherever
 * the record is; a node's has two fields more, which are Kubernetes' business.
 */
final class Records {
  /** The one object of {@link Kind#CLUSTER}. */
  static final String CLUSTER_NAME = "default";

  private static final String KUBERNETES_NODE = "kubernetesNode";
  private static final String RELEASING = "releasing";

  /** What a node's object must have and one without a node has not (RFC 5737, 3). */
  private static final IpAddress NOWHERE = IpAddress.parse("192.0.2.1");

  private static final MacAddress NO_ADAPTER = MacAddress.parse("02:00:00:00:00:01");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Records() {}

  static ObjectNode spec(ClusterRecord cluster) {
    return object(RecordJson.write(cluster));
  }

  static ObjectNode spec(BlockRecord block) {
    return object(RecordJson.write(block));
  }

  /**
   * @param kubernetesNode the uid of the cluster's Node of this name
   */
  static ObjectNode spec(NodeRecord node, Optional<String> kubernetesNode) {
    ObjectNode spec = object(RecordJson.write(node));
    kubernetesNode.ifPresent(uid -> spec.put(KUBERNETES_NODE, uid));
    return spec;
  }

  static ApiObject created(BlockRecord block) {
    return ApiObject.of(Kind.BLOCK, BlockName.of(block.block()), spec(block));
  }

  /** The node's object, marked: from now on no claim of it succeeds. */
  static ApiObject releasing(ApiObject node) {
    ObjectNode spec = ((ObjectNode) node.spec()).deepCopy();
    return node.withSpec(spec.put(RELEASING, true));
  }

  /** The object of a node that has none, marked. Nobody reads more of it than the mark. */
  static ApiObject absent(String node, Instant now) {
    NodeRecord nobody =
        new NodeRecord(
            node, new UUID(0, 0), List.of(NOWHERE), NO_ADAPTER, "none", Optional.empty(), "0", now);
    return releasing(ApiObject.of(Kind.NODE, node, spec(nobody, Optional.empty())));
  }

  static boolean isReleasing(ApiObject node) {
    return node.spec().path(RELEASING).asBoolean();
  }

  /** The uid of the cluster's Node that the node had when it was registered. */
  static Optional<String> kubernetesNode(ApiObject node) {
    return Optional.ofNullable(node.spec().path(KUBERNETES_NODE).textValue());
  }

  static ClusterRecord cluster(ApiObject object) throws IOException {
    try {
      return RecordJson.readCluster(object.specBytes());
    } catch (IllegalArgumentException e) {
      throw new IOException(object + ": spec." + e.getMessage(), e);
    }
  }

  /**
   * @throws IllegalArgumentException naming the field
   */
  static NodeRecord node(ApiObject object) {
    NodeRecord record = RecordJson.readNode(object.specBytes());
    if (!record.node().equals(object.name())) {
      throw new IllegalArgumentException(
          "node: " + record.node() + " (expected: the name of the object)");
    }
    return record;
  }

  /**
   * @throws IllegalArgumentException naming the field
   */
  static BlockRecord block(ApiObject object) {
    BlockRecord record = RecordJson.readBlock(object.specBytes());
    if (!BlockName.of(record.block()).equals(object.name())) {
      throw new IllegalArgumentException(
          "block: " + record.block() + " (expected: the one that the object is named after)");
    }
    return record;
  }

  /** Without the nodes that are marked: they are registered no more. */
  static ClusterView view(
      ClusterRanges ranges, Collection<ApiObject> nodes, Collection<ApiObject> blocks) {
    List<NodeRecord> nodeRecords = new ArrayList<>();
    List<BlockRecord> blockRecords = new ArrayList<>();
    List<UnreadableRecord> unreadable = new ArrayList<>();
    for (ApiObject object : nodes) {
      if (isReleasing(object)) {
        continue;
      }
      try {
        nodeRecords.add(node(object));
      } catch (IllegalArgumentException e) {
        unreadable.add(unreadable(object, Optional.empty(), e));
      }
    }
    for (ApiObject object : blocks) {
      try {
        blockRecords.add(block(object));
      } catch (IllegalArgumentException e) {
        unreadable.add(unreadable(object, BlockName.parse(object.name()), e));
      }
    }
    return new ClusterView(ranges, nodeRecords, blockRecords, unreadable);
  }

  private static UnreadableRecord unreadable(
      ApiObject object, Optional<IpPrefix> block, IllegalArgumentException e) {
    return new UnreadableRecord(object.toString(), block, "spec." + e.getMessage());
  }

  /** The status of a node: its usage, and sums for kubectl's columns. */
  static ObjectNode status(NodeUsage usage) {
    ObjectNode status = object(RecordJson.write(usage));
    status.remove("node");
    return status
        .put("used", usage.blocks().stream().mapToLong(NodeUsage.BlockUse::used).sum())
        .put("free", usage.blocks().stream().mapToLong(NodeUsage.BlockUse::free).sum());
  }

  /** Empty if the node has not reported yet, or what it reported cannot be read. */
  static Optional<NodeUsage> usage(ApiObject node) {
    if (!(node.status() instanceof ObjectNode status) || status.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] json = bytes(status.deepCopy().put("node", node.name()));
      return Optional.of(RecordJson.readUsage(json));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ObjectNode object(byte[] json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException("a record is an object", e);
    }
  }

  private static byte[] bytes(JsonNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers cannot fail", e);
    }
  }
}
