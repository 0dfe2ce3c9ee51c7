package org.ovswin.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;

/** States of a node in clusters of any size. */
final class NodeStates {
  private static final IpPrefix CLUSTER = IpPrefix.parse("10.0.0.0/8");
  private static final IpPrefix BLOCK = CLUSTER.subPrefix(24, 0);
  private static final Ipv4Address FIRST_NODE = Ipv4Address.parse("172.16.0.11");

  private NodeStates() {}

  /** The first node, with so many other nodes and so many pods, at most 253. */
  static NodeState of(int peers, int pods) {
    List<NodeState.Peer> others = new ArrayList<>();
    for (int i = 1; i <= peers; i++) {
      Ipv4Address address = FIRST_NODE.plus(i);
      others.add(
          new NodeState.Peer(
              "node" + i,
              address,
              MacAddress.forAddress(address),
              List.of(CLUSTER.subPrefix(24, i))));
    }
    NodeState.Uplink uplink =
        new NodeState.Uplink(
            1,
            FIRST_NODE,
            MacAddress.forAddress(FIRST_NODE),
            Ipv4Address.parse("172.16.0.1"),
            Optional.of(MacAddress.parse("02:00:00:00:00:01")));
    return new NodeState(List.of(CLUSTER), List.of(BLOCK), uplink, others, pods(pods));
  }

  /** The same node and peers with so many pods. */
  static NodeState withPods(NodeState state, int pods) {
    return new NodeState(state.cluster(), state.blocks(), state.exit(), state.peers(), pods(pods));
  }

  private static List<NodeState.Pod> pods(int count) {
    List<NodeState.Pod> pods = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Ipv4Address address = (Ipv4Address) BLOCK.address(2 + i);
      pods.add(
          new NodeState.Pod(
              2 + i,
              List.of(address),
              MacAddress.forAddress(address),
              List.of(),
              Bandwidth.UNLIMITED));
    }
    return pods;
  }
}
