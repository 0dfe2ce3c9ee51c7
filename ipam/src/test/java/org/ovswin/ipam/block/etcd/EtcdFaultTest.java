package org.ovswin.ipam.block.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.Watch;

/**
 * Claims go on and watches miss nothing while one member after the other fails in one way after the
 * other. Each fault is done to the member that the watching store talks to, and to the one that
 * leads.
 */
class EtcdFaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final AtomicInteger TESTS = new AtomicInteger();

  private static EtcdCluster cluster;

  private final String prefix = "/fault-" + TESTS.incrementAndGet() + "/";
  private final List<ClusterView> deliveries = new CopyOnWriteArrayList<>();
  private final AtomicInteger changes = new AtomicInteger();
  private EtcdBlockStore store;
  private BlockStore peer;
  private Watch watch;

  @BeforeAll
  static void start() throws IOException {
    cluster = EtcdCluster.start(EtcdCluster.Transport.PLAIN);
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
  }

  @BeforeEach
  void open() throws IOException {
    store = open(cluster.endpoints());
    peer = open(cluster.endpoints());
    watch = store.watch(deliveries::add);
    await().atMost(PATIENCE).until(() -> !deliveries.isEmpty());
  }

  @AfterEach
  void close() throws IOException {
    for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
      cluster.heal(member);
    }
    watch.close();
    store.close();
    peer.close();
    cluster.awaitHealthy();
  }

  /** What is done to a member. */
  private interface Fault {
    void strike(int member) throws IOException;
  }

  @Test
  void member_killed_isPassedOver() throws IOException {
    strikeTwice(cluster::kill);
  }

  @Test
  void member_partitionedFromTheOthersButNotFromUs_isPassedOver() throws IOException {
    strikeTwice(cluster::cutPeers);
  }

  @Test
  void member_partitionedFromUs_isPassedOver() throws IOException {
    strikeTwice(cluster::cutClients);
  }

  @Test
  void member_frozen_isPassedOver() throws IOException {
    strikeTwice(cluster::freeze);
  }

  @Test
  void members_allSlow_stillServe() throws IOException {
    for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
      cluster.slow(member, 128);
    }
    claimAndAwaitDelivery();
    claimAndAwaitDelivery();
  }

  @Test
  void connections_droppedWhileOthersChange_watchMissesNothing() throws IOException {
    for (int round = 0; round < 5; round++) {
      for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
        cluster.dropConnections(member);
      }
      claimAndAwaitDelivery();
    }
  }

  @Test
  void watch_compactedWhileCutOff_listsAgain() throws IOException {
    List<ClusterView> seen = new CopyOnWriteArrayList<>();
    try (BlockStore behind = open(cluster.endpoints().subList(2, 3));
        Watch _ = behind.watch(seen::add)) {
      await().atMost(PATIENCE).until(() -> !seen.isEmpty());
      cluster.cutClients(2);
      cluster.dropConnections(2);
      try (BlockStore others = open(cluster.endpoints().subList(0, 2))) {
        change(others);
        change(others);
        cluster.compact();
        change(others);
        cluster.heal(2);
        ClusterView latest = others.view();
        await().atMost(PATIENCE).until(() -> seen.getLast().equals(latest));
      }
    }
  }

  @Test
  void cluster_allKilled_saysSoAndIsUsedWhenItReturns() throws IOException {
    change(peer);
    for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
      cluster.kill(member);
    }
    await().atMost(PATIENCE).until(() -> store.health() instanceof StoreHealth.Unreachable);
    assertThat(((StoreHealth.Unreachable) store.health()).reason()).contains("http://127.0.0.1:");
    for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
      cluster.restart(member);
    }
    cluster.awaitHealthy();
    await().atMost(PATIENCE).until(() -> store.health() instanceof StoreHealth.Reachable);
    claimAndAwaitDelivery();
  }

  private void strikeTwice(Fault fault) throws IOException {
    strike(fault, cluster.endpoints().indexOf(store.member()));
    strike(fault, cluster.leader());
  }

  private void strike(Fault fault, int member) throws IOException {
    fault.strike(member);
    claimAndAwaitDelivery();
    cluster.heal(member);
    cluster.awaitHealthy();
  }

  /** One node joins through one store, and the other one's watch is told of it. */
  private void claimAndAwaitDelivery() throws IOException {
    String node = change(peer);
    await().atMost(PATIENCE).until(() -> deliveries.getLast().blocksOf(node).size() == 1);
  }

  /** A call may time out; made again it does what it should, and no more. */
  private String change(BlockStore through) {
    String node = "node-" + changes.incrementAndGet();
    UUID owner = UUID.randomUUID();
    await()
        .atMost(PATIENCE)
        .ignoreException(IOException.class)
        .until(
            () -> {
              through.register(TestNodes.node(node, owner));
              return through.claim(node, owner, Family.IPV4, 1) instanceof Claim.Claimed(var held)
                  && held.size() == 1;
            });
    return node;
  }

  private EtcdBlockStore open(List<URI> endpoints) throws IOException {
    return EtcdBlockStore.open(
        EtcdCluster.options(endpoints, prefix),
        new StoreOptions(
            ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24)),
            Duration.ofMinutes(10),
            InstantSource.system()));
  }
}
