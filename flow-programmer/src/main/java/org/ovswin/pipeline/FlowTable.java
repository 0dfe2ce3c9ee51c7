package org.ovswin.pipeline;

import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * One table: its flows as a pure function of the node's exit and of the object they belong to, so
 * that a pod that comes costs the flows of one pod, whatever the size of the cluster.
 */
interface FlowTable {
  TableId id();

  /** Flows that the node itself needs. */
  default void node(Exit exit, FlowSink out) {
    switch (exit) {
      case Uplink uplink -> uplink(uplink, out);
      case Gateway _ -> gateway(out);
    }
  }

  /** Flows that a node with an adapter in the bridge needs. */
  default void uplink(Uplink uplink, FlowSink out) {}

  /** Flows that a node whose host forwards needs. */
  default void gateway(FlowSink out) {}

  /** Flows for one of the cluster's ranges, which the host knows by itself where it forwards. */
  default void range(Uplink uplink, IpPrefix range, FlowSink out) {}

  /** Flows for one of this node's blocks. */
  default void block(Exit exit, IpPrefix block, FlowSink out) {}

  /** Flows for one other node, which the host knows by itself where it forwards. */
  default void peer(Uplink uplink, Peer peer, FlowSink out) {}

  /** Flows for one pod of this node. */
  default void pod(Exit exit, Pod pod, FlowSink out) {}
}
