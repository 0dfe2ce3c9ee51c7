package org.ovswin.bench.ipam;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.bench.measure.Spread;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.etcd.EtcdBlockStore;
import org.ovswin.lab.LabException;

/**
 * How long until very many nodes that come at once have a block each, from an etcd of three
 * members?
 *
 * <p>Each node has a store and a connection of its own, as in a cluster; here all of them and the
 * three members share one machine and its processors. In each round they begin with nothing
 * recorded. That they connect is timed apart: a thousand clients in one Java process need a
 * thousand sets of threads, which is no node's business.
 */
final class NodesAtOnce {
  private static final String CONNECT = "all connected, before that";
  private static final String REGISTER = "all registered";
  private static final String CLAIM = "all with a block, once registered";
  private static final String SUM = "all registered and with a block";
  private static final String ONE = "the claim of one node, median";
  private static final String TWICE = "blocks given twice, worst round";

  /** It has 1,024 blocks: hardly more than the nodes take. */
  private static final ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/14"), 24);

  private static final StoreOptions OPTIONS =
      new StoreOptions(ClusterRanges.of(RANGE), Duration.ofMinutes(10), InstantSource.system());

  /** A call that fails is made again, as agents do, until this is over. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int count;
  private final Rounds rounds = new Rounds();

  private NodesAtOnce(int count) {
    this.count = count;
  }

  /** A node that comes. */
  private record Node(String name, UUID owner, EtcdBlockStore store) {
    /** Returns its name. */
    String register() throws IOException {
      NodeRecord record =
          new NodeRecord(
              name,
              owner,
              List.of(IpAddress.parse("192.168.1.11")),
              MacAddress.parse("52:54:00:00:00:0b"),
              "linux",
              Optional.empty(),
              "0.1.0",
              Instant.EPOCH);
      if (!(store.register(record) instanceof Registration.Registered)) {
        throw new LabException(name + ": not registered (expected: it is new)");
      }
      return name;
    }

    List<BlockRecord> claim() throws IOException {
      if (store.claim(name, owner, Family.IPV4, 1) instanceof Claim.Claimed(var held)) {
        return held;
      }
      throw new LabException(name + ": no block was given (expected: one of " + RANGE + ")");
    }
  }

  /** What a node was given, and the nanoseconds that it waited. */
  private record Given(String node, List<BlockRecord> blocks, double nanos) {}

  static RowResult measure(Setting setting) throws IOException {
    NodesAtOnce nodes = new NodesAtOnce(setting.plan().nodes());
    try (EtcdMembers members = EtcdMembers.start(setting.path("etcd"), OPTIONS)) {
      setting.rounds(Row.NODES, round -> nodes.round(members, "/round-" + round + "/"));
    }
    return nodes.result();
  }

  private void round(EtcdMembers members, String prefix) throws IOException {
    List<EtcdBlockStore> opened = new ArrayList<>();
    try {
      double connect =
          Rounds.time(
              () ->
                  opened.addAll(
                      atOnce(number -> EtcdBlockStore.open(members.options(prefix), OPTIONS))));
      List<Node> nodes = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        nodes.add(new Node("node-" + number, UUID.randomUUID(), opened.get(number)));
      }
      double register =
          Rounds.time(
              () -> {
                var _ = atOnce(number -> nodes.get(number).register());
              });
      List<Given> given = new ArrayList<>();
      double claim =
          Rounds.time(() -> given.addAll(atOnce(number -> timedClaim(nodes.get(number)))));
      rounds.add(CONNECT, connect);
      rounds.add(REGISTER, register);
      rounds.add(CLAIM, claim);
      rounds.add(SUM, register + claim);
      rounds.add(ONE, Spread.of(given, Given::nanos).median());
      rounds.add(TWICE, givenTwice(given));
      requireRecorded(given, opened.getFirst());
    } finally {
      opened.forEach(EtcdBlockStore::close);
    }
  }

  private static Given timedClaim(Node node) throws IOException {
    long start = System.nanoTime();
    List<BlockRecord> held = node.claim();
    return new Given(node.name(), held, System.nanoTime() - start);
  }

  private int givenTwice(List<Given> given) {
    Map<IpPrefix, Integer> holders = new HashMap<>();
    for (Given one : given) {
      one.blocks().forEach(block -> holders.merge(block.block(), 1, Integer::sum));
    }
    return (int) holders.values().stream().filter(many -> many > 1).count();
  }

  /** What the nodes were told is what the store says. */
  private void requireRecorded(List<Given> given, EtcdBlockStore store) throws IOException {
    var view = store.view();
    for (Given one : given) {
      List<BlockRecord> recorded = view.blocksOf(one.node());
      if (recorded.size() != 1 || !recorded.equals(one.blocks())) {
        throw new LabException(
            "%s: given %s, recorded %s (expected: one and the same)"
                .formatted(one.node(), one.blocks(), recorded));
      }
    }
  }

  /** What a node does, by its number. */
  @FunctionalInterface
  private interface Step<T> {
    T run(int number) throws IOException;
  }

  /** All nodes at once; returns when the last is done. */
  private <T> List<T> atOnce(Step<T> step) throws IOException {
    List<Callable<T>> calls = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      int node = number;
      calls.add(() -> untilDone(step, node));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new IOException("a node: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  private static <T> T untilDone(Step<T> step, int number) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return step.run(number);
      } catch (IOException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }

  private RowResult result() {
    return Row.NODES.result(
        List.of(
            new Measurement(CONNECT, "s", rounds.of(CONNECT, 1e9)),
            new Measurement(REGISTER, "s", rounds.of(REGISTER, 1e9)),
            new Measurement(CLAIM, "s", rounds.of(CLAIM, 1e9)),
            new Measurement(SUM, "s", rounds.of(SUM, 1e9)),
            new Measurement(ONE, "s", rounds.of(ONE, 1e9))),
        List.of(
            Goal.atMost(10, SUM, "s", rounds.of(SUM, 1e9)),
            // Not the median of the rounds: never means in none.
            Goal.atMost(0, TWICE, Spread.of(List.of(rounds.of(TWICE, 1).max()), max -> max))));
  }
}
