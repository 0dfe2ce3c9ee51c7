package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.RandomFlows;

/** Loads and reconciles against a real ovs-vswitchd. */
final class ReconcileTest {
  private static final long OURS = new Cookie(1, 1).toLong();
  private static final long FOREIGN = 0x7777_0000_0000_0001L;
  private static final int MANY = 10_000;
  private static final String PACKET =
      "in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x1234)";

  private static RunningSwitch vswitch;
  private static int bridges;

  private Path socket;
  private SwitchConnection connection;

  @BeforeAll
  static void start() {
    vswitch = RunningSwitch.start();
  }

  @AfterAll
  static void stop() {
    vswitch.close();
  }

  @BeforeEach
  void connect() {
    RecordingListener listener = new RecordingListener();
    socket = vswitch.addBridge("br" + bridges++, 1);
    connection = SwitchConnection.open(socket, listener);
    listener.awaitConnections(1);
  }

  @AfterEach
  void disconnect() {
    connection.close();
    vswitch.vsctl("del-br", bridge());
  }

  @Test
  void reconcile_emptySwitch_addsAll() {
    List<Flow> desired = routes(0, 100);
    assertThat(reconcile(desired)).isEqualTo(new Reconciled(0, 100, 0, 0, 0));
    assertExactly(desired);
    assertThat(reconcile(desired)).isEqualTo(new Reconciled(100, 0, 0, 0, 0));
  }

  @Test
  void reconcile_wrongActions_modifiesThemAndKeepsTheCounters() {
    Flow before = Flow.of(0, 1, OURS, Match.ANY, Actions.output(9));
    apply(new FlowChange.Add(before));
    vswitch.appctl("netdev-dummy/receive", bridge() + "-p1", PACKET);
    await().until(() -> dump().contains("n_packets=1,"));
    Flow after = Flow.of(0, 1, OURS, Match.ANY, Actions.output(1));
    assertThat(reconcile(List.of(after))).isEqualTo(new Reconciled(0, 0, 1, 0, 0));
    assertExactly(List.of(after));
    assertThat(dump()).contains("n_packets=1,");
  }

  @Test
  void reconcile_missingFlow_addsIt() {
    List<Flow> desired = routes(0, 10);
    desired.stream().skip(1).forEach(flow -> apply(new FlowChange.Add(flow)));
    assertThat(reconcile(desired)).isEqualTo(new Reconciled(9, 1, 0, 0, 0));
    assertExactly(desired);
  }

  @Test
  void reconcile_extraFlow_deletesItWhereItMay() {
    Flow extra = route(0, 1, Actions.output(1));
    Flow spared = route(0, 2, Actions.output(2));
    apply(new FlowChange.Add(extra), new FlowChange.Add(spared));
    var result =
        connection
            .reconcile(Cookie.OURS, Cookie.MASK, List.of(), flow -> !flow.equals(spared))
            .join();
    assertThat(result).isEqualTo(new Reconciled(0, 0, 0, 1, 1));
    assertExactly(List.of(spared));
  }

  @Test
  void reconcile_foreignFlows_staysAway() {
    Flow foreign = Flow.of(5, 5, FOREIGN, Match.ANY, Actions.output(5));
    apply(new FlowChange.Add(foreign));
    List<Flow> desired = routes(0, 10);
    assertThat(reconcile(desired)).isEqualTo(new Reconciled(0, 10, 0, 0, 0));
    assertThat(reconcile(List.of())).isEqualTo(new Reconciled(0, 0, 0, 10, 0));
    assertExactly(List.of(foreign));
  }

  @Test
  void reconcile_anyFlowsToAnyOthers_leavesTheDesired() {
    List<Flow> observed = lastTableFirst(new RandomFlows(1).distinct(3000));
    List<Flow> desired = lastTableFirst(new RandomFlows(2).distinct(3000));
    List<Flow> both = new ArrayList<>(observed.subList(0, 500));
    both.addAll(desired);
    both = lastTableFirst(both);
    assertThat(reconcile(observed).added()).isEqualTo(3000);
    Reconciled result = reconcile(both);
    assertThat(result.unchanged()).isEqualTo(500);
    assertThat(result.deleted()).isEqualTo(2500);
    assertThat(FlowDiff.diff(connection.dumpFlows(Cookie.OURS, Cookie.MASK).join(), both))
        .isEmpty();
  }

  @Test
  void reconcile_moreExtrasThanAreHeld_deletesAllOfThem() {
    List<Flow> many = routes(2, MANY);
    assertThat(reconcile(many).added()).isEqualTo(MANY);
    List<Flow> few = routes(2, 10);
    assertThat(reconcile(few)).isEqualTo(new Reconciled(10, 0, 0, MANY - 10, 0));
    assertExactly(few);
  }

  @Test
  void reconcile_refusedFlow_changesNothingAndNamesIt() {
    List<Flow> desired = new ArrayList<>(routes(0, 10));
    desired.add(route(0, 99, Actions.output(PortNo.ANY)));
    assertThatThrownBy(() -> reconcile(desired))
        .cause()
        .isInstanceOf(SessionException.ChangesRefused.class)
        .hasMessageContaining("1 of 11 changes refused, none made: OFPBAC_BAD_OUT_PORT")
        .hasMessageContaining("nw_dst=10.0.0.99 actions=ANY");
    assertExactly(List.of());
  }

  @Test
  void reconcile_desiredThatFails_failsWithIt() {
    Iterable<Flow> broken =
        () -> {
          throw new IllegalStateException("no flows today");
        };
    assertThatThrownBy(
            () -> connection.reconcile(Cookie.OURS, Cookie.MASK, broken, _ -> true).join())
        .cause()
        .hasMessage("no flows today");
    connection.barrier().join();
  }

  @Test
  void load_many_goesOverSeveralConnections() {
    List<Flow> desired = routes(7, MANY);
    Loaded loaded = connection.load(adds(desired)).join();
    assertThat(loaded).isEqualTo(new Loaded(MANY, SessionConfig.defaults().bulkConnections()));
    assertThat(FlowDiff.diff(connection.dumpFlows(0, 0).join(), desired)).isEmpty();
  }

  @Test
  void load_addThenDeleteOfEachKey_leavesNone() {
    List<FlowChange> changes = new ArrayList<>(adds(routes(7, MANY)));
    routes(7, MANY).forEach(flow -> changes.add(new FlowChange.DeleteStrict(flow)));
    assertThat(connection.load(changes).join().changes()).isEqualTo(2 * MANY);
    assertExactly(List.of());
  }

  @Test
  void load_refusedFlowAmongMany_stopsThereAndNamesIt() {
    List<FlowChange> changes = new ArrayList<>(adds(routes(7, MANY)));
    changes.set(MANY / 2, new FlowChange.Add(route(7, 1 << 20, Actions.output(PortNo.ANY))));
    changes.add(new FlowChange.Add(route(6, 1, Actions.output(1))));
    assertThatThrownBy(() -> connection.load(changes).join())
        .cause()
        .isInstanceOf(SessionException.ChangesRefused.class)
        .hasMessageContaining("OFPBAC_BAD_OUT_PORT")
        .hasMessageContaining("nw_dst=10.16.0.0 actions=ANY");
    assertThat(connection.dumpFlows(0, 0).join()).noneMatch(flow -> flow.table() == 6);
  }

  @Test
  void close_whileLoading_failsItAndWhatWaits() {
    RecordingListener listener = new RecordingListener();
    SwitchConnection other = SwitchConnection.open(socket, listener);
    listener.awaitConnections(1);
    Flow flow = route(1, 1, Actions.output(1));
    CountDownLatch begun = new CountDownLatch(MANY);
    Iterable<FlowChange> endless =
        () ->
            Stream.<FlowChange>generate(() -> new FlowChange.Add(flow))
                .peek(_ -> begun.countDown())
                .iterator();
    var loading = other.load(endless);
    var waiting = other.load(List.of());
    await().until(() -> begun.getCount() == 0);
    other.close();
    assertThatThrownBy(loading::join)
        .cause()
        .isInstanceOfSatisfying(
            SessionException.Disconnected.class,
            lost -> assertThat(lost.effect()).isEqualTo(SessionException.Effect.UNKNOWN));
    assertThatThrownBy(waiting::join).cause().hasMessage("closed");
  }

  private Reconciled reconcile(List<Flow> desired) {
    return connection.reconcile(Cookie.OURS, Cookie.MASK, desired, _ -> true).join();
  }

  private void apply(FlowChange... changes) {
    connection.apply(List.of(changes)).join();
  }

  private void assertExactly(List<Flow> flows) {
    assertThat(connection.dumpFlows(0, 0).join()).containsExactlyInAnyOrderElementsOf(flows);
  }

  private String bridge() {
    return socket.getFileName().toString().replace(".mgmt", "");
  }

  private String dump() {
    return vswitch.ofctl("-O", "OpenFlow15", "dump-flows", "unix:" + socket);
  }

  private static List<FlowChange> adds(List<Flow> flows) {
    return flows.stream().<FlowChange>map(FlowChange.Add::new).toList();
  }

  private static List<Flow> lastTableFirst(List<Flow> flows) {
    return flows.stream().sorted(Comparator.comparingInt(Flow::table).reversed()).toList();
  }

  private static List<Flow> routes(int table, int count) {
    return Stream.iterate(0, n -> n + 1)
        .limit(count)
        .map(
            n ->
                Flow.of(
                    table,
                    100,
                    OURS,
                    route(table, n, Actions.DEC_TTL).match(),
                    Actions.set(Field.ETH_DST, 0x0200_0000_0000L + n),
                    Actions.output(1 + n % 100)))
        .toList();
  }

  private static Flow route(int table, int n, Action action) {
    Match match = Match.builder().ethType(0x0800).ipv4Dst(0x0a00_0000 + n).build();
    return Flow.of(table, 100, OURS, match, action);
  }
}
