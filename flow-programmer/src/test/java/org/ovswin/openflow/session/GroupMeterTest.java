package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Bucket;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.GroupDiff;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.Version;

/** Groups and meters in a real ovs-vswitchd, with the flows that use them. */
final class GroupMeterTest {
  private static final long OURS = new Cookie(1, 1).toLong();

  /** Of the kind that the pipeline uses. */
  private static final int OUR_METER = 0x6f00_0002;

  private final List<SwitchConnection> connections = new ArrayList<>();
  private RunningSwitch vswitch;

  @BeforeEach
  void start() {
    vswitch = RunningSwitch.start();
  }

  @AfterEach
  void stop() {
    connections.forEach(SwitchConnection::close);
    vswitch.close();
  }

  private SwitchConnection connect(Version version) {
    RecordingListener listener = new RecordingListener();
    SessionConfig config = SessionConfig.defaults().withVersions(version);
    SwitchConnection connection =
        SwitchConnection.open(vswitch.addBridge("br0", 2), listener, config);
    connections.add(connection);
    listener.awaitConnections(1);
    return connection;
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void apply_ofAll_goesThereAndBack(Version version) {
    SwitchConnection connection = connect(version);
    List<Group> groups = List.of(group(1, 1), group(2, 2));
    List<Meter> meters = List.of(meter(1, 1000));
    List<Flow> flows = List.of(flow(0, new Action.Meter(1), new Action.Group(1)));
    change(connection, groups, meters, flows);
    change(connection, List.of(group(2, 1), group(3, 1)), List.of(meter(2, 500)), List.of(flow(3)));
    change(connection, List.of(), List.of(), List.of());
  }

  private static void change(
      SwitchConnection connection, List<Group> groups, List<Meter> meters, List<Flow> flows) {
    connection
        .apply(
            GroupDiff.diff(connection.dumpGroups().join(), groups),
            MeterDiff.diff(connection.dumpMeters().join(), meters),
            FlowDiff.diff(connection.dumpFlows(Cookie.OURS, Cookie.MASK).join(), flows))
        .join();
    assertThat(GroupDiff.diff(connection.dumpGroups().join(), groups).isEmpty()).isTrue();
    assertThat(MeterDiff.diff(connection.dumpMeters().join(), meters).before()).isEmpty();
    assertThat(MeterDiff.diff(connection.dumpMeters().join(), meters).after()).isEmpty();
    assertThat(connection.dumpFlows(0, 0).join()).containsExactlyInAnyOrderElementsOf(flows);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void apply_groupThatIsThere_makesNothingAndNamesIt(Version version) {
    SwitchConnection connection = connect(version);
    connection.apply(List.of(new GroupChange.Add(group(7, 1)))).join();
    assertThatThrownBy(
            () ->
                connection
                    .apply(
                        List.of(
                            new FlowChange.Add(flow(0, Actions.output(1))),
                            new GroupChange.Add(group(7, 2))))
                    .join())
        .cause()
        .isInstanceOf(SessionException.ChangesRefused.class)
        .hasMessageContaining("1 of 2 changes refused, none made: ")
        .hasMessageContaining("add group_id=7");
    assertThat(connection.dumpFlows(0, 0).join()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void applyMeters_oneRefused_makesTheOthersAndNamesIt(Version version) {
    SwitchConnection connection = connect(version);
    List<MeterChange> changes =
        List.of(
            new MeterChange.Add(meter(1, 10)),
            new MeterChange.Add(meter(1, 20)),
            new MeterChange.Add(meter(2, 30)));
    assertThatThrownBy(() -> connection.applyMeters(changes).join())
        .cause()
        .isInstanceOf(SessionException.ChangesRefused.class)
        .hasMessageContaining("1 of 3 changes refused, the others made: ")
        .hasMessageContaining("add meter=1");
    assertThat(MeterDiff.diff(connection.dumpMeters().join(), List.of(meter(1, 10), meter(2, 30))))
        .isEqualTo(new MeterDiff.Steps(List.of(), List.of()));
  }

  @Test
  void reconcile_ofMeters_putsRightWhatSomebodyElseDid() {
    SwitchConnection connection = connect(Version.V1_5);
    Meter foreign = meter(7, 70);
    List<Meter> meters = List.of(meter(OUR_METER, 10), meter(OUR_METER + 1, 20));
    List<Flow> flows =
        List.of(flow(1, new Action.Meter(OUR_METER + 1)), flow(0, new Action.Meter(OUR_METER)));
    connection.applyMeters(List.of(new MeterChange.Add(foreign))).join();

    assertThat(reconcile(connection, flows, meters)).isEqualTo(new Reconciled(0, 2, 0, 0, 0, 2));
    assertThat(reconcile(connection, flows, meters)).isEqualTo(new Reconciled(2, 0, 0, 0, 0, 0));

    connection
        .applyMeters(
            List.of(
                new MeterChange.Delete(OUR_METER),
                new MeterChange.Modify(meter(OUR_METER + 1, 21)),
                new MeterChange.Add(meter(OUR_METER + 2, 30))))
        .join();
    // The flow went with its meter.
    assertThat(reconcile(connection, flows, meters)).isEqualTo(new Reconciled(1, 1, 0, 0, 0, 3));
    List<Meter> all = List.of(foreign, meters.get(0), meters.get(1));
    assertThat(MeterDiff.diff(connection.dumpMeters().join(), all).isEmpty()).isTrue();

    var kept =
        connection
            .reconcile(
                Cookie.OURS,
                Cookie.MASK,
                flows.subList(0, 1),
                _ -> false,
                meters.subList(1, 2),
                id -> id >= OUR_METER)
            .join();
    assertThat(kept).as("a meter whose flow is kept").isEqualTo(new Reconciled(1, 0, 0, 0, 1, 0));
    assertThat(connection.dumpFlows(0, 0).join()).hasSize(2);
  }

  private static Reconciled reconcile(
      SwitchConnection connection, List<Flow> flows, List<Meter> meters) {
    return connection
        .reconcile(Cookie.OURS, Cookie.MASK, flows, _ -> true, meters, id -> id >= OUR_METER)
        .join();
  }

  private static Group group(int id, int port) {
    return Group.of(id, Group.Type.INDIRECT, Bucket.of(0, Actions.output(port)));
  }

  private static Meter meter(int id, int rate) {
    return Meter.of(id, Meter.KBPS, new Meter.Band.Drop(rate, 0));
  }

  private static Flow flow(int table, Action... actions) {
    return Flow.of(table, 1, OURS, Match.ANY, actions);
  }
}
