package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
 * whose release was begun and not ended, since who did it was killed, is released to the end; and
 * so is one that holds blocks and is not registered, since its claim was killed while it went.
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
  private final Supplier<Set<String>> holders;
  private final Duration interval;
  private final CountDownLatch end = new CountDownLatch(1);
  private long looks;

  /**
   * @param nodes the nodes' objects as far as they are known
   * @param holders the names of those that hold blocks, as far as is known
   */
  GoneNodes(
      ApiServer server,
      NodeObjects nodeObjects,
      String self,
      Supplier<List<ApiObject>> nodes,
      Supplier<Set<String>> holders,
      Duration interval) {
    this.server = server;
    this.nodeObjects = nodeObjects;
    this.self = self;
    this.nodes = nodes;
    this.holders = holders;
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
    SortedMap<String, Optional<ApiObject>> others = others();
    if (others.isEmpty()) {
      return;
    }
    int after = others.headMap(self).size();
    Map.Entry<String, Optional<ApiObject>> other =
        List.copyOf(others.entrySet()).get((int) ((after + looks++) % others.size()));
    String name = other.getKey();
    release(name, other.getValue())
        .ifPresent(
            released ->
                LOG.info(
                    "event=node-gone node={} blocks={}",
                    name,
                    released.stream().map(BlockRecord::block).toList()));
  }

  /** Those that may be gone, by name; empty: holds blocks and has no object. */
  private SortedMap<String, Optional<ApiObject>> others() {
    SortedMap<String, Optional<ApiObject>> others = new TreeMap<>();
    holders.get().forEach(name -> others.put(name, Optional.empty()));
    for (ApiObject node : nodes.get()) {
      others.remove(node.name());
      if (Records.isReleasing(node) || Records.kubernetesNode(node).isPresent()) {
        others.put(node.name(), Optional.of(node));
      }
    }
    others.remove(self);
    return others;
  }

  private Optional<List<BlockRecord>> release(String name, Optional<ApiObject> node)
      throws IOException {
    if (node.isEmpty()) {
      return nodeObjects.releaseAbsent(name);
    }
    return Records.isReleasing(node.get()) || server.node(name).isEmpty()
        ? nodeObjects.releaseUnchanged(node.get())
        : Optional.empty();
  }
}
