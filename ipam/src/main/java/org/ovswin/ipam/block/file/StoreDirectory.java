package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.UnreadableRecord;

/**
 * Where each record of the store is, and how they are read.
 *
 * <pre>
 * cluster.json                 the ranges; the first to come creates it
 * nodes/worker-1               one file per node
 * blocks/10.244.1.0_24.json    one file per block that is held or was released
 * usage/worker-1               what the node last reported
 * lock                         held while something is changed
 * tmp/                         files that have no name yet
 * </pre>
 *
 * A node's name may be as long as a file name, hence no suffix.
 */
record StoreDirectory(Disk disk, Path directory) {
  private static final String BLOCK_SUFFIX = ".json";

  Path cluster() {
    return directory.resolve("cluster.json");
  }

  Path nodes() {
    return directory.resolve("nodes");
  }

  Path blocks() {
    return directory.resolve("blocks");
  }

  Path usages() {
    return directory.resolve("usage");
  }

  Path temporary() {
    return directory.resolve("tmp");
  }

  Path node(String name) {
    return nodes().resolve(name);
  }

  Path usage(String node) {
    return usages().resolve(node);
  }

  /** "10.244.1.0_24.json"; a colon is no character for a file name on Windows. */
  Path block(IpPrefix block) {
    return blocks().resolve(block.toString().replace('/', '_').replace(':', '-') + BLOCK_SUFFIX);
  }

  /**
   * Creates what is missing, with mode 0700.
   *
   * @throws IOException also if something there is somebody else's, who could change it at any time
   */
  void create() throws IOException {
    for (Path each : List.of(directory, nodes(), blocks(), usages(), temporary())) {
      disk.createDirectories(each);
      disk.requireOwn(each);
    }
    disk.requireOwn(cluster());
  }

  /**
   * The cluster's record, or empty if there is none.
   *
   * @throws IOException if it cannot be read, or a newer version wrote it
   */
  Optional<ClusterRecord> readCluster() throws IOException {
    return read(cluster(), RecordJson::readCluster);
  }

  /**
   * The node's record, or empty if there is none.
   *
   * @throws IOException if it cannot be read
   */
  Optional<NodeRecord> readNode(String name) throws IOException {
    return read(node(name), json -> named(node(name), RecordJson.readNode(json)));
  }

  /**
   * The block's record, or empty if there is none.
   *
   * @throws IOException if it cannot be read
   */
  Optional<BlockRecord> readBlock(IpPrefix block) throws IOException {
    return read(block(block), json -> named(block(block), RecordJson.readBlock(json)));
  }

  /**
   * All records. What refers to something is read before that: a block that is seen has its node
   * and its range, unless they were removed in between.
   *
   * @param cluster reads the cluster's record
   */
  ClusterView readView(ClusterReader cluster) throws IOException {
    List<UnreadableRecord> unreadable = new ArrayList<>();
    List<BlockRecord> blocks = readAll(blocks(), this::blockOf, unreadable);
    List<NodeRecord> nodes = readAll(nodes(), this::nodeOf, unreadable);
    ClusterRanges ranges = cluster.read().ranges();
    List<BlockRecord> inRange = new ArrayList<>();
    for (BlockRecord block : blocks) {
      if (ranges.isBlock(block.block())) {
        inRange.add(block);
      } else if (block.isHeld()) {
        unreadable.add(
            new UnreadableRecord(
                nameOf(block(block.block())),
                Optional.of(block.block()),
                "block: " + block.block() + " (expected: one of " + ranges + ")"));
      }
      // Released and of a range that was removed: nobody's.
    }
    return new ClusterView(ranges, nodes, inRange, unreadable);
  }

  /** Reads the cluster's record for {@link #readView}. */
  interface ClusterReader {
    ClusterRecord read() throws IOException;
  }

  /** The reports that can be read, by name. */
  List<NodeUsage> readUsages() throws IOException {
    return readAll(usages(), (file, json) -> RecordJson.readUsage(json), new ArrayList<>());
  }

  private interface Parser<T> {
    T parse(Path file, byte[] json);
  }

  private interface Content<T> {
    T parse(byte[] json);
  }

  private <T> Optional<T> read(Path file, Content<T> content) throws IOException {
    try {
      return Optional.of(content.parse(disk.read(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private <T> List<T> readAll(Path of, Parser<T> parser, List<UnreadableRecord> unreadable)
      throws IOException {
    List<T> records = new ArrayList<>();
    for (Path file : disk.list(of)) {
      try {
        records.add(parser.parse(file, disk.read(file)));
      } catch (NoSuchFileException e) {
        // Removed since the directory was listed.
      } catch (IOException | IllegalArgumentException e) {
        unreadable.add(
            new UnreadableRecord(nameOf(file), blockNamed(file), String.valueOf(e.getMessage())));
      }
    }
    return records;
  }

  private String nameOf(Path file) {
    return directory.relativize(file).toString();
  }

  private BlockRecord blockOf(Path file, byte[] json) {
    return named(file, RecordJson.readBlock(json));
  }

  private NodeRecord nodeOf(Path file, byte[] json) {
    return named(file, RecordJson.readNode(json));
  }

  private BlockRecord named(Path file, BlockRecord record) {
    if (!file.equals(block(record.block()))) {
      throw new IllegalArgumentException(
          "block: " + record.block() + " (expected: the one that the file is named after)");
    }
    return record;
  }

  private NodeRecord named(Path file, NodeRecord record) {
    if (!file.equals(node(record.node()))) {
      throw new IllegalArgumentException(
          "node: " + record.node() + " (expected: the one that the file is named after)");
    }
    return record;
  }

  /** The block that a file of this name is about. */
  private Optional<IpPrefix> blockNamed(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!blocks().equals(file.getParent()) || !name.endsWith(BLOCK_SUFFIX)) {
      return Optional.empty();
    }
    String text = name.substring(0, name.length() - BLOCK_SUFFIX.length()).replace('_', '/');
    try {
      IpPrefix block = IpPrefix.parse(text.contains(".") ? text : text.replace('-', ':'));
      return block(block).equals(file) ? Optional.of(block) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
