package org.ovswin.bench.ipam;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.lab.LabException;

/**
 * Do a release and the look-ups take the same beside many leases as beside ten? In both the same
 * ten are looked up: of very many in turn, no processor's cache holds them all, whatever the way to
 * find them is.
 */
final class Lookups {
  private static final int FEW = 10;
  private static final int LOOK_UPS = 100_000;
  private static final String RELEASE = "release";
  private static final String ALONE = "release, without the disk";
  private static final String BY_CONTAINER = "look-up by container";
  private static final String BY_ADDRESS = "look-up by address";
  private static final String HOST_LOCAL = "host-local, release";

  /** What is the same within what two runs of the same code differ. */
  private static final double SAME = 1.1;

  private final Setting setting;
  private final int many;
  private final Rounds rounds = new Rounds();

  private Lookups(Setting setting) {
    this.setting = setting;
    this.many = setting.plan().inUse();
  }

  static RowResult measure(Setting setting) throws IOException {
    return new Lookups(setting).measure();
  }

  private RowResult measure() throws IOException {
    setting.progress().step("%s: preparing %d leases".formatted(Row.LOOKUP, many));
    HostLocal peerOfFew = new HostLocal(setting.path("lookup-peer-few"), Leases.BLOCK);
    peerOfFew.fill(Leases.SERIES, FEW);
    HostLocal peerOfMany = HostLocal.inUse(setting);
    try (LeaseOwner few = LeaseOwner.open(setting.path("lookup-few"), FEW);
        LeaseOwner all = LeaseOwner.open(setting.path("lookup-many"), many)) {
      // Until both have been compiled.
      lookUp(few, FEW, new Rounds());
      lookUp(all, many, new Rounds());
      setting.rounds(
          Row.LOOKUP,
          number -> {
            release(few, all, number);
            lookUp(few, FEW, rounds);
            lookUp(all, many, rounds);
            releaseOfPeers(peerOfFew, peerOfMany, number);
          });
    }
    List<Measurement> measurements = new ArrayList<>();
    List<Goal> goals = new ArrayList<>();
    for (String what : List.of(RELEASE, BY_CONTAINER, BY_ADDRESS)) {
      String unit = what.equals(RELEASE) ? "ms" : "ns";
      measurements.add(measurement(beside(what, FEW), unit));
      measurements.add(measurement(beside(what, many), unit));
      goals.add(
          Goal.atMost(
              SAME,
              "%s / beside %d".formatted(beside(what, many), FEW),
              rounds.ratio(beside(what, many), beside(what, FEW))));
    }
    measurements.add(measurement(beside(ALONE, FEW), "us"));
    measurements.add(measurement(beside(ALONE, many), "us"));
    measurements.add(measurement(beside(HOST_LOCAL, FEW), "ms"));
    measurements.add(measurement(beside(HOST_LOCAL, many), "ms"));
    return Row.LOOKUP.result(measurements, goals);
  }

  /** One lease more, and away with it: only that is timed. */
  private void release(LeaseOwner few, LeaseOwner all, int round) throws IOException {
    rounds.inTurns(
        setting.plan().samples(),
        List.of(
            new Rounds.Way(beside(RELEASE, FEW), i -> release(few, round, i)),
            new Rounds.Way(beside(RELEASE, many), i -> release(all, round, i))));
    rounds.inTurns(
        setting.plan().samples(),
        List.of(
            new Rounds.Way(beside(ALONE, FEW), i -> releaseAlone(few, round, i)),
            new Rounds.Way(beside(ALONE, many), i -> releaseAlone(all, round, i))));
  }

  private static double release(LeaseOwner owner, int round, int sample) throws IOException {
    String container = Containers.id("release-" + round, sample);
    owner.allocate(container);
    return Rounds.time(() -> owner.release(container));
  }

  private static double releaseAlone(LeaseOwner owner, int round, int sample) throws IOException {
    String container = Containers.id("release-alone-" + round, sample);
    owner.allocate(container);
    return owner.timeRelease(container);
  }

  /** Among so many, of which ten that are far apart are looked up. */
  private static void lookUp(LeaseOwner owner, int among, Rounds into) throws IOException {
    List<Attachment> containers =
        IntStream.range(0, FEW).mapToObj(i -> Leases.inUse(i * (among / FEW))).toList();
    List<IpAddress> addresses =
        owner.call(
            leases ->
                containers.stream()
                    .map(one -> leases.lease(one).orElseThrow().addresses().getFirst())
                    .toList());
    double byContainer = owner.call(leases -> nanos(leases, containers));
    into.add(beside(BY_CONTAINER, among), byContainer);
    double byAddress = owner.call(leases -> nanosByAddress(leases, addresses));
    into.add(beside(BY_ADDRESS, among), byAddress);
  }

  private static double nanos(LeaseDatabase leases, List<Attachment> containers) {
    long found = 0;
    long start = System.nanoTime();
    for (int i = 0; i < LOOK_UPS; i++) {
      found += leases.lease(containers.get(i % FEW)).orElseThrow().addresses().size();
    }
    return each(start, found);
  }

  private static double nanosByAddress(LeaseDatabase leases, List<IpAddress> addresses) {
    long found = 0;
    long start = System.nanoTime();
    for (int i = 0; i < LOOK_UPS; i++) {
      found += leases.lease(addresses.get(i % FEW)).orElseThrow().addresses().size();
    }
    return each(start, found);
  }

  /** The sum is looked at so that no compiler leaves the look-ups out. */
  private static double each(long start, long found) {
    double nanos = System.nanoTime() - start;
    if (found != LOOK_UPS) {
      throw new LabException("look-ups found %d (expected: %d)".formatted(found, LOOK_UPS));
    }
    return nanos / LOOK_UPS;
  }

  /** Of the many another one each time: a few rounds do not make them few. */
  private void releaseOfPeers(HostLocal few, HostLocal all, int round) throws IOException {
    String one = Containers.id("peer-" + round, 0);
    few.allocate(one);
    rounds.add(beside(HOST_LOCAL, FEW), Rounds.time(() -> few.release(one)));
    String ofMany = Containers.id(Leases.SERIES, round);
    rounds.add(beside(HOST_LOCAL, many), Rounds.time(() -> all.release(ofMany)));
  }

  private static String beside(String what, int leases) {
    return "%s beside %d".formatted(what, leases);
  }

  private Measurement measurement(String way, String unit) {
    double nanos =
        switch (unit) {
          case "ms" -> 1e6;
          case "us" -> 1e3;
          default -> 1;
        };
    return new Measurement(way, unit, rounds.of(way, nanos));
  }
}
