package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.verdict.Cases.Case;

/** One packet at a time, through a real switch, from everybody to everybody, true and forged. */
class PacketVerdictTest {
  private static final int SHOWN_FAILURES = 4;
  private static final int RANDOM_PACKETS = 1_000;
  private static final int MOST_PACKETS = 1_500;

  /** Fewer connections make a quicker switch. */
  private static final int FORGET_EVERY = 500;

  @ParameterizedTest
  @EnumSource(Nodes.class)
  void packet_ofAnyKind_comesOutAsTheRulesSay(Nodes node) throws IOException {
    judgeAll(node.name(), node.state());
  }

  @ParameterizedTest
  @EnumSource(Nodes.class)
  void packet_whereTheHostForwards_comesOutAsTheRulesSay(Nodes node) throws IOException {
    judgeAll(node.name(), node.gatewayState());
  }

  private static void judgeAll(String node, NodeState state) throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (TestedNode tested = TestedNode.start(state)) {
      String name = node + ", seed " + seed + ": ";
      judgeAll(name + "honest", tested, some(Cases.honest(state), random));
      judgeAll(name + "forged", tested, some(Cases.forged(state), random));
      judgeAll(name + "ARP", tested, some(Cases.arp(state), random));
      judgeAll(name + "IPv6, honest", tested, some(Ipv6Cases.honest(state), random));
      judgeAll(name + "IPv6, forged", tested, some(Ipv6Cases.forged(state), random));
      judgeAll(
          name + "neighbour discovery", tested, some(Ipv6Cases.neighborDiscovery(state), random));
      judgeAll(name + "other protocols", tested, some(Cases.otherProtocols(state), random));
      judgeAll(name + "anything", tested, Cases.random(state, random, RANDOM_PACKETS));
    }
  }

  /** In the order in which they were: all of a small node's, a choice of a large one's. */
  private static List<Case> some(List<Case> cases, Random random) {
    List<Case> chosen = new ArrayList<>(cases);
    Collections.shuffle(chosen, random);
    Set<Case> kept = new HashSet<>(chosen.subList(0, Math.min(MOST_PACKETS, chosen.size())));
    return cases.stream().filter(kept::contains).toList();
  }

  private static void judgeAll(String name, TestedNode tested, List<Case> cases)
      throws IOException {
    List<String> complaints = new ArrayList<>();
    int failures = 0;
    tested.forgetConnections();
    for (int i = 0; i < cases.size(); i++) {
      Case one = cases.get(i);
      if (i % FORGET_EVERY == 0) {
        tested.forgetConnections();
      }
      Optional<String> complaint = tested.outcome(one.port(), one.packet()).complaint();
      if (complaint.isPresent()) {
        failures++;
        if (complaints.size() < SHOWN_FAILURES) {
          complaints.add(complaint.get());
        }
      }
    }
    assertThat(complaints)
        .as("%s: %d of %d packets went wrong", name, failures, cases.size())
        .isEmpty();
  }
}
