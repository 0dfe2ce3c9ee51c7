package org.ovswin.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;

/** All flows of a node, as a pure function of its state. */
public final class Pipeline {
  private static final int MISS_PRIORITY = 0;

  private static final List<FlowTable> TABLES =
      List.of(
          new ClassifierTable(),
          new ArpSpoofGuardTable(),
          new ArpResponderTable(),
          new SpoofGuardTable(),
          new ConntrackTable(),
          new ConntrackStateTable(),
          new HostPortTable(),
          new RouteTable(),
          new CommitTable(),
          new OutputTable());

  private Pipeline() {}

  /** What a flow is for: the kind in its cookie; the object is an address or a block's. */
  public enum Kind {
    NODE(1),
    PEER(2),
    POD(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The flows' cookie for one object of this kind. */
    public long cookie(int object) {
      return new Cookie(code, object).toLong();
    }
  }

  static List<FlowTable> tables() {
    return TABLES;
  }

  /** Every flow that this state asks for; no two with the same table, priority and match. */
  public static List<Flow> flows(NodeState state) {
    List<Flow> flows = new ArrayList<>();
    node(state, flows::add);
    for (Peer peer : state.peers()) {
      flows.addAll(peerFlows(state, peer));
    }
    for (Pod pod : state.pods()) {
      flows.addAll(podFlows(state, pod));
    }
    return flows;
  }

  /** The flows of one pod of this node. */
  public static List<Flow> podFlows(NodeState state, Pod pod) {
    List<Flow> flows = new ArrayList<>();
    long cookie = podCookie(pod.address());
    TABLES.forEach(table -> table.pod(state, pod, new FlowSink(table.id(), cookie, flows::add)));
    return flows;
  }

  /** The cookie that a pod's flows carry. */
  public static long podCookie(Ipv4Address address) {
    return Kind.POD.cookie(address.value());
  }

  private static List<Flow> peerFlows(NodeState state, Peer peer) {
    List<Flow> flows = new ArrayList<>();
    long cookie = Kind.PEER.cookie(((Ipv4Address) peer.block().network()).value());
    TABLES.forEach(table -> table.peer(state, peer, new FlowSink(table.id(), cookie, flows::add)));
    return flows;
  }

  private static void node(NodeState state, Consumer<Flow> flows) {
    long cookie = Kind.NODE.cookie(0);
    for (FlowTable table : TABLES) {
      List<Flow> own = new ArrayList<>();
      table.node(state, new FlowSink(table.id(), cookie, own::add));
      own.forEach(flows);
      // The miss is spelled out, so that its counter shows what was dropped where.
      if (own.stream().noneMatch(flow -> flow.priority() == MISS_PRIORITY)) {
        new FlowSink(table.id(), cookie, flows).flow(MISS_PRIORITY, Match.builder());
      }
    }
  }
}
