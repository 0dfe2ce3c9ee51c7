package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.agent.SwitchFlows.Known;
import org.ovswin.agent.SwitchFlows.Others;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot.Link;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.MacAddress;

/** What is done next, by what is there: one row per situation of one pod. */
final class PlanTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Attachment ATTACHMENT = Cluster.attachment(0);
  private static final String PORT = PodView.hostName(ATTACHMENT);
  private static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:02:00");

  private static final Ipv4Address ADDRESS = Ipv4Address.parse("10.244.1.2");
  private static final long COOKIE = Pipeline.podCookie(ADDRESS);
  private static final NodeState.Peers PEERS = new NodeState.Peers(List.of());

  private static final EndpointState UNKNOWN = new EndpointState.Unknown();
  private static final EndpointState BUSY = new EndpointState.Busy();
  private static final EndpointState DETACHED = new EndpointState.Detached();
  private static final EndpointState.Attached ATTACHED =
      new EndpointState.Attached(
          new Endpoint(PORT, HOST_MAC, Cluster.sandbox(0), "eth0", HOST_MAC, 1500));
  private static final EndpointState UNCONFIRMED = new EndpointState.Unconfirmed(ATTACHED);
  private static final EndpointState NOT_ATTACHED =
      failed(EndpointState.Step.ATTACH, NOW.plusMillis(1));
  private static final EndpointState ATTACH_AGAIN = failed(EndpointState.Step.ATTACH, NOW);
  private static final EndpointState NOT_DETACHED =
      failed(EndpointState.Step.DETACH, NOW.plusMillis(1));
  private static final EndpointState DETACH_AGAIN = failed(EndpointState.Step.DETACH, NOW);

  private static EndpointState failed(EndpointState.Step step, Instant retryAt) {
    return new EndpointState.Failed(step, EndpointException.Reason.SYSTEM, "no", retryAt);
  }

  /** The pod's row in the database. */
  enum Row {
    NONE,
    /** Sent, not answered. */
    COMING,
    /** There, and the switch has not dealt with it. */
    WITHOUT_NUMBER,
    NUMBERED
  }

  /** The pod's flows in the switch. */
  enum Flows {
    /** Nothing is known of the switch's flows. */
    UNKNOWN,
    NONE,
    /** Sent, not answered. */
    COMING,
    /** Those for another port, which the pod had before. */
    OTHER,
    /** Some that were found at the start, when there was no reason to take them away. */
    KEPT,
    ALL
  }

  /** What the plan does with the pod. */
  enum Step {
    ATTACH,
    CONFIRM,
    PUT_ROW,
    ADD_FLOWS,
    READY,
    DELETE_FLOWS,
    DELETE_ROW,
    DETACH,
    SILENCED,
    RELEASE
  }

  record Situation(Lease.Phase phase, EndpointState endpoint, Row row, Flows flows, Link link) {}

  private static Situation held(EndpointState endpoint, Row row, Flows flows) {
    return new Situation(Lease.Phase.HELD, endpoint, row, flows, Link.UP);
  }

  private static Situation going(EndpointState endpoint, Row row, Flows flows) {
    return new Situation(Lease.Phase.WITHDRAWN, endpoint, row, flows, Link.UP);
  }

  private static Situation down(Situation situation) {
    return new Situation(
        situation.phase(), situation.endpoint(), situation.row(), situation.flows(), Link.DOWN);
  }

  private static Arguments then(Situation situation, Step... steps) {
    return Arguments.of(situation, Set.of(steps));
  }

  static Stream<Arguments> coming() {
    return Stream.of(
        then(held(UNKNOWN, Row.NONE, Flows.NONE), Step.ATTACH),
        then(held(BUSY, Row.NONE, Flows.NONE)),
        then(held(NOT_ATTACHED, Row.NONE, Flows.NONE)),
        then(held(ATTACH_AGAIN, Row.NONE, Flows.NONE), Step.ATTACH),
        // A row only for a device that is there: the switch would refuse it.
        then(held(ATTACHED, Row.NONE, Flows.NONE), Step.PUT_ROW),
        then(held(ATTACHED, Row.WITHOUT_NUMBER, Flows.NONE), Step.PUT_ROW),
        then(held(ATTACHED, Row.NUMBERED, Flows.NONE), Step.PUT_ROW, Step.ADD_FLOWS),
        then(held(ATTACHED, Row.NUMBERED, Flows.OTHER), Step.PUT_ROW, Step.ADD_FLOWS),
        then(held(ATTACHED, Row.NUMBERED, Flows.UNKNOWN), Step.PUT_ROW),
        then(held(ATTACHED, Row.NUMBERED, Flows.ALL), Step.PUT_ROW, Step.READY),
        // What it was counts until it is known, but nobody is told that it is ready.
        then(held(UNCONFIRMED, Row.NUMBERED, Flows.ALL), Step.CONFIRM),
        then(down(held(UNCONFIRMED, Row.NUMBERED, Flows.OTHER)), Step.CONFIRM, Step.ADD_FLOWS),
        // Without the database its last word counts: the switch goes on.
        then(down(held(ATTACHED, Row.NUMBERED, Flows.ALL)), Step.READY),
        then(down(held(ATTACHED, Row.NUMBERED, Flows.OTHER)), Step.ADD_FLOWS),
        then(down(held(UNKNOWN, Row.NONE, Flows.NONE)), Step.ATTACH));
  }

  static Stream<Arguments> afterAStart() {
    return Stream.of(
        // What worked before the agent started works on while its endpoint is looked at.
        then(held(UNKNOWN, Row.NUMBERED, Flows.ALL), Step.ATTACH),
        then(held(BUSY, Row.NUMBERED, Flows.ALL)),
        then(held(NOT_ATTACHED, Row.NUMBERED, Flows.ALL)),
        then(held(BUSY, Row.NUMBERED, Flows.OTHER), Step.ADD_FLOWS));
  }

  static Stream<Arguments> leaving() {
    return Stream.of(
        then(going(ATTACHED, Row.NUMBERED, Flows.ALL), Step.DELETE_FLOWS),
        then(going(ATTACHED, Row.NUMBERED, Flows.OTHER), Step.DELETE_FLOWS),
        then(going(ATTACHED, Row.NUMBERED, Flows.KEPT), Step.DELETE_FLOWS),
        then(going(DETACHED, Row.NONE, Flows.KEPT), Step.DELETE_FLOWS),
        then(going(ATTACHED, Row.NUMBERED, Flows.NONE), Step.SILENCED, Step.DELETE_ROW),
        // The flows may be there any moment, and the row has the number that they are for.
        then(going(ATTACHED, Row.NUMBERED, Flows.COMING)),
        then(going(ATTACHED, Row.NONE, Flows.COMING)),
        then(going(ATTACHED, Row.COMING, Flows.NONE), Step.SILENCED),
        then(going(ATTACHED, Row.NONE, Flows.NONE), Step.SILENCED, Step.DETACH),
        then(going(UNKNOWN, Row.NONE, Flows.NONE), Step.SILENCED, Step.DETACH),
        then(going(UNCONFIRMED, Row.NONE, Flows.NONE), Step.SILENCED, Step.DETACH),
        // The pause before an attach is tried again is none for the detach.
        then(going(NOT_ATTACHED, Row.NONE, Flows.NONE), Step.SILENCED, Step.DETACH),
        then(going(NOT_DETACHED, Row.NONE, Flows.NONE), Step.SILENCED),
        then(going(DETACH_AGAIN, Row.NONE, Flows.NONE), Step.SILENCED, Step.DETACH),
        // Whoever is at it will say so.
        then(going(BUSY, Row.NONE, Flows.NONE), Step.SILENCED),
        then(going(DETACHED, Row.NONE, Flows.NONE), Step.SILENCED, Step.RELEASE),
        then(going(DETACHED, Row.NUMBERED, Flows.NONE), Step.DELETE_ROW, Step.SILENCED),
        then(going(DETACHED, Row.COMING, Flows.NONE), Step.SILENCED),
        then(going(DETACHED, Row.NONE, Flows.COMING)));
  }

  static Stream<Arguments> leavingOutOfReach() {
    return Stream.of(
        // At least nothing is delivered; the address stays taken until all can be seen.
        then(going(ATTACHED, Row.NUMBERED, Flows.UNKNOWN), Step.DETACH),
        then(going(DETACHED, Row.NUMBERED, Flows.UNKNOWN), Step.SILENCED),
        then(going(DETACHED, Row.NONE, Flows.UNKNOWN), Step.SILENCED),
        then(down(going(ATTACHED, Row.NUMBERED, Flows.ALL)), Step.DELETE_FLOWS, Step.DETACH),
        then(down(going(DETACHED, Row.NUMBERED, Flows.ALL)), Step.DELETE_FLOWS, Step.SILENCED),
        then(down(going(DETACHED, Row.NONE, Flows.NONE)), Step.SILENCED),
        then(down(going(DETACHED, Row.NONE, Flows.UNKNOWN)), Step.SILENCED));
  }

  @ParameterizedTest
  @MethodSource({"coming", "afterAStart", "leaving", "leavingOutOfReach"})
  void of_situation_hasTheseSteps(Situation situation, Set<Step> steps) {
    assertThat(steps(situation, NodeView.Startup.OVER)).isEqualTo(steps);
  }

  @ParameterizedTest
  @MethodSource({"coming", "afterAStart", "leaving", "leavingOutOfReach"})
  void of_situationAtTheStart_hasTheSameStepsAndTakesNothingUnknownAway(
      Situation situation, Set<Step> steps) {
    assertThat(steps(situation, NodeView.Startup.FRESH)).isEqualTo(steps);
    FlowTarget target =
        Plan.of(view(situation, NodeView.Startup.FRESH), NOW, Integer.MAX_VALUE)
            .flows()
            .orElseThrow();
    assertThat(target.removal())
        .isEqualTo(
            new FlowTarget.Removal.Only(
                situation.phase() == Lease.Phase.WITHDRAWN ? Set.of(COOKIE) : Set.of()));
  }

  private static Set<Step> steps(Situation situation, NodeView.Startup startup) {
    Plan plan = Plan.of(view(situation, startup), NOW, Integer.MAX_VALUE);
    List<Step> steps = new ArrayList<>();
    plan.attach().forEach(_ -> steps.add(Step.ATTACH));
    plan.confirm().forEach((_, _) -> steps.add(Step.CONFIRM));
    plan.detach().forEach(_ -> steps.add(Step.DETACH));
    plan.release().forEach(_ -> steps.add(Step.RELEASE));
    plan.ready().forEach(_ -> steps.add(Step.READY));
    plan.silenced().forEach(_ -> steps.add(Step.SILENCED));
    for (VswitchChange change : plan.rows()) {
      if (change instanceof VswitchChange.PutPort put && put.port().name().equals(PORT)) {
        steps.add(Step.PUT_ROW);
      } else if (change instanceof VswitchChange.DeletePort) {
        steps.add(Step.DELETE_ROW);
      }
    }
    FlowTarget target = plan.flows().orElseThrow();
    if (view(situation, startup).flows().known() instanceof Known.Settled settled) {
      List<NodeState.Pod> there = settled.target().state().pods();
      List<NodeState.Pod> wanted = target.state().pods();
      if (!there.containsAll(wanted)) {
        steps.add(Step.ADD_FLOWS);
      }
      boolean tooMany =
          !there.isEmpty() || (settled.others() == Others.KEPT && target.removal().allows(COOKIE));
      if (wanted.isEmpty() && tooMany) {
        steps.add(Step.DELETE_FLOWS);
      }
    }
    return Set.copyOf(steps);
  }

  private static PodView pod(Situation situation) {
    return new PodView(
        new Lease(
            ATTACHMENT,
            List.of(ADDRESS),
            "net",
            Optional.of("default"),
            Optional.of("pod0"),
            Cluster.BOOT,
            NOW,
            situation.phase(),
            "{}"),
        new Intent(Cluster.sandbox(0), List.of()),
        situation.endpoint());
  }

  private static NodeView view(Situation situation, NodeView.Startup startup) {
    PodView pod = pod(situation);
    Map<String, InterfaceRow> interfaces = new HashMap<>();
    interfaces.put(Cluster.UPLINK, row(Cluster.UPLINK, OptionalInt.of(1)));
    switch (situation.row()) {
      case NONE, COMING -> {}
      case WITHOUT_NUMBER -> interfaces.put(PORT, row(PORT, OptionalInt.empty()));
      case NUMBERED -> interfaces.put(PORT, row(PORT, OptionalInt.of(7)));
    }
    return new NodeView(
        Cluster.CONFIG,
        Cluster.SPACE,
        Map.of(ATTACHMENT, pod),
        new VswitchSnapshot(situation.link(), Optional.empty(), Map.of(), Map.of(), interfaces),
        situation.row() == Row.COMING ? Set.of(PORT) : Set.of(),
        Map.of(),
        flows(situation.flows()),
        Optional.of(PEERS),
        new NextHops(Optional.of(Cluster.GATEWAY_MAC), Optional.empty()),
        new HostState.NotNeeded(),
        startup);
  }

  private static InterfaceRow row(String name, OptionalInt ofport) {
    return new InterfaceRow(
        new UUID(0, name.hashCode()),
        name,
        "",
        ofport,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(Cluster.UPLINK_MAC.toString()),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        name.equals(PORT) ? Map.of(PodView.CONTAINER_ID, ATTACHMENT.containerId()) : Map.of());
  }

  private static SwitchFlows flows(Flows flows) {
    NodeState none = state();
    NodeState all = state(7);
    return switch (flows) {
      case UNKNOWN -> new SwitchFlows(new Known.Unsettled("not asked"), Optional.empty());
      case NONE -> settled(none, Others.NONE, Optional.empty());
      case COMING -> settled(none, Others.NONE, Optional.of(all));
      case OTHER -> settled(state(8), Others.NONE, Optional.empty());
      case KEPT -> settled(none, Others.KEPT, Optional.empty());
      case ALL -> settled(all, Others.NONE, Optional.empty());
    };
  }

  private static SwitchFlows settled(NodeState state, Others others, Optional<NodeState> coming) {
    FlowTarget target = new FlowTarget(state, new FlowTarget.Removal.Only(Set.of()));
    return new SwitchFlows(new Known.Settled(target, others), coming);
  }

  /** The node with the pod at these ports. */
  private static NodeState state(Integer... ports) {
    return new NodeState(
        Cluster.RANGES.prefixes(),
        List.of(Cluster.BLOCK),
        uplink(Optional.of(Cluster.GATEWAY_MAC)),
        PEERS,
        Stream.of(ports)
            .map(
                port ->
                    new NodeState.Pod(
                        port,
                        List.of(ADDRESS),
                        org.ovswin.ipam.address.MacAddress.forAddress(ADDRESS),
                        List.of(),
                        org.ovswin.pipeline.Bandwidth.UNLIMITED))
            .toList());
  }

  private static NodeState.Uplink uplink(Optional<org.ovswin.ipam.address.MacAddress> gatewayMac) {
    AgentConfig.UplinkConfig uplink = Cluster.UPLINK_CONFIG;
    return new NodeState.Uplink(
        1, uplink.address(), Cluster.UPLINK_MAC, uplink.gateway(), gatewayMac);
  }

  // The node.

  private static NodeView with(NodeView view, VswitchSnapshot vswitch, SwitchFlows flows) {
    return new NodeView(
        view.config(),
        view.space(),
        view.pods(),
        vswitch,
        view.comingPorts(),
        view.readyPorts(),
        flows,
        view.peers(),
        view.nextHops(),
        view.host(),
        view.startup());
  }

  @Test
  void of_nodesFlowsOther_noPodIsReady() {
    NodeView view = view(held(ATTACHED, Row.NUMBERED, Flows.ALL), NodeView.Startup.OVER);
    NodeState there = state(7);
    NodeState silent =
        new NodeState(
            there.cluster(), there.blocks(), uplink(Optional.empty()), PEERS, there.pods());
    SwitchFlows before = settled(silent, Others.NONE, Optional.empty());
    assertThat(Plan.of(with(view, view.vswitch(), before), NOW, Integer.MAX_VALUE).ready())
        .isEmpty();
    SwitchFlows leaving = settled(there, Others.NONE, Optional.of(silent));
    assertThat(Plan.of(with(view, view.vswitch(), leaving), NOW, Integer.MAX_VALUE).ready())
        .isEmpty();
    SwitchFlows audit = settled(there, Others.NONE, Optional.of(there));
    assertThat(Plan.of(with(view, view.vswitch(), audit), NOW, Integer.MAX_VALUE).ready())
        .hasSize(1);
  }

  @Test
  void of_podWhosePortIsOnItsWayOut_isNotReady() {
    NodeView view = view(held(ATTACHED, Row.NUMBERED, Flows.ALL), NodeView.Startup.OVER);
    for (NodeState coming : List.of(state(), state(8))) {
      SwitchFlows flows = settled(state(7), Others.NONE, Optional.of(coming));
      assertThat(Plan.of(with(view, view.vswitch(), flows), NOW, Integer.MAX_VALUE).ready())
          .isEmpty();
    }
  }

  @Test
  void of_nothingKnownYet_asksForBridgeAndUplinkOnlyWhereTheDatabaseIsUp() {
    NodeView view = view(held(UNKNOWN, Row.NONE, Flows.UNKNOWN), NodeView.Startup.FRESH);
    VswitchSnapshot empty =
        new VswitchSnapshot(Link.UP, Optional.empty(), Map.of(), Map.of(), Map.of());
    assertThat(Plan.of(with(view, empty, view.flows()), NOW, Integer.MAX_VALUE).rows())
        .hasSize(2)
        .anyMatch(VswitchChange.PutBridge.class::isInstance)
        .anyMatch(
            change ->
                change instanceof VswitchChange.PutPort put
                    && put.port().name().equals(Cluster.UPLINK));
    assertThat(
            Plan.of(with(view, VswitchSnapshot.NOTHING, view.flows()), NOW, Integer.MAX_VALUE)
                .rows())
        .isEmpty();
  }

  @Test
  void of_rowOfNobody_isDeletedOnceTheStartIsOver() {
    Situation nobody = held(ATTACHED, Row.NUMBERED, Flows.ALL);
    for (NodeView.Startup startup : NodeView.Startup.values()) {
      NodeView view = view(nobody, startup);
      NodeView without =
          new NodeView(
              view.config(),
              view.space(),
              Map.of(),
              view.vswitch(),
              view.comingPorts(),
              view.readyPorts(),
              view.flows(),
              view.peers(),
              view.nextHops(),
              view.host(),
              startup);
      Plan plan = Plan.of(without, NOW, Integer.MAX_VALUE);
      boolean over = startup == NodeView.Startup.OVER;
      assertThat(plan.rows().contains(new VswitchChange.DeletePort(Cluster.BRIDGE, PORT)))
          .isEqualTo(over);
      assertThat(plan.flows().orElseThrow().state().pods()).isEmpty();
      assertThat(plan.flows().orElseThrow().removal().allows(COOKIE)).isEqualTo(over);
    }
  }

  @Test
  void of_twoPortsOfOneNumber_givesFlowsToNeither() {
    NodeView view = view(held(ATTACHED, Row.NUMBERED, Flows.NONE), NodeView.Startup.OVER);
    Map<String, InterfaceRow> interfaces = new HashMap<>(view.vswitch().interfaces());
    interfaces.put(PORT, row(PORT, OptionalInt.of(1)));
    VswitchSnapshot clash =
        new VswitchSnapshot(Link.UP, Optional.empty(), Map.of(), Map.of(), interfaces);
    Plan plan = Plan.of(with(view, clash, view.flows()), NOW, Integer.MAX_VALUE);
    assertThat(plan.flows().orElseThrow().state().pods()).isEmpty();
    assertThat(plan.ready()).isEmpty();
  }
}
