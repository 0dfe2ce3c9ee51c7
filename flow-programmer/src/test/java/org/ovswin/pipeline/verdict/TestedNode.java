package org.ovswin.pipeline.verdict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.pipeline.verdict.DummySwitch.Emission;
import org.ovswin.pipeline.verdict.Verdict.Sent;
import org.ovswin.pipeline.verdict.Verdict.SourcePort;

/** A switch with the pipeline's flows, and beside it the rules that say what it must do. */
final class TestedNode implements AutoCloseable {
  private final DummySwitch ovs;
  private final Rules rules;

  private TestedNode(NodeState state, DummySwitch ovs) {
    this.ovs = ovs;
    this.rules =
        switch (state.exit()) {
          case Uplink _ -> new ReferenceNode(state);
          case Gateway _ -> new GatewayRules(state);
        };
  }

  /** A switch with a port for the uplink, for each pod, and one that is nobody's. */
  static TestedNode start(NodeState state) throws IOException {
    List<Integer> ports = new ArrayList<>();
    ports.add(Nodes.UPLINK_PORT);
    ports.add(deafPort(state));
    state.pods().forEach(pod -> ports.add(pod.port()));
    DummySwitch ovs = DummySwitch.start(ports);
    try {
      ovs.install(Pipeline.flows(state));
      return new TestedNode(state, ovs);
    } catch (IOException | RuntimeException e) {
      ovs.close();
      throw e;
    }
  }

  /** A port of the bridge that the state does not know. */
  static int deafPort(NodeState state) {
    return state.pods().stream().mapToInt(Pod::port).max().orElse(Nodes.UPLINK_PORT) + 1;
  }

  DummySwitch ovs() {
    return ovs;
  }

  /** Of a node with an adapter in the bridge. */
  ReferenceNode reference() {
    return (ReferenceNode) rules;
  }

  /**
   * What came out for a packet.
   *
   * @param seen dropped if it is no verdict: two frames, or a damaged one
   * @param complaint what is wrong with it, in several lines
   */
  record Outcome(Verdict seen, Optional<String> complaint) {}

  /** Puts the packet in, and judges what comes out. */
  Outcome outcome(int port, Packet packet) throws IOException {
    byte[] frame = PacketBytes.write(packet);
    Verdict expected = rules.judge(port, packet);
    List<Emission> emissions = ovs.receive(port, frame);
    Optional<Verdict> seen = verdict(emissions);
    if (seen.isPresent()
        && expected.allows(seen.get())
        && choiceIsRight(packet, expected, seen.get())) {
      return new Outcome(seen.get(), Optional.empty());
    }
    String complaint =
        "in by %s: %s%n  expected: %s%n  actual:   %s%n%s"
            .formatted(
                PortNo.toText(port),
                packet,
                expected,
                seen.map(Verdict::toString).orElseGet(() -> text(emissions)),
                ovs.trace(port, frame, "trk,new"));
    return new Outcome(seen.orElseGet(() -> Verdict.dropped("garbled")), Optional.of(complaint));
  }

  /** Puts the packet in, and gives what comes out; never more than one frame may. */
  Verdict send(int port, Packet packet) throws IOException {
    List<Emission> emissions = ovs.receive(port, PacketBytes.write(packet));
    return verdict(emissions)
        .orElseThrow(() -> new AssertionError(packet + ": " + text(emissions)));
  }

  void forgetConnections() throws IOException {
    ovs.forgetConnections();
    rules.forgetConnections();
  }

  private boolean choiceIsRight(Packet packet, Verdict expected, Verdict seen) {
    if (expected instanceof Sent sent && sent.sourcePort() == SourcePort.ANOTHER) {
      Packet out = seen.leaving().orElseThrow();
      boolean unused = rules.isUnused(out);
      rules.learn(packet, out);
      return unused;
    }
    return true;
  }

  /** What was seen as a verdict, or empty if it is none: two frames, or a damaged one. */
  private static Optional<Verdict> verdict(List<Emission> emissions) {
    if (emissions.isEmpty()) {
      return Optional.of(Verdict.dropped("seen"));
    }
    if (emissions.size() > 1) {
      return Optional.empty();
    }
    try {
      Emission only = emissions.getFirst();
      return Optional.of(Verdict.sent(only.port(), PacketBytes.read(only.bytes())));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static String text(List<Emission> emissions) {
    StringBuilder text = new StringBuilder();
    for (Emission emission : emissions) {
      text.append("out by ").append(PortNo.toText(emission.port())).append(": ");
      try {
        text.append(PacketBytes.read(emission.bytes()));
      } catch (IllegalArgumentException e) {
        text.append(e.getMessage());
      }
      text.append("; ");
    }
    return text.toString();
  }

  @Override
  public void close() {
    ovs.close();
  }
}
