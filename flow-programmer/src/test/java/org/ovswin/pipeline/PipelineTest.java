package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.Registers.Bits;

class PipelineTest {
  private static final List<NodeState> STATES =
      List.of(Example.STATE, Example.IPV4_LINK_STATE, Example.GATEWAY_STATE);

  @Test
  void flows_ofOneState_haveDifferentKeys() {
    for (NodeState state : STATES) {
      Map<Flow.Key, Flow> byKey = new HashMap<>();
      for (Flow flow : Pipeline.flows(state)) {
        assertThat(byKey.put(flow.key(), flow)).as("twice: " + flow).isNull();
      }
    }
  }

  @Test
  void flows_withGateway_nameNoPeerAndTrackNothing() {
    List<Flow> flows = Pipeline.flows(Example.GATEWAY_STATE);

    assertThat(flows).noneMatch(flow -> flow.cookie() == Pipeline.peerCookie(Example.PEER));
    assertThat(flows).noneMatch(flow -> flow.toString().contains("ct("));
    assertThat(flows).noneMatch(flow -> flow.toString().contains("ct_state"));
  }

  @Test
  void flows_carryTheCookieOfTheirObject() {
    assertThat(Pipeline.flows(Example.STATE)).allMatch(flow -> Cookie.isOurs(flow.cookie()));
    assertThat(Pipeline.podFlows(Example.STATE, Example.POD))
        .isNotEmpty()
        .allMatch(flow -> flow.cookie() == Pipeline.podCookie(Example.POD.address()));
  }

  @Test
  void flows_ofEveryTable_endWithAMissOfTheirOwn() {
    for (NodeState state : STATES) {
      for (FlowTable table : Pipeline.tables(state.exit())) {
        assertThat(Pipeline.flows(state))
            .as(table.id().name())
            .filteredOn(flow -> flow.table() == table.id().number() && flow.priority() == 0)
            .hasSize(1);
      }
    }
  }

  @Test
  void flows_goToLaterTablesOnly() {
    for (NodeState state : STATES) {
      Set<Integer> tables =
          Pipeline.tables(state.exit()).stream()
              .map(table -> table.id().number())
              .collect(Collectors.toSet());
      for (Flow flow : Pipeline.flows(state)) {
        for (Action action : flow.actions()) {
          next(action)
              .ifPresent(
                  next -> {
                    assertThat(next).as(flow.toString()).isGreaterThan(flow.table());
                    assertThat(tables).as(flow.toString()).contains(next);
                  });
        }
      }
    }
  }

  private static OptionalInt next(Action action) {
    return switch (action) {
      case Action.Goto next -> OptionalInt.of(next.table());
      case Action.Ct ct -> ct.table();
      default -> OptionalInt.empty();
    };
  }

  @Test
  void flows_withoutGatewayMac_leadNoPodToTheWorld() {
    Uplink silent =
        new Uplink(
            1,
            Example.UPLINK.address(),
            Example.UPLINK.mac(),
            Example.UPLINK.gateway(),
            Optional.empty(),
            Example.UPLINK
                .ipv6()
                .map(link -> new Link(link.address(), link.gateway(), Optional.empty())));
    NodeState state =
        new NodeState(
            Example.STATE.cluster(),
            Example.STATE.blocks(),
            silent,
            List.of(),
            List.of(Example.POD));

    assertThat(Pipeline.flows(state))
        .hasSize(
            Pipeline.flows(
                        new NodeState(
                            Example.STATE.cluster(),
                            Example.STATE.blocks(),
                            Example.UPLINK,
                            List.of(),
                            List.of(Example.POD)))
                    .size()
                - 2);
  }

  @Test
  void flows_withoutIpv6OnTheLink_leadItToPodsOnlyAndTrackNone() {
    List<String> ipv6 =
        Pipeline.flows(Example.IPV4_LINK_STATE).stream()
            .map(Flow::toString)
            .filter(flow -> flow.contains("ipv6") || flow.contains("icmp6"))
            .toList();

    assertThat(ipv6).isNotEmpty().noneMatch(flow -> flow.contains("ct("));
    assertThat(ipv6).noneMatch(flow -> flow.contains("ct_state") || flow.contains("reg0=0x3"));
  }

  @Test
  void podFlows_growWithIpv6OnTheLink_onlyForAPodThatHasIpv6() {
    Pod ipv4 =
        new Pod(
            4,
            List.of(Ipv4Address.parse("10.244.1.9")),
            MacAddress.parse("0e:2a:0a:f4:01:09"),
            Example.POD.hostPorts(),
            Bandwidth.UNLIMITED);

    assertThat(Pipeline.podFlows(Example.STATE, ipv4))
        .isEqualTo(Pipeline.podFlows(Example.IPV4_LINK_STATE, ipv4));
    assertThat(Pipeline.podFlows(Example.STATE, Example.POD))
        .as("a host port, and the way back to the pod itself")
        .hasSize(Pipeline.podFlows(Example.IPV4_LINK_STATE, Example.POD).size() + 3);
  }

  @Test
  void registers_doNotOverlap() {
    for (Bits bits : Registers.ALL) {
      for (Bits other : Registers.ALL) {
        if (!bits.equals(other) && bits.field() == other.field()) {
          assertThat(bits.mask() & other.mask()).as(bits + " and " + other).isZero();
        }
      }
    }
  }

  @Test
  void tables_haveOneImplementationEach_inOrder() {
    assertThat(Pipeline.tables(Example.UPLINK))
        .extracting(FlowTable::id)
        .containsExactly(TableId.values());
    assertThat(Arrays.stream(TableId.values()).map(TableId::number)).isSorted();
  }

  @Test
  void state_withTwoPodsOfOneAddress_isRefused() {
    Pod twin =
        new Pod(
            4,
            Example.POD.addresses(),
            MacAddress.parse("0e:2a:0a:f4:01:06"),
            List.of(),
            Bandwidth.UNLIMITED);

    assertThatThrownBy(
            () ->
                new NodeState(
                    Example.STATE.cluster(),
                    Example.STATE.blocks(),
                    Example.UPLINK,
                    List.of(),
                    List.of(Example.POD, twin)))
        .hasMessageContaining("expected: addresses and a port of its own");
  }

  @Test
  void state_withPodOutsideTheBlock_isRefused() {
    Pod stranger =
        new Pod(
            4,
            List.of(Ipv4Address.parse("10.244.2.5")),
            Example.POD.mac(),
            List.of(),
            Bandwidth.UNLIMITED);

    assertThatThrownBy(
            () ->
                new NodeState(
                    Example.STATE.cluster(),
                    Example.STATE.blocks(),
                    Example.UPLINK,
                    List.of(),
                    List.of(stranger)))
        .hasMessage(
            "pod address: 10.244.2.5 (expected: inside one of [10.244.1.0/24,"
                + " fd00:10:244:1::/64])");
  }
}
