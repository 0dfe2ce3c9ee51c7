package org.ovswin.ipam.block.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimHistory;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.Watch;

/** Many nodes at once; what they were answered is judged by {@link ClaimHistory}. */
class EtcdHistoryTest {
  private static final long SEED = 20261123;
  private static final Duration FAULTS = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int NODES = 50;

  private static EtcdCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = EtcdCluster.start(EtcdCluster.Transport.PLAIN);
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
  }

  /** The latest view that a watch was told. */
  private record Follower(AtomicReference<ClusterView> latest, Watch watch) {
    static Follower of(BlockStore store) throws IOException {
      AtomicReference<ClusterView> latest = new AtomicReference<>();
      return new Follower(latest, store.watch(latest::set));
    }
  }

  @Test
  void claimAndRelease_fiftyNodesUnderFaults_noBlockIsHeldTwiceAndEveryWatchCatchesUp()
      throws Exception {
    // Few blocks and no grace: each is released and taken by somebody else again and again.
    ClusterRange range = new ClusterRange(IpPrefix.parse("10.244.0.0/18"), 24);
    ClaimHistory history = new ClaimHistory();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger claimed = new AtomicInteger();
    List<BlockStore> stores = new ArrayList<>();
    List<Follower> followers = new ArrayList<>();
    try (ExecutorService nodes = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> lives = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        if (i % 5 == 0) {
          stores.add(open("/history/", range, Duration.ZERO));
          followers.add(Follower.of(stores.getLast()));
        }
        Node node = new Node("node-" + i, stores.getLast(), history, new Random(SEED + i));
        lives.add(nodes.submit(() -> node.live(over, claimed)));
      }
      try {
        new FaultSchedule(cluster, SEED).run(FAULTS);
        for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
          cluster.heal(member);
        }
        cluster.awaitHealthy();
      } finally {
        over.set(true);
      }
      for (Future<Void> life : lives) {
        life.get();
      }
    }
    long ended = System.nanoTime();
    try (BlockStore last = open("/history/", range, Duration.ZERO)) {
      ClusterView end = history.client(last).view();
      for (Follower follower : followers) {
        await().atMost(PATIENCE).until(() -> end.equals(follower.latest().get()));
        follower.watch().close();
      }
    }
    long currentMillis = (System.nanoTime() - ended) / 1_000_000;
    for (BlockStore store : stores) {
      store.close();
    }
    System.out.printf(
        "etcd: %d claims of %d nodes in %d s of faults, %d watches current after %d ms, seed %d%n",
        claimed.get(), NODES, FAULTS.toSeconds(), followers.size(), currentMillis, SEED);

    assertThat(history.violations()).as("seed %d", SEED).isEmpty();
    assertThat(claimed).hasValueGreaterThan(NODES);
  }

  @Test
  void claim_thousandNodesAtOnce_allHaveOneAndNoBlockTwice() throws Exception {
    ClusterRange range = new ClusterRange(IpPrefix.parse("10.128.0.0/9"), 24);
    List<BlockStore> stores = new ArrayList<>();
    List<Callable<IpPrefix>> claims = new ArrayList<>();
    Queue<Long> waits = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 1000; i++) {
      if (i % 50 == 0) {
        stores.add(open("/thousand/", range, Duration.ofMinutes(10)));
      }
      String node = "node-" + i;
      BlockStore store = stores.getLast();
      claims.add(
          () -> {
            long start = System.nanoTime();
            IpPrefix block = claimed(store, node, UUID.randomUUID());
            waits.add((System.nanoTime() - start) / 1_000_000);
            return block;
          });
    }
    List<IpPrefix> blocks = new ArrayList<>();
    long began = System.nanoTime();
    try (ExecutorService nodes = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<IpPrefix> claim : nodes.invokeAll(claims)) {
        blocks.add(claim.get());
      }
    }
    long millis = (System.nanoTime() - began) / 1_000_000;
    List<Long> sorted = waits.stream().sorted().toList();
    System.out.printf(
        "etcd: %d nodes registered and claimed in %d ms; one: p50 %d ms, max %d ms%n",
        sorted.size(), millis, sorted.get(sorted.size() / 2), sorted.getLast());
    assertThat(blocks).hasSize(1000).doesNotHaveDuplicates();
    assertThat(stores.getFirst().view().blocks())
        .extracting(BlockRecord::block)
        .containsExactlyInAnyOrderElementsOf(blocks);
    for (BlockStore store : stores) {
      store.close();
    }
  }

  /** On a machine that is busy a call may time out; made again it does no more than it should. */
  private static IpPrefix claimed(BlockStore store, String node, UUID owner) {
    AtomicInteger tries = new AtomicInteger();
    List<IpPrefix> held = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .ignoreException(IOException.class)
        .until(
            () -> {
              tries.incrementAndGet();
              store.register(TestNodes.node(node, owner));
              if (store.claim(node, owner, Family.IPV4, 1)
                  instanceof Claim.Claimed(List<BlockRecord> records)) {
                records.forEach(record -> held.add(record.block()));
              }
              return !held.isEmpty();
            });
    assertThat(held).as("blocks of %s after %s tries", node, tries).hasSize(1);
    return held.getFirst();
  }

  /** Joins, claims, releases and leaves, over and over. */
  private record Node(String name, BlockStore store, ClaimHistory history, Random random) {
    Void live(AtomicBoolean over, AtomicInteger claimed) {
      ClaimHistory.Client client = history.client(store);
      UUID owner = new UUID(random.nextLong(), random.nextLong());
      while (!over.get()) {
        try {
          store.register(TestNodes.node(name, owner));
          Claim claim = client.claim(name, owner, Family.IPV4, 1 + random.nextInt(2));
          if (claim instanceof Claim.Claimed(List<BlockRecord> held)) {
            claimed.incrementAndGet();
            owner = leave(client, held, owner);
          }
        } catch (IOException e) {
          // Recorded: it may have happened or not.
        }
      }
      return null;
    }

    /** Gives back one block, or all and the name with them; the owner of the next life. */
    private UUID leave(ClaimHistory.Client client, List<BlockRecord> held, UUID owner)
        throws IOException {
      switch (random.nextInt(4)) {
        case 0 -> {
          var _ = client.releaseNode(name);
          return new UUID(random.nextLong(), random.nextLong());
        }
        case 1 -> {
          var _ = client.view();
        }
        default -> {
          var _ = client.release(held.get(random.nextInt(held.size())).block());
        }
      }
      return owner;
    }
  }

  private static BlockStore open(String prefix, ClusterRange range, Duration grace)
      throws IOException {
    return EtcdBlockStore.open(
        EtcdCluster.options(cluster.endpoints(), prefix),
        new StoreOptions(ClusterRanges.of(range), grace, InstantSource.system()));
  }
}
