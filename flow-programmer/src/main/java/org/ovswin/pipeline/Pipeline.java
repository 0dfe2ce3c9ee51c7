package org.ovswin.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;

/** All flows of a node, as a pure function of its state. */
public final class Pipeline {
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
    source(state).forEach(flows::add);
    return flows;
  }

  /**
   * As {@link #flows}, but each flow is made when it is asked for, the last table first: a list of
   * all is never in memory. May be iterated as often as wanted.
   */
  public static Iterable<Flow> source(NodeState state) {
    return new FlowSource(state);
  }

  /**
   * What makes a switch with the flows of {@code before} into one with those of {@code after}, in
   * the order of {@link FlowDiff}; what is the same in both is not touched.
   *
   * <p>While the node itself is the same, this costs what the pods and peers cost that differ: a
   * pod's change as much among five thousand peers as among ten, provided that both states have the
   * same {@link NodeState.Peers}.
   */
  public static List<FlowChange> changes(NodeState before, NodeState after) {
    if (!before.hasSameNode(after)) {
      return FlowDiff.diff(flows(before), flows(after));
    }
    List<Flow> old = new ArrayList<>();
    List<Flow> wanted = new ArrayList<>();
    if (!before.peers().equals(after.peers())) {
      List<Peer> peersBefore = before.peers().byBlock();
      List<Peer> peersAfter = after.peers().byBlock();
      without(peersBefore, peersAfter).forEach(peer -> peer(before, peer, old::add));
      without(peersAfter, peersBefore).forEach(peer -> peer(after, peer, wanted::add));
    }
    without(before.pods(), after.pods()).forEach(pod -> pod(before, pod, old::add));
    without(after.pods(), before.pods()).forEach(pod -> pod(after, pod, wanted::add));
    return FlowDiff.diff(old, wanted);
  }

  private static <T> List<T> without(List<T> all, Collection<T> others) {
    Set<T> known = new HashSet<>(others);
    return all.stream().filter(object -> !known.contains(object)).toList();
  }

  /** The flows of one pod of this node. */
  public static List<Flow> podFlows(NodeState state, Pod pod) {
    List<Flow> flows = new ArrayList<>();
    pod(state, pod, flows::add);
    return flows;
  }

  /** The cookie that a pod's flows carry. */
  public static long podCookie(Ipv4Address address) {
    return Kind.POD.cookie(address.value());
  }

  static long peerCookie(IpPrefix block) {
    return Kind.PEER.cookie(((Ipv4Address) block.network()).value());
  }

  private static void pod(NodeState state, Pod pod, Consumer<Flow> flows) {
    long cookie = podCookie(pod.address());
    TABLES.forEach(table -> table.pod(state, pod, new FlowSink(table.id(), cookie, flows)));
  }

  private static void peer(NodeState state, Peer peer, Consumer<Flow> flows) {
    long cookie = peerCookie(peer.block());
    TABLES.forEach(table -> table.peer(state, peer, new FlowSink(table.id(), cookie, flows)));
  }
}
