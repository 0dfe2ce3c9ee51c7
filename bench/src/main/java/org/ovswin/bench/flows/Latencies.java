package org.ovswin.bench.flows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.ovswin.bench.flows.Latency.Party;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/**
 * Times single requests on kept connections, sample by sample in turns, while the switch has {@link
 * Plan#standing} flows.
 */
final class Latencies {
  private static final int MAX_WARM_UP = 1000;
  private static final long SETTLE_NANOS = 5_000_000;

  private final Plan plan;
  private final Subject subject;
  private final Ours ours;
  private final Limit limit;
  private final List<Flow> standing;
  private int bundles;
  private int nextFlow;

  Latencies(Plan plan, Subject subject, Ours ours, Limit limit) {
    this.plan = plan;
    this.subject = subject;
    this.ours = ours;
    this.limit = limit;
    this.standing = Shape.L3.flows(plan.standing());
  }

  private interface Timed {
    void run() throws IOException;
  }

  /** One party's request; what it needs is made before the clock runs. */
  private interface Sample {
    Timed prepare() throws IOException;
  }

  private record Contestant(Party party, Sample sample) {}

  /** Puts the standing flows there, measures, and takes them away. */
  List<LatencyRow> measure(int ports) throws IOException {
    List<FlowChange> adds = adds(standing);
    subject.clear();
    ours.load(adds);
    subject.awaitIdle();
    List<LatencyRow> rows = new ArrayList<>();
    for (Latency latency : Latency.values()) {
      List<Contestant> contestants = contestants(latency);
      int samples = isLong(latency) ? plan.rounds() : plan.samples();
      int warmUp = isLong(latency) ? 1 : Math.min(samples, MAX_WARM_UP);
      times(contestants, warmUp);
      long[][] nanos = times(contestants, samples);
      for (int i = 0; i < contestants.size(); i++) {
        rows.add(LatencyRow.of(ports, latency, contestants.get(i).party(), nanos[i]));
      }
    }
    subject.clear();
    return rows;
  }

  private static boolean isLong(Latency latency) {
    return latency == Latency.DUMP || latency == Latency.RECONCILE;
  }

  private static long[][] times(List<Contestant> contestants, int samples) throws IOException {
    long[][] nanos = new long[contestants.size()][samples];
    for (int i = 0; i < samples; i++) {
      for (int turn = 0; turn < contestants.size(); turn++) {
        int who = (turn + i) % contestants.size();
        Timed timed = contestants.get(who).sample().prepare();
        long start = System.nanoTime();
        timed.run();
        nanos[who][i] = System.nanoTime() - start;
      }
    }
    return nanos;
  }

  private List<Contestant> contestants(Latency latency) {
    return switch (latency) {
      case FLOW_MOD ->
          List.of(
              new Contestant(Party.LIMIT, this::limitFlowMod),
              new Contestant(Party.OURS, () -> oursBundle(1)));
      case BUNDLE_10 -> bundle(10);
      case BUNDLE_20 -> bundle(20);
      case DELETE_COOKIE ->
          List.of(
              new Contestant(Party.LIMIT, this::limitDelete),
              new Contestant(Party.OURS, this::oursDelete));
      case DUMP ->
          List.of(
              new Contestant(Party.LIMIT, this::limitDump),
              new Contestant(Party.OURS, () -> () -> ours.dump(0, 0)),
              new Contestant(Party.OFCTL, () -> subject::dumpToNowhere));
      case RECONCILE ->
          List.of(
              new Contestant(Party.OURS, () -> () -> ours.requireNothingToDo(standing)),
              new Contestant(Party.OFCTL, () -> subject::dumpToNowhere));
    };
  }

  private List<Contestant> bundle(int size) {
    return List.of(
        new Contestant(Party.LIMIT, () -> limitBundle(size)),
        new Contestant(Party.OURS, () -> oursBundle(size)));
  }

  private Timed limitFlowMod() {
    Encoded one = Encoded.plain(next(1));
    return () -> {
      limit.exchange(one.messages(), one.lastXid());
      one.close();
    };
  }

  private Timed oursBundle(int size) {
    List<FlowChange> changes = next(size);
    return () -> ours.apply(changes);
  }

  private Timed limitBundle(int size) {
    int id = ++bundles;
    Encoded adds = Encoded.uncommitted(id, next(size));
    Encoded commit = Encoded.commit(id);
    return () -> {
      limit.exchange(adds.messages(), adds.lastXid());
      limit.exchange(commit.messages(), commit.lastXid());
      adds.close();
      commit.close();
    };
  }

  private Timed limitDelete() throws IOException {
    Encoded delete = Encoded.delete(addedForDeletion(), -1L);
    return () -> {
      limit.exchange(delete.messages(), delete.lastXid());
      delete.close();
    };
  }

  private Timed oursDelete() throws IOException {
    long cookie = addedForDeletion();
    return () -> ours.delete(cookie, Shape.FLOWS_OF_A_COOKIE);
  }

  /** The cookie of flows that are in the switch beside the standing ones. */
  private long addedForDeletion() throws IOException {
    List<Flow> flows = new ArrayList<>();
    // The first multiple behind the standing flows, where a cookie begins.
    int first = (plan.standing() / Shape.FLOWS_OF_A_COOKIE + 1) * Shape.FLOWS_OF_A_COOKIE;
    for (int i = 0; i < Shape.FLOWS_OF_A_COOKIE; i++) {
      flows.add(Shape.L3.flow(first + i));
    }
    subject.add(adds(flows));
    // The switch would take the delete in the same pass over its connections.
    LockSupport.parkNanos(SETTLE_NANOS);
    return flows.getFirst().cookie();
  }

  private Timed limitDump() {
    Encoded dump = Encoded.dump();
    return () -> {
      limit.exchange(dump.messages(), dump.lastXid());
      dump.close();
    };
  }

  /** Adds again what is there, so that the number of flows stays as it is. */
  private List<FlowChange> next(int count) {
    List<FlowChange> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      changes.add(new FlowChange.Add(standing.get(nextFlow)));
      nextFlow = (nextFlow + 1) % standing.size();
    }
    return changes;
  }

  private static List<FlowChange> adds(List<Flow> flows) {
    return flows.stream().<FlowChange>map(FlowChange.Add::new).toList();
  }
}
