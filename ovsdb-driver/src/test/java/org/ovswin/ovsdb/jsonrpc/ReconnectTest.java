package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ovsdb.jsonrpc.Reconnect.Action;

/** Times in the tests are milliseconds, to be readable: the machine does not care. */
final class ReconnectTest {

  private static final Reconnect.Policy POLICY = new Reconnect.Policy(5_000, 1_000, 100, 800);

  private static Reconnect.Step step(Reconnect reconnect, long now, Action expected) {
    Reconnect.Step step = reconnect.at(now);
    assertThat(step.action()).as("at %d in %s", now, reconnect.state()).isEqualTo(expected);
    return step;
  }

  /** A connection that stands since a time. */
  private static Reconnect connected(long now) {
    return step(Reconnect.start(POLICY, now), now, Action.CONNECT).next().connected(now);
  }

  @Test
  void at_start_connectsAtOnce() {
    Reconnect started = Reconnect.start(POLICY, 7);
    assertThat(started.wakeAt()).isEqualTo(7);
    assertThat(step(started, 7, Action.CONNECT).next().wakeAt()).isEqualTo(5_007);
  }

  @Test
  void disconnected_againAndAgain_pausesDoubleUpToTheBound() {
    Reconnect reconnect = Reconnect.start(POLICY, 0);
    long now = 0;
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      reconnect = step(reconnect, now, Action.CONNECT).next().disconnected(now);
      pauses.add(reconnect.wakeAt() - now);
      step(reconnect, reconnect.wakeAt() - 1, Action.NONE);
      now = reconnect.wakeAt();
    }
    assertThat(pauses).containsExactly(100L, 200L, 400L, 800L, 800L, 800L);
  }

  @Test
  void disconnected_soonAfterConnecting_pausesGoOnDoubling() {
    Reconnect first = connected(0).disconnected(799);
    assertThat(first.wakeAt()).isEqualTo(899);
    Reconnect second = step(first, 899, Action.CONNECT).next().connected(899).disconnected(900);
    assertThat(second.wakeAt()).isEqualTo(1_100);
  }

  @Test
  void disconnected_afterAConnectionThatHeld_pausesStartOver() {
    Reconnect worn = connected(0).disconnected(1).at(101).next().disconnected(101);
    Reconnect held = step(worn, 301, Action.CONNECT).next().connected(301);
    assertThat(held.disconnected(301 + 800).wakeAt()).isEqualTo(301 + 800 + 100);
  }

  @Test
  void at_connectDeadline_givesUp() {
    Reconnect connecting = step(Reconnect.start(POLICY, 0), 0, Action.CONNECT).next();
    step(connecting, 4_999, Action.NONE);
    Reconnect waiting = step(connecting, 5_000, Action.DISCONNECT).next();
    step(waiting, 5_100, Action.CONNECT);
  }

  @Test
  void at_silence_probesOnceThenGivesUp() {
    Reconnect active = connected(0);
    step(active, 999, Action.NONE);
    Reconnect probing = step(active, 1_000, Action.PROBE).next();
    step(probing, 1_999, Action.NONE);
    step(probing, 2_000, Action.DISCONNECT);
  }

  @Test
  void received_whileProbing_isAliveAgain() {
    Reconnect probing = step(connected(0), 1_000, Action.PROBE).next();
    Reconnect active = probing.received(1_500);
    step(active, 2_000, Action.NONE);
    step(active, 2_500, Action.PROBE);
  }

  @Test
  void received_beforeTheProbe_doesNotAnswerIt() {
    Reconnect probing = step(connected(0), 1_000, Action.PROBE).next();
    assertThat(probing.received(999)).isEqualTo(probing);
  }

  @Test
  void received_steadily_isNeverProbed() {
    Reconnect active = connected(0);
    for (long now = 0; now < 100_000; now += 900) {
      active = step(active.received(now), now, Action.NONE).next();
    }
  }

  @Test
  void at_clockThatWraps_countsOn() {
    long start = Long.MAX_VALUE - 50;
    Reconnect waiting = Reconnect.start(POLICY, start).at(start).next().disconnected(start);
    step(waiting, start + 99, Action.NONE);
    step(waiting, start + 100, Action.CONNECT);
  }

  /** Whatever happens: one connection at a time, and always something to wake up for. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void at_anyEvents_connectsOnlyWhenDisconnected(long seed) {
    Random random = new Random(seed);
    Reconnect reconnect = Reconnect.start(POLICY, 0);
    long now = 0;
    boolean linked = false;
    for (int i = 0; i < 10_000; i++) {
      now += random.nextInt(600);
      Reconnect.Step step = reconnect.at(now);
      reconnect = step.next();
      switch (step.action()) {
        case CONNECT -> {
          assertThat(linked).as("seed %d, event %d", seed, i).isFalse();
          linked = true;
        }
        case DISCONNECT -> {
          assertThat(linked).as("seed %d, event %d", seed, i).isTrue();
          linked = false;
        }
        case PROBE -> assertThat(linked).as("seed %d, event %d", seed, i).isTrue();
        case NONE ->
            assertThat(reconnect.wakeAt()).as("seed %d, event %d", seed, i).isGreaterThan(now);
      }
      if (linked) {
        switch (random.nextInt(6)) {
          case 0 -> reconnect = reconnect.connected(now);
          case 1, 2 -> reconnect = reconnect.received(now);
          case 3 -> {
            reconnect = reconnect.disconnected(now);
            linked = false;
          }
          default -> {}
        }
      }
      assertThat(reconnect.wakeAt() - now)
          .as("seed %d, event %d", seed, i)
          .isLessThanOrEqualTo(5_000);
    }
  }
}
