package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortDescription;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;

/** The connection against a real ovs-vswitchd. */
final class SwitchConnectionTest {
  private static final long OURS = new Cookie(1, 1).toLong();
  private static final byte[] FRAME = new byte[60];

  private static RunningSwitch vswitch;
  private static int bridges;

  @BeforeAll
  static void start() {
    vswitch = RunningSwitch.start();
  }

  @AfterAll
  static void stop() {
    vswitch.close();
  }

  private static Path bridge(int ports) {
    return vswitch.addBridge("br" + bridges++, ports);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void open_offeringOneVersion_speaksIt(Version version) {
    RecordingListener listener = new RecordingListener();
    SessionConfig config = SessionConfig.defaults().withVersions(version);
    try (SwitchConnection connection = SwitchConnection.open(bridge(0), listener, config)) {
      listener.awaitConnections(1);
      assertThat(listener.connections).containsExactly(version);
      Flow flow = Flow.of(3, 7, OURS, Match.builder().inPort(1).build(), Actions.output(2));
      connection.apply(List.of(new FlowChange.Add(flow))).join();
      assertThat(connection.dumpFlows(Cookie.OURS, Cookie.MASK).join()).containsExactly(flow);
    }
  }

  @Test
  void open_offeringAll_speaksTheNewest() {
    RecordingListener listener = new RecordingListener();
    try (SwitchConnection connection = SwitchConnection.open(bridge(0), listener)) {
      listener.awaitConnections(1);
      connection.barrier().join();
      assertThat(listener.connections).containsExactly(Version.V1_5);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void apply_withOneRefusedFlow_makesNoneAndNamesIt(Version version) {
    RecordingListener listener = new RecordingListener();
    SessionConfig config = SessionConfig.defaults().withVersions(version);
    try (SwitchConnection connection = SwitchConnection.open(bridge(0), listener, config)) {
      listener.awaitConnections(1);
      List<FlowChange> changes = new ArrayList<>();
      changes.add(new FlowChange.Add(route(1, Actions.output(1))));
      changes.add(new FlowChange.Add(route(2, Actions.output(PortNo.ANY))));
      changes.add(new FlowChange.Add(route(3, Actions.output(3))));
      assertThatThrownBy(() -> connection.apply(changes).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(SessionException.ChangesRefused.class)
          .hasMessageContaining("1 of 3 changes refused, none made: OFPBAC_BAD_OUT_PORT")
          .hasMessageContaining("priority=2,ip,nw_dst=10.0.0.2 actions=ANY");
      assertThat(connection.dumpFlows(0, 0).join()).isEmpty();
    }
  }

  @Test
  void apply_refusedOnlyAtCommit_makesNone() {
    RecordingListener listener = new RecordingListener();
    try (SwitchConnection connection = SwitchConnection.open(bridge(0), listener)) {
      listener.awaitConnections(1);
      List<FlowChange> changes =
          List.of(
              new FlowChange.Add(route(1, Actions.output(1))),
              new FlowChange.Add(route(2, new Action.Group(77))));
      assertThatThrownBy(() -> connection.apply(changes).join())
          .cause()
          .isInstanceOf(SessionException.ChangesRefused.class)
          .hasMessageContaining("OFPBAC_BAD_OUT_GROUP")
          .hasMessageContaining("actions=group:77");
      assertThat(connection.dumpFlows(0, 0).join()).isEmpty();
    }
  }

  @Test
  void dumpFlows_tenThousand_areThoseThatWereAdded() {
    RecordingListener listener = new RecordingListener();
    try (SwitchConnection connection = SwitchConnection.open(bridge(0), listener)) {
      listener.awaitConnections(1);
      List<Flow> desired = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        desired.add(
            Flow.of(
                6,
                100,
                new Cookie(2, i).toLong(),
                Match.builder().ethType(0x0800).ipv4Dst(0x0a00_0000 + i).build(),
                Actions.set(Field.ETH_DST, 0x0200_0000_0000L + i),
                Actions.DEC_TTL,
                Actions.output(1 + i % 100)));
      }
      connection.apply(FlowDiff.diff(List.of(), desired)).join();
      List<Flow> observed = connection.dumpFlows(Cookie.OURS, Cookie.MASK).join();
      assertThat(observed).hasSize(10_000);
      assertThat(FlowDiff.diff(observed, desired)).isEmpty();
      connection.apply(FlowDiff.diff(observed, List.of())).join();
      assertThat(connection.dumpFlows(0, 0).join()).isEmpty();
    }
  }

  @Test
  void vswitchdKilled_failsWhatIsInFlight_andComesBack() {
    try (RunningSwitch own = RunningSwitch.start()) {
      RecordingListener listener = new RecordingListener();
      try (SwitchConnection connection = SwitchConnection.open(own.addBridge("br0", 0), listener)) {
        listener.awaitConnections(1);
        own.killVswitchd();
        listener.awaitDisconnections(1);
        assertThatThrownBy(() -> connection.barrier().join())
            .cause()
            .isInstanceOf(SessionException.Disconnected.class)
            .hasMessageContaining("br0.mgmt");
        own.restartVswitchd();
        listener.awaitConnections(2);
        connection.barrier().join();
        assertThat(listener.disconnections).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void packetOut_toController_comesBackAsPacketIn(Version version) {
    RecordingListener listener = new RecordingListener();
    SessionConfig config = SessionConfig.defaults().withVersions(version);
    try (SwitchConnection connection = SwitchConnection.open(bridge(1), listener, config)) {
      listener.awaitConnections(1);
      Flow toController = Flow.of(0, 1, OURS, Match.ANY, Actions.controller());
      connection.apply(List.of(new FlowChange.Add(toController))).join();
      connection.packetOut(1, List.of(Actions.output(PortNo.TABLE)), FRAME);
      listener.awaitPackets(1);
      assertThat(listener.packets.getFirst().inPort()).isEqualTo(1);
      assertThat(listener.packets.getFirst().cookie()).isEqualTo(OURS);
      assertThat(listener.packets.getFirst().packet().length()).isEqualTo(FRAME.length);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void ports_ofTheBridge_haveNamesAndNumbers(Version version) {
    RecordingListener listener = new RecordingListener();
    SessionConfig config = SessionConfig.defaults().withVersions(version);
    Path socket = bridge(2);
    String name = socket.getFileName().toString().replace(".mgmt", "");
    try (SwitchConnection connection = SwitchConnection.open(socket, listener, config)) {
      listener.awaitConnections(1);
      assertThat(connection.ports().join())
          .extracting(PortDescription::name, PortDescription::portNo)
          .contains(tuple(name, PortNo.LOCAL), tuple(name + "-p1", 1), tuple(name + "-p2", 2));
    }
  }

  private static Flow route(int n, Action action) {
    Match match = Match.builder().ethType(0x0800).ipv4Dst(0x0a00_0000 + n).build();
    return Flow.of(0, n, OURS, match, action);
  }
}
