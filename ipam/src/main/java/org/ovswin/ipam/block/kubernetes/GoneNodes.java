package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ovswin.ipam.block.BlockRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases nodes whose Node was deleted from the cluster.
 *
 * <p>Nobody watches the Nodes: they are large, change all the time, and a watch that lost something
 * would say that nodes are gone. Instead every agent asks for one other node at a time, each time
 * for the next one by name, beginning with the one after itself. So of n agents one looks at each
 * node at a time, none is left out while any agent runs, and only one finds the node gone.
 *
 * <p>Gone is a node that had a Node when it registered, and of which the API server says by itself
 * that there is none of this name. One that the cluster never had a Node for is left alone. A node
 * whose release was begun and not ended, since who did it was killed, is released to the end.
 */
final class GoneNodes {
  /** One look takes so long times the number of nodes to come to each of them from one agent. */
  static final Duration INTERVAL = Duration.ofSeconds(15);

  /** Spreads names that differ in a digit (Fibonacci hashing). */
  private static final int SPREAD = 0x9e3779b9;

  private static final Logger LOG = LoggerFactory.getLogger(GoneNodes.class);

  private final ApiServer server;
  private final NodeObjects nodeObjects;
  private final String self;
  private final Supplier<List<ApiObject>> nodes;
  private final Duration interval;
  private final CountDownLatch end = new CountDownLatch(1);
  private long looks;

  /**
   * @param nodes the nodes' objects as far as they are known
   */
  GoneNodes(
      ApiServer server,
      NodeObjects nodeObjects,
      String self,
      Supplier<List<ApiObject>> nodes,
      Duration interval) {
    this.server = server;
    this.nodeObjects = nodeObjects;
    this.self = self;
    this.nodes = nodes;
    this.interval = interval;
  }

  void start() {
    Thread.ofVirtual().name("ipam-gone-nodes").start(this::run);
  }

  void close() {
    end.countDown();
  }

  private void run() {
    try {
      // Agents that start together do not ask together.
      long phaseMillis = Integer.toUnsignedLong(self.hashCode() * SPREAD) % interval.toMillis();
      boolean ended = end.await(phaseMillis, TimeUnit.MILLISECONDS);
      while (!ended) {
        try {
          look();
        } catch (IOException e) {
          LOG.warn("event=node-look-failed reason=\"{}\"", e.getMessage());
        }
        ended = end.await(interval.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks at the next node, and releases it if it is gone. */
  void look() throws IOException {
    List<ApiObject> others =
        nodes.get().stream()
            .filter(node -> !node.name().equals(self))
            .filter(node -> Records.isReleasing(node) || Records.kubernetesNode(node).isPresent())
            .sorted(Comparator.comparing(ApiObject::name))
            .toList();
    if (others.isEmpty()) {
      return;
    }
    long after = others.stream().filter(node -> node.name().compareTo(self) < 0).count();
    ApiObject node = others.get((int) ((after + looks++) % others.size()));
    if (Records.isReleasing(node) || server.node(node.name()).isEmpty()) {
      nodeObjects
          .releaseUnchanged(node)
          .ifPresent(
              released ->
                  LOG.info(
                      "event=node-gone node={} blocks={}",
                      node.name(),
                      released.stream().map(BlockRecord::block).toList()));
    }
  }
}
