package org.ovswin.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.WantedCluster;
import org.ovswin.ipam.disk.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's records as they were last seen, in {@code cluster-view.json} of the state
 * directory: {@code {"cluster":{…},"nodes":[{…}],"blocks":[{…}]}}, each in the form of the store.
 * An agent that starts while the store is away reaches its peers by it, and one that starts while
 * the store is another one takes it for that by the cluster's id. For the rest it is not more than
 * a copy: one that cannot be read is as good as none.
 */
public final class CachedView {
  private static final Logger LOG = LoggerFactory.getLogger(CachedView.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path stateDirectory;
  private final Path file;

  CachedView(Path stateDirectory) {
    this.stateDirectory = stateDirectory;
    this.file = stateDirectory.resolve("cluster-view.json");
  }

  /**
   * The copy in a state directory.
   *
   * @param at when it was written, which is when the records last changed
   */
  public record Seen(ClusterView view, Instant at) {}

  /** For others than the agent: what it saw last; empty if it kept nothing. */
  public static Optional<Seen> read(Path stateDirectory) {
    CachedView cached = new CachedView(stateDirectory);
    return cached.read().map(view -> new Seen(view, cached.writtenAt()));
  }

  private Instant writtenAt() {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      // It was there a moment ago, so it is being replaced now.
      return Instant.now();
    }
  }

  /**
   * The cluster that the agent may work with. A node that never kept a copy may begin one. A copy
   * of before there were ids, or that cannot be read, says that this node was in one: then one must
   * be there, and which one cannot be told any more.
   */
  WantedCluster cluster() {
    if (Files.notExists(file)) {
      return new WantedCluster.FirstCome();
    }
    return keptId()
        .<WantedCluster>map(WantedCluster.Known::new)
        .orElseGet(WantedCluster.Existing::new);
  }

  /** Whether the copy is of this cluster. */
  boolean isOf(UUID id) {
    return Files.exists(file) && keptId().filter(id::equals).isPresent();
  }

  private Optional<UUID> keptId() {
    try {
      return Optional.of(readCluster(readFile()).id())
          .filter(id -> !id.equals(ClusterRecord.NO_ID));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("file={} does not tell the cluster's id: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private JsonNode readFile() throws IOException {
    return JSON.readTree(Files.readAllBytes(file));
  }

  private static ClusterRecord readCluster(JsonNode root) throws IOException {
    return RecordJson.readCluster(JSON.writeValueAsBytes(root.path("cluster")));
  }

  Optional<ClusterView> read() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      JsonNode root = readFile();
      List<NodeRecord> nodes = new ArrayList<>();
      for (JsonNode node : root.path("nodes")) {
        nodes.add(RecordJson.readNode(JSON.writeValueAsBytes(node)));
      }
      List<BlockRecord> blocks = new ArrayList<>();
      for (JsonNode block : root.path("blocks")) {
        blocks.add(RecordJson.readBlock(JSON.writeValueAsBytes(block)));
      }
      return Optional.of(new ClusterView(readCluster(root).ranges(), nodes, blocks, List.of()));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("file={} ignored: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Replaces the copy.
   *
   * @param id of the cluster
   */
  void write(UUID id, ClusterView view) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.set("cluster", JSON.readTree(RecordJson.write(new ClusterRecord(id, view.ranges()))));
    ArrayNode nodes = root.putArray("nodes");
    for (NodeRecord node : view.nodes()) {
      nodes.add(JSON.readTree(RecordJson.write(node)));
    }
    ArrayNode blocks = root.putArray("blocks");
    for (BlockRecord block : view.blocks()) {
      blocks.add(JSON.readTree(RecordJson.write(block)));
    }
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileChannel channel =
        PrivateFiles.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer content = ByteBuffer.wrap(JSON.writeValueAsBytes(root));
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    PrivateFiles.forceDirectory(stateDirectory);
  }
}
