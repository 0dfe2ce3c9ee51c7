package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps from the meters that a switch has to those that it should have.
 *
 * <p>Meters that are right are not touched: what they have measured goes on. One that has changed
 * is modified in place, so that flows that use it stay. Meters are never in a bundle: Open vSwitch
 * takes none there.
 *
 * <p>Make before break: {@link Steps#before} belongs before the changes of the flows, because a
 * flow with a meter that is not there is refused, and {@link Steps#after} after them, because
 * deleting a meter deletes the flows that still use it.
 */
public final class MeterDiff {
  private MeterDiff() {}

  /**
   * The changes, each list in the order in which it is to be sent.
   *
   * @param before adds and modifications: before the flows that use them
   * @param after deletes: after the flows that used them
   */
  public record Steps(List<MeterChange> before, List<MeterChange> after) {
    public Steps {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    public boolean isEmpty() {
      return before.isEmpty() && after.isEmpty();
    }
  }

  /**
   * The changes that make {@code observed} into {@code desired}; none where they mean the same.
   *
   * @param observed all meters that the switch has and that may be deleted; meters have no cookie,
   *     so whose they are must be known by their ids
   * @throws IllegalArgumentException two desired meters have the same id; says which
   */
  public static Steps diff(Collection<Meter> observed, Collection<Meter> desired) {
    Map<Integer, Meter> wanted = LinkedHashMap.newLinkedHashMap(desired.size());
    for (Meter meter : desired) {
      Meter twin = wanted.put(meter.id(), meter);
      if (twin != null) {
        throw new IllegalArgumentException(
            "two meters of one id (expected: one): %s and %s".formatted(twin, meter));
      }
    }
    Map<Integer, Meter> there = LinkedHashMap.newLinkedHashMap(observed.size());
    observed.forEach(meter -> there.put(meter.id(), meter));

    List<MeterChange> before = new ArrayList<>();
    for (Meter meter : desired) {
      Meter present = there.get(meter.id());
      if (present == null) {
        before.add(new MeterChange.Add(meter));
      } else if (!same(present, meter)) {
        before.add(new MeterChange.Modify(meter));
      }
    }
    List<MeterChange> after = new ArrayList<>();
    for (Meter meter : there.values()) {
      if (!wanted.containsKey(meter.id())) {
        after.add(new MeterChange.Delete(meter.id()));
      }
    }
    return new Steps(before, after);
  }

  /** Whether two meters of one id do the same to a packet. */
  public static boolean same(Meter one, Meter other) {
    return one.flags() == other.flags() && bands(one).equals(bands(other));
  }

  /**
   * The bands; without {@link Meter#BURST} their burst size is of no meaning, and the switch
   * reports one of its own.
   */
  private static List<Meter.Band> bands(Meter meter) {
    if ((meter.flags() & Meter.BURST) != 0) {
      return meter.bands();
    }
    return meter.bands().stream().map(MeterDiff::withoutBurst).toList();
  }

  private static Meter.Band withoutBurst(Meter.Band band) {
    return switch (band) {
      case Meter.Band.Drop drop -> new Meter.Band.Drop(drop.rate(), 0);
      case Meter.Band.DscpRemark remark ->
          new Meter.Band.DscpRemark(remark.rate(), 0, remark.precedence());
      case Meter.Band.Raw raw -> raw;
    };
  }
}
