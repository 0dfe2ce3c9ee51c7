package org.ovswin.bench.ipam;

import java.io.IOException;
import java.util.List;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.bench.measure.Spread;

/** Does an allocation take longer when nearly all of the block is in use? */
final class FullBlock {
  private static final String OURS = "ours";
  private static final String ALONE = "ours, without the disk";
  private static final String HOST_LOCAL = "host-local";

  /** In a full block host-local takes most of a second. */
  private static final int MOST_PROCESS_SAMPLES = 5;

  private final Setting setting;
  private final String full;
  private final Rounds rounds = new Rounds();

  private FullBlock(Setting setting) {
    this.setting = setting;
    this.full = "%d in use".formatted(setting.plan().inUse());
  }

  static RowResult measure(Setting setting) throws IOException {
    return new FullBlock(setting).measure();
  }

  private RowResult measure() throws IOException {
    Plan plan = setting.plan();
    setting.progress().step("%s: preparing %s".formatted(Row.FULL, full));
    HostLocal emptyPeer = new HostLocal(setting.path("full-peer-empty"), Leases.BLOCK);
    HostLocal fullPeer = HostLocal.inUse(setting);
    try (LeaseOwner empty = LeaseOwner.open(setting.path("full-empty"), 0);
        LeaseOwner nearlyFull = LeaseOwner.open(setting.path("full"), plan.inUse())) {
      int processSamples = Math.min(MOST_PROCESS_SAMPLES, plan.processSamples());
      setting.rounds(
          Row.FULL,
          number -> {
            String series = "round-" + number;
            inTurns(OURS, plan.samples(), series, wholeOf(empty), wholeOf(nearlyFull));
            inTurns(
                ALONE,
                plan.samples(),
                "alone-" + number,
                empty::timeAllocation,
                nearlyFull::timeAllocation);
            inTurns(HOST_LOCAL, processSamples, series, wholeOf(emptyPeer), wholeOf(fullPeer));
          });
    }
    return Row.FULL.result(
        List.of(
            measurement(empty(OURS)),
            measurement(full(OURS)),
            new Measurement(empty(ALONE), "us", rounds.of(empty(ALONE), 1e3)),
            new Measurement(full(ALONE), "us", rounds.of(full(ALONE), 1e3)),
            measurement(empty(HOST_LOCAL)),
            measurement(full(HOST_LOCAL)),
            new Measurement(HOST_LOCAL + ", the one over the other", "", ratio(HOST_LOCAL))),
        List.of(Goal.atMost(1.1, full(OURS) + " / empty", ratio(OURS))));
  }

  /** Each sample is a new container, in both blocks. */
  private void inTurns(
      String way, int samples, String series, LeaseSampler onEmpty, LeaseSampler onFull)
      throws IOException {
    rounds.inTurns(
        samples,
        List.of(
            new Rounds.Way(empty(way), i -> onEmpty.nanos(Containers.id(series, i))),
            new Rounds.Way(full(way), i -> onFull.nanos(Containers.id(series, i)))));
  }

  /** Gives a container an address. */
  @FunctionalInterface
  private interface LeaseSampler {
    double nanos(String containerId) throws IOException;
  }

  private static LeaseSampler wholeOf(Allocator allocator) {
    return container -> Rounds.time(() -> allocator.allocate(container));
  }

  private String empty(String way) {
    return way + ", empty";
  }

  private String full(String way) {
    return way + ", " + full;
  }

  private Measurement measurement(String way) {
    return new Measurement(way, "ms", rounds.of(way, 1e6));
  }

  private Spread ratio(String way) {
    return rounds.ratio(full(way), empty(way));
  }
}
