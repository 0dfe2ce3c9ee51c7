package org.ovswin.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;

/** All flows of a node, as a pure function of its state. */
public final class Pipeline {
  private static final List<FlowTable> UPLINK_TABLES =
      List.of(
          new ClassifierTable(),
          new ArpSpoofGuardTable(),
          new ArpResponderTable(),
          new NdSpoofGuardTable(),
          new NdResponderTable(),
          new NdAnswerTable(),
          new SpoofGuardTable(),
          new ConntrackTable(),
          new ConntrackAgainTable(),
          new ConntrackStateTable(),
          new HostPortTable(),
          new RouteTable(),
          new CommitTable(),
          new OutputTable());

  /** The host's stack tracks and translates. */
  private static final List<FlowTable> GATEWAY_TABLES =
      UPLINK_TABLES.stream()
          .filter(
              table ->
                  switch (table.id()) {
                    case CONNTRACK, CONNTRACK_AGAIN, CONNTRACK_STATE, HOST_PORT, COMMIT -> false;
                    case CLASSIFIER,
                        ARP_SPOOF_GUARD,
                        ARP_RESPONDER,
                        ND_SPOOF_GUARD,
                        ND_RESPONDER,
                        ND_ANSWER,
                        SPOOF_GUARD,
                        ROUTE,
                        OUTPUT ->
                        true;
                  })
          .toList();

  static final long NODE_COOKIE = Kind.NODE.cookie(0);

  private static final long OBJECT_MASK = (1L << Cookie.OBJECT_BITS) - 1;

  private Pipeline() {}

  /** What a flow is for: the kind in its cookie. */
  public enum Kind {
    /** The node itself, its ranges and its blocks; the object is 0. */
    NODE(1),
    /** Another node; the object is its address. */
    PEER(2),
    /** A pod with an IPv4 address; the object is that address. */
    POD(3),
    /** A pod with an IPv6 address only; the object is a digest of it. */
    IPV6_POD(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The flows' cookie for one object of this kind. */
    public long cookie(long object) {
      return new Cookie(code, object).toLong();
    }
  }

  static List<FlowTable> tables(Exit exit) {
    return switch (exit) {
      case Uplink _ -> UPLINK_TABLES;
      case Gateway _ -> GATEWAY_TABLES;
    };
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
   * Every meter that the flows of this state name; none unless a pod's bandwidth is limited. A
   * meter must be there before a flow that names it, and deleting it deletes the flow.
   */
  public static List<Meter> meters(NodeState state) {
    return state.pods().stream().flatMap(pod -> Meters.of(pod).stream()).toList();
  }

  /** Those of one pod. */
  public static List<Meter> podMeters(Pod pod) {
    return Meters.of(pod);
  }

  /** The steps from the meters of the one state to those of the other. */
  public static MeterDiff.Steps meterChanges(NodeState before, NodeState after) {
    return MeterDiff.diff(meters(before), meters(after));
  }

  /** Whether a meter with this id is the pipeline's, be it of this state or of another. */
  public static boolean isOurMeter(int id) {
    return Meters.isOurs(id);
  }

  /**
   * What makes a switch with the flows of {@code before} into one with those of {@code after}, in
   * the order of {@link FlowDiff}; what is the same in both is not touched.
   *
   * <p>While the node itself is the same, this costs what the ranges, blocks, peers and pods cost
   * that differ: a pod's change as much among five thousand peers as among ten, provided that both
   * states have the same {@link NodeState.Peers}.
   */
  public static List<FlowChange> changes(NodeState before, NodeState after) {
    if (!before.hasSameNode(after)) {
      return FlowDiff.diff(flows(before), flows(after));
    }
    return FlowDiff.diff(onlyIn(before, after), onlyIn(after, before));
  }

  /** The flows of whatever the one state has and the other has not, or has otherwise. */
  private static List<Flow> onlyIn(NodeState state, NodeState other) {
    List<Flow> flows = new ArrayList<>();
    Exit exit = state.exit();
    if (exit instanceof Uplink uplink) {
      without(state.cluster(), other.cluster()).forEach(range -> range(uplink, range, flows::add));
      if (!state.peers().equals(other.peers())) {
        without(state.peers().byAddress(), other.peers().byAddress())
            .forEach(peer -> peer(uplink, peer, flows::add));
      }
    }
    without(state.blocks(), other.blocks()).forEach(block -> block(exit, block, flows::add));
    without(state.pods(), other.pods()).forEach(pod -> pod(exit, pod, flows::add));
    return flows;
  }

  private static <T> List<T> without(List<T> all, Collection<T> others) {
    Set<T> known = new HashSet<>(others);
    return all.stream().filter(object -> !known.contains(object)).toList();
  }

  /** The flows of one pod of this node. */
  public static List<Flow> podFlows(NodeState state, Pod pod) {
    List<Flow> flows = new ArrayList<>();
    pod(state.exit(), pod, flows::add);
    return flows;
  }

  /**
   * The cookie that a pod's flows carry: one for both of its addresses.
   *
   * <p>128 bits do not fit into a cookie. Of an IPv6 address it has the lowest 40, moved by what
   * the others say: two addresses of one block, however large, never meet, and two of different
   * blocks as good as never. If they did, nothing would be lost: flows are deleted one by one.
   *
   * @param address the one that the pod is known by, {@link Pod#address}
   */
  public static long podCookie(IpAddress address) {
    return switch (address) {
      case Ipv4Address v4 -> Kind.POD.cookie(v4.unsigned());
      case Ipv6Address v6 -> Kind.IPV6_POD.cookie(digest(v6));
    };
  }

  private static long digest(Ipv6Address address) {
    long upper = address.high() ^ Long.rotateRight(address.low() & ~OBJECT_MASK, 8);
    // The finalizer of MurmurHash3: each bit of the value moves half of the bits of the result.
    upper = (upper ^ upper >>> 33) * 0xff51afd7ed558ccdL;
    upper = (upper ^ upper >>> 33) * 0xc4ceb9fe1a85ec53L;
    return address.low() + (upper ^ upper >>> 33) & OBJECT_MASK;
  }

  static long peerCookie(Peer peer) {
    return Kind.PEER.cookie(peer.address().unsigned());
  }

  private static void range(Uplink uplink, IpPrefix range, Consumer<Flow> flows) {
    UPLINK_TABLES.forEach(table -> table.range(uplink, range, sink(table, NODE_COOKIE, flows)));
  }

  private static void block(Exit exit, IpPrefix block, Consumer<Flow> flows) {
    tables(exit).forEach(table -> table.block(exit, block, sink(table, NODE_COOKIE, flows)));
  }

  private static void peer(Uplink uplink, Peer peer, Consumer<Flow> flows) {
    UPLINK_TABLES.forEach(table -> table.peer(uplink, peer, sink(table, peerCookie(peer), flows)));
  }

  private static void pod(Exit exit, Pod pod, Consumer<Flow> flows) {
    long cookie = podCookie(pod.address());
    tables(exit).forEach(table -> table.pod(exit, pod, sink(table, cookie, flows)));
  }

  private static FlowSink sink(FlowTable table, long cookie, Consumer<Flow> flows) {
    return new FlowSink(table.id(), cookie, flows);
  }
}
