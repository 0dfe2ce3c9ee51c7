package org.ovswin.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The diff of meters, with a map as the switch. */
final class MeterDiffTest {
  private static final int ROUNDS = 300;

  private static final Meter ONE = Meter.of(1, Meter.KBPS, new Meter.Band.Drop(100, 0));

  @Test
  void applied_toAnyMeters_makesTheDesiredOnes() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      RandomGroups meters = new RandomGroups(seed);
      List<Meter> pool = new ArrayList<>();
      for (int id = 1; id <= 20; id++) {
        pool.add(meters.meter(id));
      }
      List<Meter> observed = some(pool, meters, random);
      List<Meter> desired = some(pool, meters, random);
      MeterDiff.Steps steps = MeterDiff.diff(observed, desired);
      Collection<Meter> after = apply(observed, steps);
      assertThat(after).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(desired);
      assertThat(MeterDiff.diff(after, desired).isEmpty()).as("seed %d", seed).isTrue();
    }
  }

  private static List<Meter> some(List<Meter> pool, RandomGroups meters, Random random) {
    List<Meter> some = new ArrayList<>();
    for (Meter meter : pool) {
      switch (random.nextInt(3)) {
        case 0 -> some.add(meter);
        case 1 -> some.add(meters.meter(meter.id()));
        default -> {}
      }
    }
    return some;
  }

  /** What the switch does: it refuses to add what is there and to modify what is not. */
  private static Collection<Meter> apply(List<Meter> observed, MeterDiff.Steps steps) {
    Map<Integer, Meter> meters = new HashMap<>();
    observed.forEach(meter -> meters.put(meter.id(), meter));
    List<MeterChange> changes = new ArrayList<>(steps.before());
    changes.addAll(steps.after());
    for (MeterChange change : changes) {
      switch (change) {
        case MeterChange.Add(Meter meter) ->
            assertThat(meters.put(meter.id(), meter)).as("%s", change).isNull();
        case MeterChange.Modify(Meter meter) ->
            assertThat(meters.put(meter.id(), meter)).as("%s", change).isNotNull();
        case MeterChange.Delete(int id) ->
            assertThat(meters.remove(id)).as("%s", change).isNotNull();
      }
    }
    return meters.values();
  }

  @Test
  void diff_ofMissingWrongAndExtra_addsModifiesAndDeletes() {
    Meter changed = Meter.of(1, Meter.PKTPS, new Meter.Band.Drop(100, 0));
    Meter missing = Meter.of(2, Meter.KBPS);
    Meter extra = Meter.of(3, Meter.KBPS);
    MeterDiff.Steps steps = MeterDiff.diff(List.of(ONE, extra), List.of(changed, missing));
    assertThat(steps.before())
        .containsExactly(new MeterChange.Modify(changed), new MeterChange.Add(missing));
    assertThat(steps.after()).containsExactly(new MeterChange.Delete(3));
  }

  @Test
  void diff_ofTheSame_touchesNothing() {
    assertThat(MeterDiff.diff(List.of(ONE), List.of(ONE)).isEmpty()).isTrue();
  }

  @Test
  void diff_ofBurstsThatAreNotAskedFor_isEmpty() {
    Meter reported = Meter.of(1, Meter.KBPS, new Meter.Band.Drop(100, 1000));
    assertThat(MeterDiff.diff(List.of(reported), List.of(ONE)).isEmpty()).isTrue();
    Meter asked = Meter.of(1, Meter.KBPS | Meter.BURST, new Meter.Band.Drop(100, 1000));
    Meter other = Meter.of(1, Meter.KBPS | Meter.BURST, new Meter.Band.Drop(100, 999));
    assertThat(MeterDiff.diff(List.of(asked), List.of(other)).isEmpty()).isFalse();
  }

  @Test
  void diff_ofTwoDesiredMetersOfOneId_namesThem() {
    Meter other = Meter.of(1, Meter.PKTPS);
    assertThatThrownBy(() -> MeterDiff.diff(List.of(), List.of(ONE, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("meter=1 kbps bands=")
        .hasMessageContaining("meter=1 pktps bands=");
  }
}
