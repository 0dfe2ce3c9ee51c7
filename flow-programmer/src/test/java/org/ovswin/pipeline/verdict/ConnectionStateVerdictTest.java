package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Cases.Case;
import org.ovswin.pipeline.verdict.Connections.Tracked;
import org.ovswin.pipeline.verdict.Packet.Arp;
import org.ovswin.pipeline.verdict.Packet.Ipv4;

/**
 * Packets of connections in every state that connection tracking knows, whether it would find them
 * so or not; {@code ofproto/trace} is told what the lookup finds. Translation is not traced.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectionStateVerdictTest {
  private static final int SHOWN_FAILURES = 4;

  /** A prime, so that no protocol and no receiver is left out. */
  private static final int ONE_OF = 17;

  private static final NodeState STATE = Nodes.SMALL.state();

  private TestedNode node;

  @BeforeAll
  void start() throws IOException {
    node = TestedNode.start(STATE);
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"trk,est", "trk,est,rpl", "trk,rel", "trk,rel,rpl", "trk,rpl"})
  void packet_ofAKnownConnection_isForwardedAndNotCommittedAgain(String connectionState)
      throws IOException {
    judgeAll(connectionState, Tracked.Known::new);
  }

  @Test
  void packet_thatIsInvalid_isDropped() throws IOException {
    judgeAll("trk,inv", _ -> new Tracked.Invalid());
  }

  @Test
  void arp_ofTheLinksGateway_tellsTheAgentOfAnswersOnly() throws IOException {
    Uplink uplink = STATE.uplink().orElseThrow();
    MacAddress mac = Nodes.LINK_GATEWAY_MAC;
    List<Ipv4Address> senders =
        List.of(uplink.gateway(), uplink.address(), STATE.peers().byAddress().getFirst().address());
    for (int port : List.of(uplink.port(), PortNo.LOCAL, STATE.pods().getFirst().port())) {
      for (Ipv4Address sender : senders) {
        for (int op : new int[] {1, 2, 3}) {
          Arp arp = new Arp(op, mac, sender, uplink.mac(), uplink.address());
          Packet packet = new Packet(mac, uplink.mac(), arp);
          String trace = node.ovs().trace(port, PacketBytes.write(packet), "trk,new");

          assertThat(new Trace(trace).actions().getLast().contains("controller("))
              .as("%s in by %s%n%s", packet, PortNo.toText(port), trace)
              .isEqualTo(node.reference().tellsAgent(port, packet));
        }
      }
    }
  }

  private void judgeAll(String connectionState, Function<Ipv4, Tracked> tracking)
      throws IOException {
    List<Case> cases = new ArrayList<>();
    for (List<Case> all : List.of(Cases.honest(STATE), Cases.forged(STATE))) {
      IntStream.range(0, all.size())
          .filter(i -> i % ONE_OF == 0)
          .mapToObj(all::get)
          .forEach(cases::add);
    }
    List<String> complaints = new ArrayList<>();
    for (Case one : cases) {
      Packet packet = one.packet();
      if (packet.ethDst().isMulticast()) {
        continue; // No connection is looked up.
      }
      Verdict expected = node.reference().judge(one.port(), packet, tracking);
      String text = node.ovs().trace(one.port(), PacketBytes.write(packet), connectionState);
      Trace trace = new Trace(text);
      boolean commits = trace.actions().stream().anyMatch(actions -> actions.contains("commit"));
      if ((commits || !expected.allows(trace.verdict(packet)))
          && complaints.size() < SHOWN_FAILURES) {
        complaints.add(
            "in by %s: %s%n  expected: %s, nothing committed%n%s"
                .formatted(PortNo.toText(one.port()), packet, expected, text));
      }
    }
    assertThat(complaints).as("%s: %d packets", connectionState, cases.size()).isEmpty();
  }
}
