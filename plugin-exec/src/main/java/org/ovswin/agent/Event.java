package org.ovswin.agent;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.ovswin.cni.CniRequest;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Reservation;
import org.ovswin.openflow.session.Reconciled;

/** What the {@link Reconciler} is told; it acts on all that has come since it last looked. */
sealed interface Event {
  /** Attach this pod; completes when its packets flow. */
  record Add(CniRequest request, CompletableFuture<PodView> done) implements Event {}

  /**
   * Detach; completes when nothing reaches the pod any more.
   *
   * @param network the attachment's; what the interface has of another network is not meant
   */
  record Delete(
      Attachment attachment, String network, Instant deadline, CompletableFuture<Void> done)
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

  /** Devices of ready ports were made, or why not. */
  record PortsMade(List<String> names, Optional<String> problem) implements Event {}

  /** Devices of ready ports were removed. */
  record PortsRemoved(Set<String> names) implements Event {}

  /** What a look at the pods' devices and sandboxes found; none if it could not be done. */
  record PodsSeen(List<PodWatch.Seen> sightings) implements Event {}

  /** The bridge's local port was brought to what it needs, or not. */
  record LocalPortMoved(LocalPortOutcome outcome) implements Event {}

  /** The host's rules are as asked for last, or why they are not. */
  record NatMoved(Optional<String> problem) implements Event {}

  /** The cluster's records, all of them. */
  record NodesMoved(ClusterView view) implements Event {}

  /** The next hop answered. */
  record GatewayAnswered(Family family, MacAddress mac) implements Event {}

  /**
   * What the store says of this node's blocks.
   *
   * @param adopt ours, and not in the database yet
   * @param drop not ours any more, and without leases
   * @param open ours
   * @param closed somebody else's, with the reason
   * @param done completes when it is durable
   */
  record BlocksMoved(
      List<IpPrefix> adopt,
      List<IpPrefix> drop,
      Set<IpPrefix> open,
      Map<IpPrefix, String> closed,
      CompletableFuture<Void> done)
      implements Event {}

  /** The store gives no further block of this family now. */
  record ClaimFailed(Family family, String reason) implements Event {}

  /** Gives up a block that no pod has an address of; completes when that is durable. */
  record DropBlock(IpPrefix block, CompletableFuture<Void> done) implements Event {}

  /** Tears these attachments down; completes with those that are still there at the deadline. */
  record Withdraw(
      Set<Attachment> attachments, Instant deadline, CompletableFuture<Set<Attachment>> done)
      implements Event {}

  /** Keeps addresses back; completes when that is durable. */
  record Reserve(AddressRange range, String reason, CompletableFuture<Reservation> done)
      implements Event {}

  /** Ends a reservation; completes with it, or with none if there is none. */
  record Unreserve(AddressRange range, CompletableFuture<Optional<Reservation>> done)
      implements Event {}
}
