package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;

/** What a connection decides with time and versions, without a connection. */
final class StateMachinesTest {
  private static final SessionConfig CONFIG = SessionConfig.defaults();
  private static final long MIN = CONFIG.backoffMin().toNanos();
  private static final long MAX = CONFIG.backoffMax().toNanos();
  private static final VersionChoice ALL = new VersionChoice(CONFIG.versions());

  @Test
  void reconnect_afterEachFailure_waitsTwiceAsLongUpToTheBound() {
    Reconnect reconnect = Reconnect.start(CONFIG, 0);
    assertThat(reconnect.todo(0)).isEqualTo(Reconnect.Todo.CONNECT);
    long now = 0;
    long expected = MIN;
    for (int i = 0; i < 70; i++) {
      reconnect = reconnect.connecting(now).down(now);
      assertThat(reconnect.nanosToWait(now)).isEqualTo(expected);
      assertThat(reconnect.todo(now + expected - 1)).isEqualTo(Reconnect.Todo.NOTHING);
      now += expected;
      assertThat(reconnect.todo(now)).isEqualTo(Reconnect.Todo.CONNECT);
      expected = Math.min(2 * expected, MAX);
    }
    assertThat(expected).isEqualTo(MAX);
  }

  @Test
  void reconnect_afterALongConnection_startsAnew() {
    Reconnect reconnect = Reconnect.start(CONFIG, 0);
    for (int i = 0; i < 10; i++) {
      reconnect = reconnect.connecting(0).down(0);
    }
    Reconnect up = reconnect.connecting(0).up(0);
    assertThat(up.todo(Long.MAX_VALUE)).isEqualTo(Reconnect.Todo.NOTHING);
    assertThat(up.down(MAX).nanosToWait(MAX)).isEqualTo(MIN);
    assertThat(up.down(MAX - 1).nanosToWait(MAX - 1)).isEqualTo(MAX);
  }

  @Test
  void reconnect_withoutHandshake_givesUp() {
    Reconnect reconnect = Reconnect.start(CONFIG, 0).connecting(0);
    long deadline = CONFIG.handshakeTimeout().toNanos();
    assertThat(reconnect.todo(deadline - 1)).isEqualTo(Reconnect.Todo.NOTHING);
    assertThat(reconnect.todo(deadline)).isEqualTo(Reconnect.Todo.GIVE_UP);
  }

  @Test
  void liveness_inSilence_probesAndThenIsDead() {
    long probeAfter = CONFIG.probeAfter().toNanos();
    long deadAfter = CONFIG.deadAfter().toNanos();
    Liveness quiet = Liveness.start(CONFIG, 0);
    assertThat(quiet.verdict(probeAfter - 1)).isEqualTo(Liveness.Verdict.ALIVE);
    assertThat(quiet.verdict(probeAfter)).isEqualTo(Liveness.Verdict.PROBE);
    Liveness probed = quiet.probing(probeAfter);
    assertThat(probed.verdict(probeAfter + deadAfter - 1)).isEqualTo(Liveness.Verdict.ALIVE);
    assertThat(probed.verdict(probeAfter + deadAfter)).isEqualTo(Liveness.Verdict.DEAD);
    Liveness heard = probed.heard(probeAfter + 1);
    assertThat(heard.verdict(probeAfter + deadAfter)).isNotEqualTo(Liveness.Verdict.DEAD);
  }

  @Test
  void version_ofBothBitmaps_isTheNewestCommonOne() {
    assertThat(ALL.with(6, hello(OptionalInt.of(0x72)))).contains(Version.V1_5);
    assertThat(ALL.with(6, hello(OptionalInt.of(0x32)))).contains(Version.V1_4);
    assertThat(ALL.with(6, hello(OptionalInt.of(0x02)))).isEmpty();
    VersionChoice oldest = new VersionChoice(List.of(Version.V1_3));
    assertThat(oldest.with(6, hello(OptionalInt.of(0x72)))).contains(Version.V1_3);
  }

  @Test
  void version_withoutBitmap_isTheOlderHeader() {
    assertThat(ALL.with(4, hello(OptionalInt.empty()))).contains(Version.V1_3);
    assertThat(ALL.with(9, hello(OptionalInt.empty()))).contains(Version.V1_5);
    assertThat(ALL.with(1, hello(OptionalInt.empty()))).isEmpty();
  }

  private static Message.Hello hello(OptionalInt versions) {
    return new Message.Hello(versions);
  }
}
