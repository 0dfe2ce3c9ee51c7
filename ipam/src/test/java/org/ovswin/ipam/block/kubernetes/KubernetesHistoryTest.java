package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimHistory;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.kubernetes.StrictApiServer.Fault;
import org.ovswin.ipam.block.kubernetes.StrictApiServer.Fault.Moment;

/**
 * Nodes that want more blocks than there are, take them from each other by releases, and have
 * clocks that differ by more than the grace, while two API servers of one cluster refuse, fail,
 * lose answers and restart. What they were answered is judged by {@link ClaimHistory}.
 *
 * <p>Rounds instead of one long history: each has a cluster of its own, ends in quiet, and is
 * judged by itself, so that the search for an order stays short.
 */
class KubernetesHistoryTest {
  private static final long SEED = Long.getLong("seed", 20261123);
  private static final int ROUNDS = 4;
  private static final int SERVERS = 2;
  private static final int NODES = 16;
  private static final int STORES = 4;
  private static final int TURNS = 10;
  private static final ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/21"), 24);

  /** In the time of the test, which goes on by 1 ms whenever somebody looks. */
  private static final Duration GRACE = Duration.ofMillis(20);

  private static final Duration SKEW = Duration.ofMillis(150);

  /** So many requests meet the same kind of fault, and one of so many meets it. */
  private static final int REQUESTS_OF_A_KIND = 40;

  private static final int ONE_OF = 8;
  private static final int REQUESTS_BETWEEN_RESTARTS = 300;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(Moment.BEFORE, 503),
          new Fault(Moment.AFTER, Fault.NO_ANSWER),
          new Fault(Moment.BEFORE, 409),
          new Fault(Moment.AFTER, 500),
          new Fault(Moment.BEFORE, Fault.NO_ANSWER),
          new Fault(Moment.BEFORE, 500),
          new Fault(Moment.AFTER, 503),
          new Fault(Moment.BEFORE, 429));

  @TempDir Path directory;

  @Test
  void claimAndRelease_underFaults_noBlockIsHeldTwiceAndNoneIsLost() throws Exception {
    System.out.printf("kubernetes: seed %d%n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(SEED + round);
      ApiObjects objects = new ApiObjects();
      List<StrictApiServer> servers = new ArrayList<>();
      try {
        for (int i = 0; i < SERVERS; i++) {
          servers.add(new StrictApiServer(objects));
        }
        ClaimHistory history = new Round(servers, new AtomicLong(), random).run(directory);
        assertThat(history.violations()).as("seed %d, round %d", SEED, round).isEmpty();
      } finally {
        servers.forEach(StrictApiServer::close);
      }
    }
  }

  /**
   * @param ticks how often somebody has asked for the time
   */
  private record Round(List<StrictApiServer> servers, AtomicLong ticks, Random random) {
    ClaimHistory run(Path directory) throws Exception {
      ClaimHistory history = new ClaimHistory();
      AtomicInteger requests = new AtomicInteger();
      AtomicInteger claimed = new AtomicInteger();
      long began = System.nanoTime();
      List<BlockStore> stores = new ArrayList<>();
      try {
        for (int i = 0; i < STORES; i++) {
          stores.add(open(directory, i % SERVERS, SKEW.multipliedBy(i)));
        }
        Random faults = new Random(random.nextLong());
        servers.forEach(server -> server.strike(() -> fault(requests.getAndIncrement(), faults)));
        live(stores, history, requests, claimed);
        servers.forEach(server -> server.strike(Optional::empty));
        assertThat(claimed).hasValueGreaterThan(NODES);
        requireAllFree(directory, history);
        System.out.printf(
            "kubernetes: %d calls, %d claims that succeeded, %d requests, %d ms%n",
            history.operations().size(),
            claimed.get(),
            requests.get(),
            (System.nanoTime() - began) / 1_000_000);
        return history;
      } finally {
        for (BlockStore store : stores) {
          store.close();
        }
      }
    }

    private void live(
        List<BlockStore> stores,
        ClaimHistory history,
        AtomicInteger requests,
        AtomicInteger claimed)
        throws Exception {
      try (ExecutorService nodes = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Void>> lives = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
          Node node =
              new Node(
                  nodeName(i),
                  history.client(stores.get(i % STORES)),
                  new Random(random.nextLong()));
          lives.add(nodes.submit(() -> node.live(claimed)));
        }
        for (int restart = 1; lives.stream().anyMatch(life -> !life.isDone()); restart++) {
          int next = restart * REQUESTS_BETWEEN_RESTARTS;
          await()
              .atMost(PATIENCE)
              .until(() -> requests.get() > next || lives.stream().allMatch(Future::isDone));
          StrictApiServer server = servers.get(restart % SERVERS);
          server.stop();
          server.start();
        }
        for (Future<Void> life : lives) {
          life.get();
        }
      }
    }

    /** Whatever happened, once all nodes are gone and their grace is over all can be claimed. */
    private void requireAllFree(Path directory, ClaimHistory history) throws IOException {
      try (BlockStore now = open(directory, 0, Duration.ZERO);
          BlockStore later = open(directory, 0, Duration.ofDays(1))) {
        for (int i = 0; i < NODES; i++) {
          var _ = history.client(now).releaseNode(nodeName(i));
        }
        ClaimHistory.Client client = history.client(later);
        assertThat(client.view().nodes()).isEmpty();
        NodeRecord last = node("last", new UUID(0, 1));
        var _ = client.register(last);
        int all = (int) RANGE.blockCount();
        assertThat(client.claim("last", last.owner(), Family.IPV4, all))
            .isInstanceOf(Claim.Claimed.class);
        assertThat(client.view().blocksOf("last")).hasSize(all);
      }
    }

    private BlockStore open(Path directory, int server, Duration skew) throws IOException {
      InstantSource clock =
          () ->
              Instant.parse("2026-11-01T12:00:00Z").plus(skew).plusMillis(ticks.getAndIncrement());
      return KubernetesBlockStore.open(
          servers.get(server).options(directory),
          new StoreOptions(ClusterRanges.of(RANGE), GRACE, clock));
    }
  }

  private static Optional<Fault> fault(int request, Random random) {
    Fault fault = FAULTS.get(request / REQUESTS_OF_A_KIND % FAULTS.size());
    return random.nextInt(ONE_OF) == 0 ? Optional.of(fault) : Optional.empty();
  }

  private static String nodeName(int node) {
    return "node-" + node;
  }

  private static NodeRecord node(String name, UUID owner) {
    return new NodeRecord(
        name,
        owner,
        List.of(IpAddress.parse("192.168.1.11")),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        Optional.empty(),
        "0.1.0",
        Instant.parse("2026-11-01T12:00:00Z"));
  }

  /** Registers when it must, claims, and gives back its own or others' blocks. */
  private record Node(String name, ClaimHistory.Client client, Random random) {
    Void live(AtomicInteger claimed) {
      UUID owner = nextOwner();
      boolean registered = false;
      for (int turn = 0; turn < TURNS; turn++) {
        try {
          if (!registered) {
            registered = client.register(node(name, owner)) instanceof Registration.Registered;
          }
          switch (client.claim(name, owner, Family.IPV4, 1 + random.nextInt(2))) {
            case Claim.Claimed(List<BlockRecord> held) -> {
              claimed.incrementAndGet();
              var _ = client.release(held.get(random.nextInt(held.size())).block());
            }
            case Claim.Exhausted _ -> {
              var _ = client.release(RANGE.block(random.nextInt((int) RANGE.blockCount())));
            }
            case Claim.Denied _ -> registered = false;
            case Claim.NameTaken _, Claim.BlockTaken _ -> {}
          }
          switch (random.nextInt(6)) {
            case 0 -> {
              var _ = client.releaseNode(name);
              owner = nextOwner();
              registered = false;
            }
            case 1 -> {
              var _ = client.releaseNode(nodeName(random.nextInt(NODES)));
            }
            default -> {}
          }
        } catch (IOException e) {
          // Recorded: it may have happened or not.
        }
      }
      return null;
    }

    private UUID nextOwner() {
      return UUID.nameUUIDFromBytes((name + random.nextLong()).getBytes(StandardCharsets.UTF_8));
    }
  }
}
