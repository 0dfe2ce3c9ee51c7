package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Match;

/** Connections to a real ovs-vswitchd that end at any byte. */
final class ConnectionLossTest {
  private static final long OURS = new Cookie(1, 1).toLong();
  private static final int FLOWS = 12;
  private static final int MANY = 3 * Reconcile.MAX_BUNDLE;
  private static final int MOST_CUTS = 80;
  private static final int FEWEST_CUTS = 12;
  private static final int BULK_CUTS = 8;
  private static final String PACKET =
      "in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x1234)";

  /** Right from the beginning, and has seen one packet. */
  private static final Flow CONSTANT = Flow.of(0, 1, OURS, Match.ANY, Actions.output(1));

  private static final SessionConfig CONFIG =
      SessionConfig.defaults().withReconcileTimeout(Duration.ofSeconds(30));

  @TempDir private Path dir;

  private RunningSwitch vswitch;
  private Path bridge;
  private CuttingRelay relay;
  private SwitchConnection direct;

  @BeforeEach
  void start() throws Exception {
    vswitch = RunningSwitch.start();
    bridge = vswitch.addBridge("br0", 1);
    relay = new CuttingRelay(dir.resolve("relay"), bridge);
    RecordingListener listener = new RecordingListener();
    direct = SwitchConnection.open(bridge, listener);
    listener.awaitConnections(1);
    direct.apply(List.of(new FlowChange.Add(CONSTANT))).join();
    vswitch.appctl("netdev-dummy/receive", "br0-p1", PACKET);
    await().until(() -> packets().contains("n_packets=1,"));
  }

  @AfterEach
  void stop() throws Exception {
    direct.close();
    relay.close();
    vswitch.close();
  }

  @ParameterizedTest
  @EnumSource
  void apply_cutAtAnyByte_saysWhatMayHaveHappened(CuttingRelay.Direction direction) {
    List<Flow> before = flows(FLOWS, 1);
    List<Flow> after = flows(FLOWS, 2);
    long step = direction == CuttingRelay.Direction.TO_SWITCH ? 37 : 3;
    boolean cut = true;
    int cuts = 0;
    for (; cut && cuts < MOST_CUTS; cuts++) {
      make(before);
      RecordingListener listener = new RecordingListener();
      try (SwitchConnection connection =
          SwitchConnection.open(dir.resolve("relay"), listener, CONFIG)) {
        listener.awaitConnections(1);
        relay.cutAfter(direction, cuts * step);
        List<Flow> expected = List.of();
        try {
          connection.apply(FlowDiff.diff(before, after)).join();
          expected = after;
        } catch (CompletionException e) {
          if (!(e.getCause() instanceof SessionException.Disconnected lost)) {
            throw e;
          }
          expected =
              switch (lost.effect()) {
                case NONE -> before;
                case UNKNOWN -> oneOf(before, after);
              };
        }
        assertThat(switchFlows())
            .as("cut %s after %d bytes", direction, cuts * step)
            .containsExactlyInAnyOrderElementsOf(expected);
        cut = relay.isCut();
        relay.cutAfter(direction, Long.MAX_VALUE);
      }
    }
    assertThat(cut).as("the last attempt was not cut").isFalse();
    assertThat(cuts).isGreaterThan(FEWEST_CUTS);
    assertThat(packets()).contains("n_packets=1,");
  }

  @ParameterizedTest
  @EnumSource
  void reconcile_cutAtAnyByte_comesThrough(CuttingRelay.Direction direction) {
    List<Flow> before = flows(FLOWS, 1);
    List<Flow> after = flows(FLOWS, 2);
    long step = 29;
    boolean cut = true;
    int cuts = 0;
    for (; cut && cuts < MOST_CUTS; cuts++) {
      make(before);
      relay.cutAfter(direction, cuts * step);
      reconcileByRelay(after);
      assertThat(switchFlows())
          .as("cut %s after %d bytes", direction, cuts * step)
          .containsExactlyInAnyOrderElementsOf(after);
      cut = relay.isCut();
      relay.cutAfter(direction, Long.MAX_VALUE);
    }
    assertThat(cut).as("the last attempt was not cut").isFalse();
    assertThat(cuts).isGreaterThan(FEWEST_CUTS);
    assertThat(packets()).contains("n_packets=1,");
  }

  @ParameterizedTest
  @EnumSource
  void reconcile_ofMany_cutAnywhere_comesThrough(CuttingRelay.Direction direction) {
    List<Flow> after = flows(MANY, 2);
    for (int i = 1; i <= BULK_CUTS; i++) {
      make(List.of(CONSTANT));
      long bytes =
          switch (direction) {
            case TO_SWITCH -> (long) i * MANY * 80 / BULK_CUTS;
            case FROM_SWITCH -> 40L * i;
          };
      relay.cutAfter(direction, bytes);
      Reconciled result = reconcileByRelay(after);
      assertThat(result.unchanged() + result.added()).isEqualTo(MANY);
      assertThat(FlowDiff.diff(switchFlows(), after))
          .as("cut %s after %d bytes", direction, bytes)
          .isEmpty();
      assertThat(relay.isCut()).isTrue();
      relay.cutAfter(direction, Long.MAX_VALUE);
    }
    assertThat(packets()).contains("n_packets=1,");
  }

  @Test
  void reconcile_whileTheSwitchIsAway_waitsForIt() {
    List<Flow> after = flows(FLOWS, 2);
    vswitch.killVswitchd();
    var result = direct.reconcile(Cookie.OURS, Cookie.MASK, after, _ -> true);
    vswitch.restartVswitchd();
    assertThat(result.join()).isEqualTo(new Reconciled(0, FLOWS, 0, 0, 0));
    assertThat(switchFlows()).containsExactlyInAnyOrderElementsOf(after);
  }

  private Reconciled reconcileByRelay(List<Flow> desired) {
    RecordingListener listener = new RecordingListener();
    try (SwitchConnection connection =
        SwitchConnection.open(dir.resolve("relay"), listener, CONFIG)) {
      return connection.reconcile(Cookie.OURS, Cookie.MASK, desired, _ -> true).join();
    }
  }

  private void make(List<Flow> flows) {
    var _ = direct.reconcile(Cookie.OURS, Cookie.MASK, flows, _ -> true).join();
  }

  private List<Flow> switchFlows() {
    return direct.dumpFlows(Cookie.OURS, Cookie.MASK).join();
  }

  private List<Flow> oneOf(List<Flow> before, List<Flow> after) {
    return FlowDiff.diff(switchFlows(), before).isEmpty() ? before : after;
  }

  private String packets() {
    return vswitch.ofctl(
        "-O", "OpenFlow15", "dump-flows", "unix:" + bridge, "cookie=" + OURS + "/-1,table=0");
  }

  /** The constant one last, others in a table before it; some with their variant's actions. */
  private static List<Flow> flows(int count, int variant) {
    List<Flow> flows = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int address = 0x0a00_0000 + (i % 3 == 0 ? i : i + variant * 0x10_0000);
      Match match = Match.builder().ethType(0x0800).ipv4Dst(address).build();
      flows.add(Flow.of(1 + i % 2, 100, OURS, match, Actions.output(variant)));
    }
    flows.sort((one, other) -> other.table() - one.table());
    flows.add(CONSTANT);
    return flows;
  }
}
