package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.Watch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the view that follows from the objects of the three kinds, whenever it is another than
 * the last: what only concerns a status is not.
 */
final class KubernetesWatch implements Watch {
  /** Changes that come within this time are one delivery. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(KubernetesWatch.class);

  private final ClusterObject cluster;
  private final Consumer<ClusterView> consumer;
  private final Consumer<KubernetesWatch> atEnd;
  private final Semaphore wake = new Semaphore(0);
  private final KindWatch clusters;
  private final KindWatch nodes;
  private final KindWatch blocks;
  private volatile boolean closed;

  /** Of the thread: what was delivered and logged last, so that nothing is repeated. */
  private @Nullable ClusterView delivered;

  private String loggedTrouble = "";

  private KubernetesWatch(
      ApiServer server,
      ClusterObject cluster,
      Consumer<ClusterView> consumer,
      Consumer<KubernetesWatch> atEnd) {
    this.cluster = cluster;
    this.consumer = consumer;
    this.atEnd = atEnd;
    this.clusters = new KindWatch(server, Kind.CLUSTER, wake::release);
    this.nodes = new KindWatch(server, Kind.NODE, wake::release);
    this.blocks = new KindWatch(server, Kind.BLOCK, wake::release);
  }

  static KubernetesWatch start(
      ApiServer server,
      ClusterObject cluster,
      Consumer<ClusterView> consumer,
      Consumer<KubernetesWatch> atEnd) {
    KubernetesWatch watch = new KubernetesWatch(server, cluster, consumer, atEnd);
    Thread.ofVirtual().name("ipam-block-watch").start(watch::run);
    watch.clusters.start();
    watch.nodes.start();
    watch.blocks.start();
    return watch;
  }

  /** The nodes' objects as far as they are known. */
  List<ApiObject> nodes() {
    return nodes.objects().orElse(List.of());
  }

  /** The names of those that hold blocks, as far as is known. */
  Set<String> holders() {
    return blocks.objects().orElse(List.of()).stream()
        .flatMap(object -> NodeObjects.readable(object).stream())
        .filter(BlockRecord::isHeld)
        .map(BlockRecord::node)
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    closed = true;
    clusters.close();
    nodes.close();
    blocks.close();
    wake.release();
    atEnd.accept(this);
  }

  private void run() {
    try {
      while (!closed) {
        wake.acquire();
        // Without waiting, what comes in a burst would be read as often as it has parts.
        var _ = wake.tryAcquire(Integer.MAX_VALUE, GATHER.toMillis(), TimeUnit.MILLISECONDS);
        var _ = wake.drainPermits();
        if (!closed) {
          look();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Optional<List<ApiObject>> knownClusters = clusters.objects();
    Optional<List<ApiObject>> knownNodes = nodes.objects();
    Optional<List<ApiObject>> knownBlocks = blocks.objects();
    if (knownClusters.isEmpty() || knownNodes.isEmpty() || knownBlocks.isEmpty()) {
      return;
    }
    ClusterView view;
    try {
      Optional<ApiObject> object =
          knownClusters.get().stream()
              .filter(each -> each.name().equals(Records.CLUSTER_NAME))
              .findFirst();
      view = Records.view(cluster.record(object).ranges(), knownNodes.get(), knownBlocks.get());
    } catch (IOException e) {
      logTrouble(String.valueOf(e.getMessage()));
      return;
    }
    logTrouble(view.unreadable().isEmpty() ? "" : view.unreadable().toString());
    if (view.equals(delivered)) {
      return;
    }
    delivered = view;
    try {
      consumer.accept(view);
    } catch (RuntimeException e) {
      LOG.error("event=block-watch-consumer-failed", e);
    }
  }

  private void logTrouble(String trouble) {
    if (!trouble.isEmpty() && !trouble.equals(loggedTrouble)) {
      LOG.warn("event=block-records-unreadable reason=\"{}\"", trouble);
    }
    loggedTrouble = trouble;
  }
}
