package org.ovswin.ipam.block.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.UnreadableRecord;
import org.ovswin.ipam.block.WantedCluster;

/**
 * The watched keys as they were at one revision, read into records. Not thread-safe.
 *
 * <p>Every record is read once, when its key changes: a view of a large cluster is then put
 * together from what is there.
 */
final class Records {
  private static final int PAGE = 2000;

  /** A key's record, and the revision at which it was written. */
  record Version<T>(T record, long revision) {}

  private final Keys keys;
  private final Map<String, Version<Object>> byKey = new HashMap<>();
  private long revision;

  private Records(Keys keys) {
    this.keys = keys;
  }

  /** Reads all of them, at one revision that no committed change is missing from. */
  static Records read(EtcdSession session, Keys keys) throws IOException {
    Records records = new Records(keys);
    ByteSequence from = keys.watchedFrom();
    while (true) {
      GetOption.Builder page = GetOption.builder().withRange(keys.watchedTo()).withLimit(PAGE);
      if (records.revision > 0) {
        page.withRevision(records.revision);
      }
      GetResponse response = session.get(from, page.build());
      if (records.revision == 0) {
        records.revision = response.getHeader().getRevision();
      }
      response.getKvs().forEach(records::put);
      if (!response.isMore()) {
        return records;
      }
      from = Keys.bytes(Keys.text(response.getKvs().getLast().getKey()) + "\0");
    }
  }

  /** The revision that this is the state of. */
  long revision() {
    return revision;
  }

  void apply(WatchEvent event) {
    if (event.getEventType() == WatchEvent.EventType.DELETE) {
      byKey.remove(Keys.text(event.getKeyValue().getKey()));
    } else {
      put(event.getKeyValue());
    }
    revision = Math.max(revision, event.getKeyValue().getModRevision());
  }

  /**
   * @throws IOException if the record is missing, cannot be read, or is another cluster's
   */
  static ClusterRecord requireCluster(Keys keys, Optional<Object> record, UUID expected)
      throws IOException {
    Optional<ClusterRecord> cluster = Optional.empty();
    if (record.isPresent()) {
      if (!(record.get() instanceof ClusterRecord present)) {
        throw new IOException(record.get().toString());
      }
      cluster = Optional.of(present);
    }
    return new WantedCluster.Known(expected).require(Keys.text(keys.cluster()), cluster);
  }

  /** The cluster's record, and the revision at which it was written. */
  Version<ClusterRecord> cluster(UUID expected) throws IOException {
    Optional<Version<Object>> version = Optional.ofNullable(byKey.get(Keys.text(keys.cluster())));
    ClusterRecord cluster = requireCluster(keys, version.map(Version::record), expected);
    return new Version<>(cluster, version.map(Version::revision).orElse(0L));
  }

  /**
   * @param expected id of the cluster
   */
  ClusterView view(UUID expected) throws IOException {
    ClusterRecord cluster = cluster(expected).record();
    List<NodeRecord> nodes = new ArrayList<>();
    List<BlockRecord> blocks = new ArrayList<>();
    List<UnreadableRecord> unreadable = new ArrayList<>();
    for (Version<Object> version : byKey.values()) {
      switch (version.record()) {
        case NodeRecord node -> nodes.add(node);
        case BlockRecord block -> blocks.add(block);
        case UnreadableRecord record -> unreadable.add(record);
        default -> {}
      }
    }
    return new ClusterView(cluster.ranges(), nodes, blocks, unreadable);
  }

  /** The revision at which the record of a block was written; 0 if there is none. */
  long revisionOf(IpPrefix block) {
    Version<Object> version = byKey.get(Keys.text(keys.block(block)));
    return version == null ? 0 : version.revision();
  }

  private void put(KeyValue entry) {
    byKey.put(
        Keys.text(entry.getKey()), new Version<>(record(keys, entry), entry.getModRevision()));
  }

  /** A node's, a block's or the cluster's record, or why it is none. */
  static Object record(Keys keys, KeyValue entry) {
    String key = Keys.text(entry.getKey());
    byte[] value = entry.getValue().getBytes();
    if (key.startsWith(keys.blocks())) {
      return blockRecord(key, key.substring(keys.blocks().length()), value);
    }
    if (key.startsWith(keys.nodes())) {
      return named(key, key.substring(keys.nodes().length()), value);
    }
    if (key.equals(Keys.text(keys.cluster()))) {
      return read(key, Optional.empty(), () -> RecordJson.readCluster(value));
    }
    return "a key of somebody else";
  }

  private static Object blockRecord(String key, String name, byte[] value) {
    Optional<IpPrefix> block = parse(name);
    return read(
        key,
        block,
        () -> {
          BlockRecord record = RecordJson.readBlock(value);
          requireKey("block", record.block().toString(), name);
          return record;
        });
  }

  private static Object named(String key, String name, byte[] value) {
    return read(
        key,
        Optional.empty(),
        () -> {
          NodeRecord record = RecordJson.readNode(value);
          requireKey("node", record.node(), name);
          return record;
        });
  }

  private static Object read(String key, Optional<IpPrefix> block, Reader reader) {
    try {
      return reader.read();
    } catch (IllegalArgumentException e) {
      return new UnreadableRecord(key, block, String.valueOf(e.getMessage()));
    }
  }

  private interface Reader {
    Object read();
  }

  private static void requireKey(String field, String value, String name) {
    if (!value.equals(name)) {
      throw new IllegalArgumentException(
          field + ": " + value + " (expected: " + name + ", as its key says)");
    }
  }

  static Optional<IpPrefix> parse(String block) {
    try {
      return Optional.of(IpPrefix.parse(block));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
