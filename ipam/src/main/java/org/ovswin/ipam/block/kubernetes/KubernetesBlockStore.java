package org.ovswin.ipam.block.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NoClusterException;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.Watch;

/**
 * The block store in the cluster's API server: see deploy/kubernetes for the kinds, {@link
 * BlockName} for the names that are the locks, {@link BlockClaim} and {@link NodeObjects} for why
 * no block gets two holders.
 *
 * <p>Where the controller manager gives nodes their blocks (Node.spec.podCIDRs), claims take these
 * ({@link PodCidrRule}). A node whose Node is deleted is released by another node's agent ({@link
 * GoneNodes}), as soon as that is registered and watches.
 */
public final class KubernetesBlockStore implements BlockStore {
  /** Of one request with its retries; a claim makes several. */
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private static final int MAX_ROUNDS = 1_000;

  private final ApiServer server;
  private final StoreOptions options;
  private final PodCidrs podCidrs;
  private final ClusterObject cluster;
  private final NodeObjects nodes;
  private final List<KubernetesWatch> watches = new CopyOnWriteArrayList<>();

  /** Guarded by this; null until this handle has registered a node. */
  private @Nullable GoneNodes goneNodes;

  private KubernetesBlockStore(
      ApiServer server, StoreOptions options, PodCidrs podCidrs, ClusterObject cluster) {
    this.server = server;
    this.options = options;
    this.podCidrs = podCidrs;
    this.cluster = cluster;
    this.nodes = new NodeObjects(server, options.clock());
  }

  /**
   * Connects, and creates the cluster's object if it is not there and may be made.
   *
   * @throws NoClusterException if the wanted cluster is not there; nothing was changed
   * @throws IOException if the API server does not answer or does not permit it, or the cluster has
   *     not the initial ranges; the message says what to apply
   */
  public static KubernetesBlockStore open(KubernetesOptions kubernetes, StoreOptions options)
      throws IOException {
    return open(kubernetes, options, DEADLINE);
  }

  /** As {@link #open(KubernetesOptions, StoreOptions)}, with another deadline for each request. */
  static KubernetesBlockStore open(
      KubernetesOptions kubernetes, StoreOptions options, Duration deadline) throws IOException {
    KubernetesClient client = ClientConfig.connect(kubernetes, deadline);
    ApiServer server = new ApiServer(client, deadline, new ApiHealth(options.clock()));
    try {
      return new KubernetesBlockStore(
          server, options, kubernetes.podCidrs(), ClusterObject.settle(server, options));
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @Override
  public String description() {
    return "Kubernetes API " + server.url();
  }

  @Override
  public UUID clusterId() {
    return cluster.id();
  }

  @Override
  public StoreHealth health() {
    return server.health();
  }

  @Override
  public ClusterView view() throws IOException {
    // The ranges last: a block of a range that was added in between has its range then.
    List<ApiObject> nodeObjects = server.list(Kind.NODE).objects();
    List<ApiObject> blockObjects = server.list(Kind.BLOCK).objects();
    ClusterRanges ranges = cluster.read().ranges();
    return Records.view(ranges, nodeObjects, blockObjects);
  }

  @Override
  public RangeChange addRange(ClusterRange range) throws IOException {
    return cluster.add(range);
  }

  @Override
  public RangeChange removeRange(IpPrefix prefix) throws IOException {
    return cluster.remove(prefix, options.clock().instant(), options.grace());
  }

  @Override
  public Registration register(NodeRecord record) throws IOException {
    Registration registration = nodes.register(record);
    if (registration instanceof Registration.Registered(NodeRecord registered)) {
      lookAfterOthers(registered.node());
    }
    return registration;
  }

  private synchronized void lookAfterOthers(String self) {
    if (goneNodes == null) {
      goneNodes = goneNodes(self, GoneNodes.INTERVAL);
      goneNodes.start();
    }
  }

  /** Not started. */
  GoneNodes goneNodes(String self, Duration interval) {
    return new GoneNodes(server, nodes, self, this::knownNodes, this::knownHolders, interval);
  }

  private List<ApiObject> knownNodes() {
    return watches.stream().findFirst().map(KubernetesWatch::nodes).orElse(List.of());
  }

  private Set<String> knownHolders() {
    return watches.stream().findFirst().map(KubernetesWatch::holders).orElse(Set.of());
  }

  @Override
  public Claim claim(String node, UUID owner, Family family, int count) throws IOException {
    return new BlockClaim(server, cluster, options, podCidrs, node, owner).run(family, count);
  }

  @Override
  public Claim claim(String node, UUID owner, IpPrefix block) throws IOException {
    return new BlockClaim(server, cluster, options, podCidrs, node, owner).run(block);
  }

  @Override
  public Optional<BlockRecord> release(IpPrefix block) throws IOException {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<ApiObject> object = server.get(Kind.BLOCK, BlockName.of(block));
      Optional<BlockRecord> held =
          object.flatMap(NodeObjects::readable).filter(BlockRecord::isHeld);
      if (held.isEmpty()) {
        return held;
      }
      BlockRecord released = held.get().released(options.clock().instant());
      if (NodeObjects.end(server, object.get(), released)) {
        return Optional.of(released);
      }
    }
    throw new IOException(
        "block " + block + ": changed " + MAX_ROUNDS + " times meanwhile (expected: fewer)");
  }

  @Override
  public List<BlockRecord> releaseNode(String node) throws IOException {
    NodeRecord.requireName(node);
    return nodes.release(node);
  }

  @Override
  public void report(NodeUsage usage) throws IOException {
    nodes.report(usage);
  }

  @Override
  public List<NodeUsage> usages() throws IOException {
    return nodes.usages().stream().sorted(Comparator.comparing(NodeUsage::node)).toList();
  }

  @Override
  public Watch watch(Consumer<ClusterView> consumer) {
    KubernetesWatch watch = KubernetesWatch.start(server, cluster, consumer, watches::remove);
    watches.add(watch);
    return watch;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (goneNodes != null) {
        goneNodes.close();
      }
    }
    watches.forEach(KubernetesWatch::close);
    server.close();
  }
}
