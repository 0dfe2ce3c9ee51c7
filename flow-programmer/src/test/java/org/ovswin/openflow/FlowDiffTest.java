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

/** The diff, with a map as the switch. */
final class FlowDiffTest {
  private static final int ROUNDS = 300;

  private static final Match WEB =
      Match.builder().ethType(0x0800).ipProto(6).field(Field.TCP_DST, 80).build();

  @Test
  void applied_toAnyFlows_makesTheDesiredOnes() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      List<Flow> pool = new RandomFlows(seed).distinct(40);
      List<Flow> observed = some(pool, random);
      List<Flow> desired = some(pool, random);
      List<FlowChange> changes = FlowDiff.diff(observed, desired);
      Collection<Flow> after = apply(observed, changes);
      assertThat(after).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(desired);
      assertThat(FlowDiff.diff(after, desired)).as("seed %d", seed).isEmpty();
    }
  }

  /** A part of the pool, some of it with other actions or another cookie. */
  private static List<Flow> some(List<Flow> pool, Random random) {
    List<Flow> flows = new ArrayList<>();
    for (Flow flow : pool) {
      switch (random.nextInt(4)) {
        case 0 -> flows.add(flow);
        case 1 ->
            flows.add(
                Flow.of(
                    flow.table(), flow.priority(), flow.cookie(), flow.match(), Actions.output(7)));
        case 2 -> flows.add(new Flow(flow.table(), flow.priority(), 5, flow.match(), List.of()));
        default -> {}
      }
    }
    return flows;
  }

  /** What the switch does, flow by flow. */
  private static Collection<Flow> apply(List<Flow> observed, List<FlowChange> changes) {
    Map<Flow.Key, Flow> flows = new HashMap<>();
    observed.forEach(flow -> flows.put(flow.key(), flow));
    for (FlowChange change : changes) {
      Flow flow = change.flow();
      switch (change) {
        case FlowChange.Add _ -> flows.put(flow.key(), flow);
        case FlowChange.ModifyStrict _ -> flows.computeIfPresent(flow.key(), (_, old) -> flow);
        case FlowChange.DeleteStrict _ -> assertThat(flows.remove(flow.key())).isNotNull();
      }
    }
    return flows.values();
  }

  @Test
  void diff_ofOtherActions_keepsTheFlowAndItsCounters() {
    Flow before = Flow.of(1, 2, 3, WEB, Actions.output(1));
    Flow after = Flow.of(1, 2, 3, WEB, Actions.output(2));
    assertThat(FlowDiff.diff(List.of(before), List.of(after)))
        .containsExactly(new FlowChange.ModifyStrict(after));
  }

  @Test
  void diff_ofAnotherCookie_replacesTheFlow() {
    Flow before = Flow.of(1, 2, 3, WEB);
    Flow after = Flow.of(1, 2, 4, WEB);
    assertThat(FlowDiff.diff(List.of(before), List.of(after)))
        .containsExactly(new FlowChange.Add(after));
  }

  @Test
  void diff_ofFormsThatMeanTheSame_isEmpty() {
    Subfield half = new Subfield(Field.REG0, 16, 16);
    Flow loaded = Flow.of(1, 2, 3, WEB, new Action.Load(half, 5));
    Flow set = Flow.of(1, 2, 3, WEB, Actions.set(Field.REG0, 0x5_0000, 0xffff_0000L));
    assertThat(FlowDiff.diff(List.of(loaded), List.of(set))).isEmpty();
  }

  @Test
  void diff_makesBeforeItBreaks_fromTheLastTable() {
    Flow extra = Flow.of(0, 1, 1, Match.ANY);
    Flow first = Flow.of(0, 2, 1, Match.ANY, Actions.gotoTable(9));
    Flow last = Flow.of(9, 2, 1, Match.ANY, Actions.output(1));
    assertThat(FlowDiff.diff(List.of(extra), List.of(first, last)))
        .containsExactly(
            new FlowChange.Add(last),
            new FlowChange.Add(first),
            new FlowChange.DeleteStrict(extra));
  }

  @Test
  void diff_ofARuleAndItsException_neverLeavesTheRuleAlone() {
    Flow rule = Flow.of(9, 1, 1, Match.ANY);
    Flow exception = Flow.of(9, 2, 1, WEB, Actions.output(1));
    assertThat(FlowDiff.diff(List.of(), List.of(rule, exception)))
        .containsExactly(new FlowChange.Add(exception), new FlowChange.Add(rule));
    assertThat(FlowDiff.diff(List.of(exception, rule), List.of()))
        .containsExactly(new FlowChange.DeleteStrict(rule), new FlowChange.DeleteStrict(exception));
  }

  @Test
  void diff_ofTwoDesiredFlowsOfOneKey_namesThem() {
    Flow one = Flow.of(1, 2, 3, WEB, Actions.output(1));
    Flow other = Flow.of(1, 2, 3, WEB, Actions.output(2));
    assertThatThrownBy(() -> FlowDiff.diff(List.of(), List.of(one, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("actions=output:1 and")
        .hasMessageContaining("actions=output:2");
  }
}
