package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.pipeline.NodeState.Peer;

/** From one state to the next: the changes that come of the objects that differ. */
class PipelineChangesTest {
  private static final int STATES = 500;

  /** How one state follows upon another. */
  enum Next {
    ANYTHING {
      @Override
      NodeState after(RandomStates states) {
        return states.next();
      }
    },
    ONE_POD {
      @Override
      NodeState after(RandomStates states) {
        return states.nextPod();
      }
    },
    ANOTHER_UPLINK {
      @Override
      NodeState after(RandomStates states) {
        return states.nextUplink();
      }
    },
    ANYTHING_WITH_GATEWAY {
      @Override
      NodeState after(RandomStates states) {
        NodeState next = states.next();
        return new NodeState(
            next.cluster(), next.blocks(), new NodeState.Gateway(), next.peers(), next.pods());
      }
    };

    abstract NodeState after(RandomStates states);
  }

  @ParameterizedTest
  @EnumSource(Next.class)
  void changes_ofAnyTwoStates_leadFromTheOnesFlowsToTheOthers(Next next) {
    long seed = new Random().nextLong();
    RandomStates states = new RandomStates(seed, Example.UPLINK);
    NodeState before = states.next();
    for (int i = 0; i < STATES; i++) {
      NodeState after = next.after(states);
      String what = "seed " + seed + ", state " + i + ": " + before + " to " + after;

      List<FlowChange> changes = Pipeline.changes(before, after);

      assertThat(applied(Pipeline.flows(before), changes))
          .as(what)
          .isEqualTo(byKey(Pipeline.flows(after)));
      assertThat(new HashSet<>(changes))
          .as(what)
          .hasSameSizeAs(changes)
          .isEqualTo(new HashSet<>(FlowDiff.diff(Pipeline.flows(before), Pipeline.flows(after))));
      assertThat(changes).as(what).isSortedAccordingTo(PipelineChangesTest::makeBeforeBreak);
      before = after;
    }
  }

  /** What is added from the last table on, then what is deleted from the first on. */
  private static int makeBeforeBreak(FlowChange one, FlowChange other) {
    return Integer.compare(rank(one), rank(other));
  }

  private static int rank(FlowChange change) {
    int table = change.flow().table();
    return change instanceof FlowChange.DeleteStrict ? 1_000 + table : -table;
  }

  @Test
  void changes_ofTheSameState_areNone() {
    assertThat(Pipeline.changes(Example.STATE, Example.STATE)).isEmpty();
  }

  @Test
  void changes_ofOnePod_areItsFlowsOnly() {
    NodeState without =
        new NodeState(
            Example.STATE.cluster(),
            Example.STATE.blocks(),
            Example.UPLINK,
            Example.STATE.peers(),
            List.of());
    List<Flow> flows = Pipeline.podFlows(Example.STATE, Example.POD);

    assertThat(Pipeline.changes(without, Example.STATE))
        .containsExactlyInAnyOrderElementsOf(flows.stream().map(FlowChange.Add::new).toList());
    assertThat(Pipeline.changes(Example.STATE, without))
        .containsExactlyInAnyOrderElementsOf(
            flows.stream().map(FlowChange.DeleteStrict::new).toList());
  }

  @Test
  void changes_ofOneBlockMore_areItsGatewaysAnswersOnly() {
    NodeState without = with(Example.STATE.cluster(), List.of(Example.BLOCK), List.of());
    NodeState after = with(Example.STATE.cluster(), Example.STATE.blocks(), List.of());
    assertThat(Pipeline.changes(without, after))
        .as("to pods, and to the node itself")
        .hasSize(2)
        .allMatch(change -> change.flow().toString().contains("nd_target=fd00:10:244:1::1"));
  }

  @Test
  void changes_ofOneRangeMore_nameItInEach() {
    NodeState without = with(List.of(Example.CLUSTER), List.of(Example.BLOCK), List.of());
    NodeState after = with(Example.STATE.cluster(), List.of(Example.BLOCK), List.of());
    assertThat(after.hasSameNode(without)).isTrue();
    assertThat(Pipeline.changes(without, after))
        .hasSize(5)
        .allMatch(change -> change.flow().toString().contains(Example.CLUSTER6.toString()));
  }

  @Test
  void changes_ofAPeersSecondBlock_areThatBlocksFlowsOnly() {
    Peer one =
        new Peer(
            Example.PEER.node(),
            Example.PEER.address(),
            Example.PEER.mac(),
            Example.PEER.ipv6Address(),
            Example.PEER.blocks().subList(0, 1));
    assertThat(
            Pipeline.changes(
                with(Example.STATE.cluster(), Example.STATE.blocks(), List.of(one)),
                with(Example.STATE.cluster(), Example.STATE.blocks(), List.of(Example.PEER))))
        .hasSize(2)
        .allMatch(
            change ->
                change instanceof FlowChange.Add
                    && change.flow().toString().contains("fd00:10:244:2::/64"));
  }

  private static NodeState with(List<IpPrefix> cluster, List<IpPrefix> blocks, List<Peer> peers) {
    return new NodeState(cluster, blocks, Example.UPLINK, peers, List.of());
  }

  @Test
  void source_ofAState_hasItsFlowsFromTheLastTableOn() {
    List<Flow> made = new ArrayList<>();
    Iterable<Flow> source = Pipeline.source(Example.STATE);
    source.forEach(made::add);
    assertThat(made).isSortedAccordingTo((a, b) -> Integer.compare(b.table(), a.table()));
    assertThat(made).hasSameElementsAs(Pipeline.flows(Example.STATE));
    assertThat(source).as("again").containsExactlyElementsOf(made);
  }

  private static Map<Flow.Key, Flow> applied(List<Flow> flows, List<FlowChange> changes) {
    Map<Flow.Key, Flow> there = byKey(flows);
    for (FlowChange change : changes) {
      Flow flow = change.flow();
      switch (change) {
        case FlowChange.Add _ -> there.put(flow.key(), flow);
        case FlowChange.ModifyStrict _ ->
            assertThat(there.replace(flow.key(), flow)).as("%s is there", flow).isNotNull();
        case FlowChange.DeleteStrict _ ->
            assertThat(there.remove(flow.key())).as("%s is there", flow).isNotNull();
      }
    }
    return there;
  }

  private static Map<Flow.Key, Flow> byKey(List<Flow> flows) {
    Map<Flow.Key, Flow> byKey = new HashMap<>();
    flows.forEach(flow -> assertThat(byKey.put(flow.key(), flow)).as("twice: %s", flow).isNull());
    return byKey;
  }
}
