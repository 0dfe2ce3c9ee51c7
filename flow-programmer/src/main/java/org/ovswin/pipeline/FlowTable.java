package org.ovswin.pipeline;

import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;

/**
 * One table: its flows as a pure function of the state, apart by the object they belong to, so that
 * a pod that comes costs the flows of one pod, whatever the size of the cluster.
 */
interface FlowTable {
  TableId id();

  /** Flows that the node itself needs. */
  default void node(NodeState state, FlowSink out) {}

  /** Flows for one of the cluster's ranges. */
  default void range(NodeState state, IpPrefix range, FlowSink out) {}

  /** Flows for one of this node's blocks. */
  default void block(NodeState state, IpPrefix block, FlowSink out) {}

  /** Flows for one other node. */
  default void peer(NodeState state, Peer peer, FlowSink out) {}

  /** Flows for one pod of this node. */
  default void pod(NodeState state, Pod pod, FlowSink out) {}
}
