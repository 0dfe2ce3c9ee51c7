package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;

/** The diff of fingerprints against the diff of flows. */
final class FlowIndexTest {
  private static final int ROUNDS = 60;
  private static final long OURS = new Cookie(1, 1).toLong();

  @ParameterizedTest
  @EnumSource(Version.class)
  void changes_ofAnyFlows_areThoseOfTheDiffInMemory(Version version) {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      List<Flow> pool = new RandomFlows(seed).distinct(60);
      List<Flow> observed = some(pool, random);
      List<Flow> desired = some(pool, random);
      desired.sort(Comparator.comparingInt(Flow::table).reversed());
      assertThat(changes(observed, desired, version))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(FlowDiff.diff(observed, desired));
    }
  }

  private static List<FlowChange> changes(
      List<Flow> observed, List<Flow> desired, Version version) {
    FlowIndex index = FlowIndex.of(desired, Cookie.OURS, Cookie.MASK, version);
    List<FlowChange> changes = new ArrayList<>();
    for (Flow flow : observed) {
      if (index.observe(flow) == FlowIndex.Observed.EXTRA) {
        assertThat(index.isExtra(flow)).isTrue();
        changes.add(new FlowChange.DeleteStrict(flow));
      }
    }
    int made = 0;
    for (Flow flow : desired) {
      var change = index.change(flow);
      made += change.isPresent() ? 1 : 0;
      change.ifPresent(changes::add);
    }
    assertThat(index.size()).isEqualTo(desired.size());
    assertThat(index.missing() + index.different()).isEqualTo(made);
    return changes;
  }

  /** A part of the pool, some of it with other actions, another cookie or a timeout. */
  private static List<Flow> some(List<Flow> pool, Random random) {
    List<Flow> flows = new ArrayList<>();
    for (Flow f : pool) {
      switch (random.nextInt(5)) {
        case 0 -> flows.add(f);
        case 1 ->
            flows.add(Flow.of(f.table(), f.priority(), f.cookie(), f.match(), Actions.output(7)));
        case 2 -> flows.add(new Flow(f.table(), f.priority(), OURS, f.match(), f.actions()));
        case 3 -> flows.add(f.withTimeouts(60, 0));
        default -> {}
      }
    }
    return flows;
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void index_ofManyFlows_findsEach(Version version) {
    List<Flow> desired = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      desired.add(route(3, i));
    }
    FlowIndex index = FlowIndex.of(desired, Cookie.OURS, Cookie.MASK, version);
    assertThat(desired).allMatch(flow -> index.observe(flow) == FlowIndex.Observed.UNCHANGED);
    assertThat(index.observe(route(4, 0))).isEqualTo(FlowIndex.Observed.EXTRA);
    assertThat(index.missing()).isZero();
    assertThat(index.different()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void of_twoFlowsOfOneKey_namesBoth(Version version) {
    Flow other = Flow.of(3, 100, OURS, route(3, 1).match(), Actions.output(9));
    assertThatThrownBy(
            () ->
                FlowIndex.of(
                    List.of(route(3, 1), route(3, 2), other), Cookie.OURS, Cookie.MASK, version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("actions=output:1 and")
        .hasMessageContaining("actions=output:9");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void of_foreignCookieOrFirstTableFirst_namesTheFlow(Version version) {
    Flow foreign = Flow.of(3, 1, 5, Match.ANY);
    assertThatThrownBy(() -> FlowIndex.of(List.of(foreign), Cookie.OURS, Cookie.MASK, version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cookie of ")
        .hasMessageContaining("table=3");
    List<Flow> upwards = List.of(route(3, 1), route(4, 1));
    assertThatThrownBy(() -> FlowIndex.of(upwards, Cookie.OURS, Cookie.MASK, version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("after table 3 (expected: the last table first)");
  }

  private static Flow route(int table, int n) {
    Match match = Match.builder().ethType(0x0800).ipv4Dst(0x0a00_0000 + n).build();
    return Flow.of(table, 100, OURS, match, Actions.output(1));
  }
}
