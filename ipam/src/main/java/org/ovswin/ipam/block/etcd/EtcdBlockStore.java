package org.ovswin.ipam.block.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimStep;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NoClusterException;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.Watch;

/**
 * The block store in an etcd cluster (3.4 or later). {@link Keys} shows its keys.
 *
 * <h2>Why no block gets two holders, and no name two owners</h2>
 *
 * <p>Every change is one transaction that names the revision of each record it was decided on: it
 * happens as a whole while all of them are as they were read, or not at all, and then everything is
 * read again. etcd orders transactions, and answers reads with all that was committed before them.
 *
 * <ul>
 *   <li>A block is taken only if its key does not exist, or is still the released record that was
 *       read.
 *   <li>Each claim writes the node's allocations, and names their revision: so of two claims of one
 *       node only one can happen, even if one of them was given up for lost long ago and arrives
 *       now. A claim that ended in a timeout leaks no block: whether it happened is read by the
 *       next.
 *   <li>Each claim names the revisions of the node's and the cluster's records: a node that was
 *       released, and a range that was removed, are not claimed for.
 * </ul>
 *
 * <p>The allocations are only where to look for a node's own blocks; what counts is in the blocks'
 * records. Without them each claim would have to read every record of the cluster.
 *
 * <p>Calls wait at most 10 s ({@link EtcdConnection#OPERATION_TIMEOUT}) and the last try's time.
 */
public final class EtcdBlockStore implements BlockStore {
  private final EtcdOptions options;
  private final StoreOptions settings;
  private final Keys keys;
  private final EtcdConnection connection;
  private final UUID clusterId;
  private final EtcdClaims claims;
  private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();

  private EtcdBlockStore(
      EtcdOptions options, StoreOptions settings, EtcdConnection connection, UUID clusterId) {
    this.options = options;
    this.settings = settings;
    this.keys = new Keys(options.prefix());
    this.connection = connection;
    this.clusterId = clusterId;
    this.claims = new EtcdClaims(connection, keys, clusterId);
  }

  /**
   * Connects, and creates the cluster if there is none under the prefix and it may be made.
   *
   * @throws NoClusterException if the wanted cluster is not there; nothing was changed
   * @throws IOException if no member could be reached, if it refused us, or if the cluster lacks an
   *     initial range
   */
  public static EtcdBlockStore open(EtcdOptions options, StoreOptions settings) throws IOException {
    EtcdConnection connection = new EtcdConnection(options, settings.clock());
    try {
      Keys keys = new Keys(options.prefix());
      String where = options.description() + ": " + Keys.text(keys.cluster());
      ClusterRecord cluster =
          connection.run("open", session -> settleCluster(session, keys, where, settings));
      settings.requireRecorded(where, cluster.ranges());
      return new EtcdBlockStore(options, settings, connection, cluster.id());
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Optional<ClusterRecord> settleCluster(
      EtcdSession session, Keys keys, String where, StoreOptions settings) throws IOException {
    GetResponse present = session.get(keys.cluster(), GetOption.DEFAULT);
    if (present.getKvs().isEmpty()) {
      settings.cluster().admit(where, Optional.empty());
      ClusterRecord created = ClusterRecord.create(settings.initial());
      boolean first =
          session
              .commit(
                  List.of(unchanged(keys.cluster(), 0)),
                  List.of(put(keys.cluster(), RecordJson.write(created))),
                  List.of())
              .isSucceeded();
      return first ? Optional.of(created) : Optional.empty();
    }
    return switch (Records.record(keys, present.getKvs().getFirst())) {
      case ClusterRecord cluster -> {
        settings.cluster().admit(where, Optional.of(cluster));
        yield Optional.of(cluster);
      }
      case Object unreadable -> throw new IOException(unreadable.toString());
    };
  }

  @Override
  public String description() {
    return options.description();
  }

  @Override
  public UUID clusterId() {
    return clusterId;
  }

  @Override
  public StoreHealth health() {
    return connection.health();
  }

  @Override
  public ClusterView view() throws IOException {
    return connection.run("view", session -> Optional.of(read(session).view(clusterId)));
  }

  private Records read(EtcdSession session) throws IOException {
    return Records.read(session, keys);
  }

  @Override
  public RangeChange addRange(ClusterRange range) throws IOException {
    return connection.run(
        "add range",
        session -> {
          GetResponse present = session.get(keys.cluster(), GetOption.DEFAULT);
          ClusterRecord cluster = EtcdClaims.cluster(keys, clusterId, present);
          RangeChange change = RangeChange.add(cluster.ranges(), range);
          if (!(change instanceof RangeChange.Changed(ClusterRanges ranges))
              || ranges.equals(cluster.ranges())) {
            return Optional.of(change);
          }
          return committed(
              change,
              session,
              List.of(unchanged(keys.cluster(), present.getKvs().getFirst().getModRevision())),
              List.of(put(keys.cluster(), RecordJson.write(cluster.with(ranges)))));
        });
  }

  @Override
  public RangeChange removeRange(IpPrefix prefix) throws IOException {
    return connection.run(
        "remove range", new RangeRemoval(keys, clusterId, settings, prefix)::attempt);
  }

  @Override
  public Registration register(NodeRecord record) throws IOException {
    ByteSequence key = keys.node(record.node());
    return connection.run(
        "register",
        session -> {
          TxnResponse response =
              session.commit(
                  List.of(unchanged(key, 0)),
                  List.of(put(key, RecordJson.write(record))),
                  List.of(get(key)));
          return response.isSucceeded()
              ? Optional.of(new Registration.Registered(record))
              : renew(session, record, response.getGetResponses().getFirst());
        });
  }

  private Optional<Registration> renew(EtcdSession session, NodeRecord record, GetResponse response)
      throws IOException {
    KeyValue present = response.getKvs().getFirst();
    NodeRecord recorded =
        switch (Records.record(keys, present)) {
          case NodeRecord node -> node;
          case Object unreadable -> throw new IOException(unreadable.toString());
        };
    if (!recorded.owner().equals(record.owner())) {
      return Optional.of(new Registration.NameTaken(recorded, record.owner()));
    }
    NodeRecord wanted = record.renewing(recorded);
    if (wanted.equals(recorded)) {
      return Optional.of(new Registration.Registered(recorded));
    }
    return committed(
        new Registration.Registered(wanted),
        session,
        List.of(unchanged(present.getKey(), present.getModRevision())),
        List.of(put(present.getKey(), RecordJson.write(wanted))));
  }

  @Override
  public Claim claim(String node, UUID owner, Family family, int count) throws IOException {
    return claims.claim(
        node,
        Optional.empty(),
        view -> ClaimStep.next(view, node, owner, family, count, now(), settings.grace()));
  }

  @Override
  public Claim claim(String node, UUID owner, IpPrefix block) throws IOException {
    return claims.claim(
        node,
        Optional.of(block),
        view -> ClaimStep.next(view, node, owner, block, now(), settings.grace()));
  }

  @Override
  public Optional<BlockRecord> release(IpPrefix block) throws IOException {
    return connection.run("release", new BlockRelease(keys, settings.clock(), block)::attempt);
  }

  @Override
  public List<BlockRecord> releaseNode(String node) throws IOException {
    NodeRecord.requireName(node);
    return new NodeRelease(connection, keys, settings.clock(), node).run();
  }

  @Override
  public void report(NodeUsage usage) throws IOException {
    var _ =
        connection.run(
            "report",
            session ->
                committed(
                    usage,
                    session,
                    List.of(),
                    List.of(put(keys.usage(usage.node()), RecordJson.write(usage)))));
  }

  @Override
  public List<NodeUsage> usages() throws IOException {
    return connection.run(
        "usages",
        session -> {
          List<NodeUsage> usages = new ArrayList<>();
          GetOption all = GetOption.builder().withRange(Keys.end(keys.usages())).build();
          for (KeyValue entry : session.get(Keys.bytes(keys.usages()), all).getKvs()) {
            usage(entry).ifPresent(usages::add);
          }
          usages.sort(Comparator.comparing(NodeUsage::node));
          return Optional.of(List.copyOf(usages));
        });
  }

  private static Optional<NodeUsage> usage(KeyValue entry) {
    try {
      return Optional.of(RecordJson.readUsage(entry.getValue().getBytes()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public Watch watch(Consumer<ClusterView> consumer) throws IOException {
    EtcdWatch watch = EtcdWatch.start(connection, keys, clusterId, consumer);
    watches.add(watch);
    return () -> {
      watches.remove(watch);
      watch.close();
    };
  }

  @Override
  public void close() {
    watches.forEach(EtcdWatch::close);
    connection.close();
  }

  /** The member that is asked first now. */
  URI member() {
    return connection.member();
  }

  private Instant now() {
    return settings.clock().instant();
  }

  static Optional<KeyValue> first(GetResponse response) {
    return response.getKvs().stream().findFirst();
  }

  /** Commits, and gives the result if the conditions held. */
  static <T> Optional<T> committed(
      T result, EtcdSession session, List<Cmp> conditions, List<Op> operations) throws IOException {
    return session.commit(conditions, operations, List.of()).isSucceeded()
        ? Optional.of(result)
        : Optional.empty();
  }

  /** That a key was last written at this revision; 0: that it does not exist. */
  static Cmp unchanged(ByteSequence key, long revision) {
    return new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision));
  }

  static Op put(ByteSequence key, byte[] value) {
    return Op.put(key, ByteSequence.from(value), PutOption.DEFAULT);
  }

  static Op delete(ByteSequence key) {
    return Op.delete(key, DeleteOption.DEFAULT);
  }

  static Op get(ByteSequence key) {
    return Op.get(key, GetOption.DEFAULT);
  }
}
