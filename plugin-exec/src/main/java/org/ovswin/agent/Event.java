package org.ovswin.agent;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.ovswin.cni.CniRequest;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.openflow.session.Reconciled;

/** What the {@link Reconciler} is told; it acts on all that has come since it last looked. */
sealed interface Event {
  /** Attach this pod; completes when its packets flow. */
  record Add(CniRequest request, CompletableFuture<PodView> done) implements Event {}

  /** Detach; completes when nothing reaches the pod any more. */
  record Delete(Attachment attachment, Instant deadline, CompletableFuture<Void> done)
      implements Event {}

  /** Asks for everything the agent knows. */
  record Look(CompletableFuture<NodeView> answer) implements Event {}

  /** The OVSDB replica moved; the latest is what counts. */
  record DatabaseMoved() implements Event {}

  /** The OpenFlow session is up; nothing is known of the switch's flows. */
  record SwitchUp() implements Event {}

  /** The OpenFlow session is down. */
  record SwitchDown(String reason) implements Event {}

  /** What a reconcile that was asked for in a session found and did. */
  record FlowsReconciled(long session, Reconciled result) implements Event {}

  /** A bundle was committed. */
  record FlowsApplied(long session) implements Event {}

  /** A reconcile or a bundle was not done, or not all of it, or nobody knows. */
  record FlowsFailed(long session, Throwable failure) implements Event {}

  /** A transaction was committed, or refused as a whole. */
  record RowsApplied(Optional<Throwable> failure) implements Event {}

  /** A call for an endpoint ended. */
  record EndpointMoved(Attachment attachment, EndpointState state) implements Event {}

  /** The bridge's local port has what it needs, or why it has not. */
  record LocalPortMoved(Optional<String> problem) implements Event {}

  /** The cluster's records, all of them. */
  record NodesMoved(ClusterView view) implements Event {}

  /** The next hop answered. */
  record GatewayAnswered(MacAddress mac) implements Event {}
}
