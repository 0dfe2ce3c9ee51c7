package org.ovswin.bench.ipam;

import java.io.IOException;
import java.util.List;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;

/**
 * What does one durable allocation take, over what the disk takes at least?
 *
 * <p>Both write as many bytes to the same file system and return when they are durable. Ours is
 * what a caller waits for: its request goes to the thread that owns the database, and the answer
 * comes back. The bare append has neither thread nor answer.
 */
final class OneAllocation {
  private static final String OURS = "ours";
  private static final String OWNER = "ours, without waking threads";
  private static final String DISK = "append + fdatasync";
  private static final String HOST_LOCAL = "host-local, not durable";
  private static final String PROCESS = "a process that does nothing";

  private OneAllocation() {}

  static RowResult measure(Setting setting) throws IOException {
    Plan plan = setting.plan();
    HostLocal hostLocal = new HostLocal(setting.path("allocation-host-local"), Leases.BLOCK);
    Rounds rounds = new Rounds();
    int size = setting.bytesOfOne();
    try (LeaseOwner owner = LeaseOwner.open(setting.path("allocation"), 0);
        Disk disk = new Disk(setting.path("allocation-disk"), size)) {
      setting.rounds(
          Row.ALLOCATION,
          round -> {
            rounds.inTurns(
                plan.samples(),
                List.of(
                    new Rounds.Way(
                        OURS,
                        i -> Rounds.time(() -> owner.allocate(Containers.id("one-" + round, i)))),
                    new Rounds.Way(DISK, _ -> Rounds.time(disk::appendAndSync)),
                    new Rounds.Way(
                        OWNER, i -> owner.timeDurable(Containers.id("owner-" + round, i)))));
            rounds.inTurns(
                plan.processSamples(),
                List.of(
                    new Rounds.Way(
                        HOST_LOCAL,
                        i ->
                            Rounds.time(
                                () -> hostLocal.allocate(Containers.id("one-" + round, i)))),
                    new Rounds.Way(PROCESS, _ -> Rounds.time(HostLocal::startAndEnd))));
          });
    }
    return Row.ALLOCATION.result(
        List.of(
            new Measurement(OURS, "ms", rounds.of(OURS, 1e6)),
            new Measurement(OWNER, "ms", rounds.of(OWNER, 1e6)),
            new Measurement(DISK + " of " + size + " bytes", "ms", rounds.of(DISK, 1e6)),
            new Measurement(HOST_LOCAL, "ms", rounds.of(HOST_LOCAL, 1e6)),
            new Measurement(PROCESS, "ms", rounds.of(PROCESS, 1e6))),
        List.of(Goal.atMost(1.5, "ours / append + fdatasync", rounds.ratio(OURS, DISK))));
  }
}
