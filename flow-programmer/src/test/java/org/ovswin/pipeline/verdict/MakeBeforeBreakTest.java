package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.session.SwitchConnection;
import org.ovswin.openflow.session.SwitchListener;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.pipeline.RandomStates;
import org.ovswin.pipeline.verdict.Cases.Case;
import org.ovswin.pipeline.verdict.Connections.Tracked;
import org.ovswin.pipeline.verdict.DummySwitch.Emission;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Verdict.Sent;

/**
 * While a node goes from one state to the next, no packet is lost that both states forward. Pods,
 * peers and host ports come, go and take each other's place.
 */
class MakeBeforeBreakTest {
  private static final int STATES_UNDER_TRAFFIC = 1_000;
  private static final int CONVERSATIONS = 4;
  private static final int STATES_BY_STEPS = 40;
  private static final int PACKETS_A_STEP = 12;
  private static final int SHOWN_LOSSES = 3;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final RandomStates states = new RandomStates(seed);
  private final Conversations conversations = new Conversations();
  private final List<String> losses = new ArrayList<>();
  private int sent;
  private int arrived;
  private DummySwitch ovs;
  private SwitchConnection connection;

  @BeforeEach
  @SuppressWarnings("NullAway.Init")
  void connect() throws Exception {
    ovs = DummySwitch.start(RandomStates.PORTS);
    CountDownLatch up = new CountDownLatch(1);
    connection =
        SwitchConnection.open(
            ovs.managementSocket(),
            new SwitchListener() {
              @Override
              public void connected(Version version) {
                up.countDown();
              }

              @Override
              public void disconnected(String reason) {}

              @Override
              public void packetIn(Message.PacketIn packet) {}
            });
    assertThat(up.await(30, TimeUnit.SECONDS)).as("connected").isTrue();
  }

  @AfterEach
  void close() {
    connection.close();
    ovs.close();
  }

  @Test
  void conversations_thatBothStatesAllow_loseNothingWhileTheFlowsChange() throws Exception {
    NodeState before = begin();
    int during = 0;
    for (int i = 0; i < STATES_UNDER_TRAFFIC; i++) {
      NodeState after = next();
      // What is cached of the state before it may go on for a moment; the test is of this change.
      ovs.forgetCachedFlows();
      ovs.forgetConnections();
      List<Case> packets = goingOn(before, after);
      CompletableFuture<Void> applied = connection.apply(Pipeline.changes(before, after));
      while (!applied.isDone() && !packets.isEmpty()) {
        send(packets.get(during++ % packets.size()), "state " + i + ", during");
      }
      applied.join();
      for (Case one : packets) {
        send(one, "state " + i + ", after");
      }
      before = after;
    }
    assertThat(losses).as(summary()).isEmpty();
    assertThat(arrived).as(summary()).isEqualTo(sent);
    assertThat(during).as("packets on their way during a change").isGreaterThan(500);
  }

  @Test
  void packets_thatBothStatesForward_areForwardedAfterEachSingleStep() throws Exception {
    NodeState before = begin();
    for (int i = 0; i < STATES_BY_STEPS; i++) {
      NodeState after = next();
      List<Case> packets = bothForward(before, after);
      List<FlowChange> changes = Pipeline.changes(before, after);
      if (packets.isEmpty()) {
        connection.apply(changes).join();
      }
      for (int step = 0; step < changes.size() && !packets.isEmpty(); step++) {
        connection.apply(List.of(changes.get(step))).join();
        ovs.forgetCachedFlows();
        ovs.forgetConnections();
        Collections.shuffle(packets, random);
        for (Case one : packets.subList(0, Math.min(PACKETS_A_STEP, packets.size()))) {
          send(one, "state %d, step %d: %s".formatted(i, step, changes.get(step)));
        }
      }
      before = after;
    }
    assertThat(losses).as(summary()).isEmpty();
    assertThat(arrived).as(summary()).isEqualTo(sent).isGreaterThan(2_000);
  }

  private NodeState begin() {
    NodeState first = states.next();
    connection.apply(FlowDiff.diff(List.of(), Pipeline.flows(first))).join();
    return first;
  }

  private NodeState next() {
    return random.nextInt(10) == 0 ? states.nextUplink() : states.next();
  }

  /** First packets that come out in either state. */
  private List<Case> bothForward(NodeState before, NodeState after) {
    ReferenceNode old = new ReferenceNode(before);
    ReferenceNode anew = new ReferenceNode(after);
    List<Case> packets = new ArrayList<>();
    for (Case one : conversations.firstPackets(before)) {
      if (old.judge(one.port(), one.packet()) instanceof Sent
          && anew.judge(one.port(), one.packet()) instanceof Sent) {
        packets.add(one);
      }
    }
    return packets;
  }

  /**
   * Packets of conversations in both directions, and first ones, that come out in either state; the
   * conversations have begun in the earlier.
   */
  private List<Case> goingOn(NodeState before, NodeState after) throws IOException {
    ReferenceNode old = new ReferenceNode(before);
    ReferenceNode anew = new ReferenceNode(after);
    List<Case> all = conversations.firstPackets(before);
    Collections.shuffle(all, random);
    List<Case> packets = new ArrayList<>();
    for (Case one : all) {
      if (packets.size() >= 2 * CONVERSATIONS) {
        break;
      }
      if (old.judge(one.port(), one.packet()) instanceof Sent first) {
        Case answer = Conversations.answer(first.port(), first.packet());
        // Answered once: the switch calls a connection new until then, and would drop what was
        // committed without translation where the new state translates.
        send(one, "begin");
        if (old.judge(answer.port(), answer.packet()) instanceof Sent) {
          send(answer, "begin");
          if (!isWithRemovedRange(one, old, before, after)) {
            addIfForwarded(one, old, anew, packets);
            addIfForwarded(answer, old, anew, packets);
          }
        }
      }
    }
    return packets;
  }

  /**
   * Whether the other end was in a range of the cluster that is removed: what is left of such a
   * conversation would go to the world without the translation that the world needs.
   */
  private static boolean isWithRemovedRange(
      Case one, ReferenceNode old, NodeState before, NodeState after) {
    return one.packet().content() instanceof Ipv4 ip
        && old.track(ip) instanceof Tracked.Known(Ipv4 translated)
        && isInCluster(before, translated)
        && !isInCluster(after, translated);
  }

  private static boolean isInCluster(NodeState state, Ipv4 ip) {
    return state.cluster().stream().anyMatch(range -> range.contains(ip.dst()));
  }

  private static void addIfForwarded(
      Case one, ReferenceNode old, ReferenceNode anew, List<Case> packets) {
    boolean before = old.judge(one.port(), one.packet()) instanceof Sent;
    boolean after =
        anew.judge(one.port(), one.packet(), (Ipv4 ip) -> old.track(ip)) instanceof Sent;
    if (before && after) {
      packets.add(one);
    }
  }

  private void send(Case one, String when) throws IOException {
    sent++;
    List<Emission> out = ovs.receive(one.port(), PacketBytes.write(one.packet()));
    if (out.size() == 1) {
      arrived++;
    } else if (losses.size() < SHOWN_LOSSES) {
      losses.add(
          "%s: in by %d: %s, out: %s%n%s"
              .formatted(
                  when,
                  one.port(),
                  one.packet(),
                  out,
                  ovs.trace(one.port(), PacketBytes.write(one.packet()), "trk,new")));
    }
  }

  private String summary() {
    return "seed %d: packets sent: %d, arrived: %d".formatted(seed, sent, arrived);
  }
}
