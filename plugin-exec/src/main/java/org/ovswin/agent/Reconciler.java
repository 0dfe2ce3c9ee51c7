package org.ovswin.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.BlockUse;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.Reservation;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.pipeline.NodeState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the node's state: takes all that has happened since it last looked, makes leases durable in
 * one sync, asks {@link Plan} for the next steps and starts them. It never waits for one: each
 * reports back as an {@link Event}. Pods that come together so share a sync, a transaction and a
 * bundle.
 *
 * <p>Level-triggered: a step that failed is planned again, after a pause. Used by one thread, which
 * is not its own: {@link ReconcilerThread}.
 */
final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  /** After a start, how long flows without a known reason are left alone. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  /** What has no timer of its own is looked at as often as this. */
  private static final Duration TICK = Duration.ofSeconds(1);

  /** The same while all is as wanted and nobody waits: with many pods a look is not free. */
  private static final Duration RESTING_TICK = Duration.ofSeconds(5);

  /** Ports that are deleted at once. A flow for a new pod may have to wait for all of them. */
  private static final int TEARDOWN_BATCH = 4;

  private final AgentConfig config;
  private final NodeLink link;
  private final LeaseDatabase leases;
  private final InstantSource clock;
  private final RowSide rows;
  private final FlowSide flows;
  private final HostSide host;
  private final NatSide nat;
  private final GatewayProbe gateway;
  private final Requests requests;
  private final PortPool ports;
  private final PodWatch watch;
  private final ClusterLink cluster;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  /** In the order in which they came, so that the same pods make the same plan. */
  private final Map<Attachment, PodView> pods = new LinkedHashMap<>();

  private Optional<ClusterView> clusterView = Optional.empty();
  private Optional<Peers> peers = Optional.empty();
  private NextHops nextHops = NextHops.UNKNOWN;
  private NodeView.Startup startup = NodeView.Startup.FRESH;
  private Instant freshUntil = Instant.MAX;
  private Instant lastStep = Instant.MIN;
  private boolean moreToDo;
  private volatile AddressSpace lastSpace = AddressSpace.of(List.of(), List.of());

  /** Whether addresses came free, for those that wait for one. */
  private boolean addressesMoved;

  private @Nullable NodeView viewForAdds;

  /** Answers that count only when what they say is durable. */
  private final List<Runnable> afterSync = new ArrayList<>();

  Reconciler(
      AgentConfig config,
      NodeLink link,
      LeaseDatabase leases,
      RowSide rows,
      FlowSide flows,
      HostSide host,
      NatSide nat,
      GatewayProbe gateway,
      Requests requests,
      PortPool ports,
      PodWatch watch,
      ClusterLink cluster,
      InstantSource clock) {
    this.config = config;
    this.link = link;
    this.leases = leases;
    this.rows = rows;
    this.flows = flows;
    this.host = host;
    this.nat = nat;
    this.gateway = gateway;
    this.requests = requests;
    this.ports = ports;
    this.watch = watch;
    this.cluster = cluster;
    this.clock = clock;
    for (Lease lease : leases.leases()) {
      PodView pod = PodView.of(lease);
      pods.put(lease.attachment(), pod);
      pod.intent().port().ifPresent(ports::take);
    }
  }

  /** Completes once everything found at the start is as wanted. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** How long the next {@link #step} may wait for something to happen. */
  Duration patience() {
    if (moreToDo) {
      return Duration.ZERO;
    }
    Instant now = clock.instant();
    Instant next = now.plus(isResting() ? RESTING_TICK : TICK);
    for (Instant timer :
        List.of(
            requests.nextDeadline(),
            requests.quietAt(),
            gateway.nextAsk(),
            host.nextTry(),
            nat.nextLook(),
            flows.nextLook(),
            rows.nextTry())) {
      // What was due at the last step and not done waits for something else.
      if (timer.isAfter(lastStep) && timer.isBefore(next)) {
        next = timer;
      }
    }
    return next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
  }

  private boolean isResting() {
    return ready.isDone()
        && requests.nextDeadline().equals(Instant.MAX)
        && pods.values().stream().allMatch(PodView::isHeld);
  }

  /** The switch and the ranges as the ADDs of one batch find them; of the pods it may be behind. */
  private NodeView viewForAdds() {
    NodeView view = viewForAdds == null ? view() : viewForAdds;
    viewForAdds = view;
    return view;
  }

  /** Takes something in; what follows from it is up to the next {@link #step}. */
  void take(Event event) {
    Instant now = clock.instant();
    if (!(event instanceof Event.Add)) {
      viewForAdds = null;
    }
    switch (event) {
      case Event.Add add -> requests.add(add, pods, leases, viewForAdds());
      case Event.Delete delete -> requests.delete(delete, pods, leases);
      case Event.Look look -> look.answer().complete(view());
      case Event.DatabaseMoved _ -> watch.databaseMoved();
      case Event.NodesMoved moved -> nodesMoved(moved);
      case Event.BlocksMoved moved -> blocksMoved(moved);
      case Event.ClaimFailed failed -> requests.claimFailed(failed);
      case Event.DropBlock drop -> dropBlock(drop);
      case Event.Withdraw withdraw -> requests.withdraw(withdraw, pods, leases);
      case Event.Reserve reserve -> reserve(reserve);
      case Event.Unreserve unreserve -> {
        Optional<Reservation> ended = leases.unreserve(unreserve.range());
        addressesMoved = true;
        afterSync.add(() -> unreserve.done().complete(ended));
      }
      case Event.GatewayAnswered answered -> gatewayAnswered(answered, now);
      case Event.EndpointMoved moved -> endpointMoved(moved);
      case Event.PortsMade made -> ports.made(made, now);
      case Event.PortsRemoved removed -> ports.removed(removed);
      case Event.PodsSeen seen -> watch.seen(seen.sightings(), pods, leases, now);
      case Event.LocalPortMoved moved -> host.localPortMoved(moved.outcome(), now);
      case Event.NatMoved moved -> nat.moved(moved.problem(), now);
      case Event.RowsApplied applied -> rows.applied(applied.failure(), now);
      case Event.SwitchUp _ -> {
        flows.switchUp();
        host.localPortMayBeNew(now);
      }
      case Event.SwitchDown down -> flows.switchDown(down.reason());
      case Event.FlowsReconciled reconciled -> {
        flows.reconciled(reconciled, now);
        // The audit: also look whether the local port still has what it needs.
        host.localPortMayBeNew(now);
      }
      case Event.FlowsApplied applied -> flows.applied(applied);
      case Event.FlowsFailed failed -> flows.failed(failed, now);
    }
  }

  private void nodesMoved(Event.NodesMoved moved) {
    clusterView = Optional.of(moved.view());
    findPeers();
  }

  private void findPeers() {
    if (clusterView.isEmpty()) {
      return;
    }
    Peers now = Peers.of(config, link, space(), clusterView.get());
    if (!peers.equals(Optional.of(now))) {
      LOG.info("peers={} routes={}", now.routed().byAddress().size(), now.routes().size());
      now.leftOut().forEach(reason -> LOG.warn("peer left out: {}", reason));
      peers = Optional.of(now);
    }
  }

  /** The cluster's ranges as last seen, else as configured, and this node's blocks. */
  private AddressSpace space() {
    ClusterRanges ranges = clusterView.map(ClusterView::ranges).orElse(config.cluster().ranges());
    AddressSpace space = AddressSpace.of(ranges.prefixes(), leases.blocks());
    lastSpace = space;
    return space;
  }

  /** As at the last step; for any thread. It has the addresses of every pod that was answered. */
  AddressSpace lastSpace() {
    return lastSpace;
  }

  private void blocksMoved(Event.BlocksMoved moved) {
    try {
      moved.adopt().forEach(leases::addBlock);
    } catch (IllegalArgumentException e) {
      LOG.error("a block of the store cannot be used: {}", e.getMessage());
      moved.done().completeExceptionally(e);
    }
    List<IpPrefix> blocks = leases.blocks();
    for (IpPrefix block : moved.drop()) {
      // Not if it has a lease by now: it is claimed back then.
      if (blocks.contains(block) && isUnused(block)) {
        leases.removeBlock(block);
      }
    }
    for (IpPrefix block : leases.blocks()) {
      if (moved.closed().containsKey(block)) {
        leases.setUse(block, BlockUse.CLOSED);
      } else if (moved.open().contains(block)) {
        leases.setUse(block, BlockUse.OPEN);
      }
    }
    addressesMoved = true;
    findPeers();
    afterSync.add(() -> moved.done().complete(null));
  }

  private boolean isUnused(IpPrefix block) {
    return leases.usage().stream()
        .noneMatch(usage -> usage.block().equals(block) && usage.used() > 0);
  }

  private void dropBlock(Event.DropBlock drop) {
    try {
      leases.removeBlock(drop.block());
    } catch (IllegalStateException e) {
      if (leases.hasFailed()) {
        throw e;
      }
      drop.done().completeExceptionally(e);
      return;
    }
    findPeers();
    afterSync.add(() -> drop.done().complete(null));
  }

  private void reserve(Event.Reserve reserve) {
    try {
      Reservation reservation = leases.reserve(reserve.range(), reserve.reason());
      afterSync.add(() -> reserve.done().complete(reservation));
    } catch (IllegalArgumentException e) {
      reserve.done().completeExceptionally(e);
    }
  }

  private void gatewayAnswered(Event.GatewayAnswered answered, Instant now) {
    NextHops told = nextHops.with(answered.family(), answered.mac());
    if (!told.equals(nextHops)) {
      LOG.info("next hop answered family={} mac={}", answered.family(), answered.mac());
    }
    nextHops = told;
    gateway.answered(answered.family(), now);
  }

  private void endpointMoved(Event.EndpointMoved moved) {
    PodView pod = pods.get(moved.attachment());
    if (pod == null) {
      return;
    }
    pod = pod.with(moved.state());
    pods.put(moved.attachment(), pod);
    watch.endpointMoved(moved);
  }

  /** In small batches, and not before the switch is through with the last one. */
  private int portsToDelete(NodeView view, Instant now) {
    boolean switchIsIdle =
        view.vswitch().root().map(root -> root.curCfg() >= root.nextCfg()).orElse(true);
    return switchIsIdle && requests.leaveTimeFor(pods, now) ? TEARDOWN_BATCH : 0;
  }

  private NodeView view() {
    VswitchSnapshot snapshot = rows.snapshot();
    return new NodeView(
        config,
        space(),
        pods,
        snapshot,
        rows.comingPorts(),
        ports.ports(snapshot),
        flows.flows(),
        peers.map(Peers::routed),
        nextHops,
        hostState(),
        startup);
  }

  private HostState hostState() {
    return switch (config.exit()) {
      case AgentConfig.UplinkConfig _ -> new HostState.NotNeeded();
      case AgentConfig.GatewayConfig _ ->
          new HostState.Gateway(host.gateways(), nat.state(), nat.problem());
    };
  }

  /**
   * Decides, makes that durable in one sync together with what was taken in, and only then answers
   * callers and starts what is to be done. Flows that go need not wait for it: nobody gets through
   * by them.
   */
  void step() throws IOException {
    Instant now = clock.instant();
    lastStep = now;
    viewForAdds = null;
    if (startup == NodeView.Startup.FRESH) {
      growUp(view(), now);
    }
    if (addressesMoved) {
      addressesMoved = false;
      requests.retryQueued(pods, leases, view());
    }
    NodeView view = view();
    Plan plan = Plan.of(view, now, portsToDelete(view, now), requests.awaited());
    release(plan, now);
    Optional<FlowTarget> fewer = plan.flows().filter(flows::onlyTakesAway);
    fewer.ifPresent(target -> bringFlowsTo(target, now));

    leases.sync();

    afterSync.forEach(Runnable::run);
    afterSync.clear();
    cluster.localMoved(new LocalBlocks(leases.usage(), requests.waitingFor()));
    moreToDo = requests.settle(view, plan, pods, leases, now) || addressesMoved;
    startEndpoints(plan);
    ports.step(view, requests.isQuiet(), now);
    watch.start(view, now);
    rows.start(plan.rows(), view.vswitch(), now);
    plan.nat().ifPresent(target -> nat.start(target, now));
    if (config.uplink().isEmpty() && plan.flows().isPresent()) {
      convergeLocalPort(now);
    }
    if (fewer.isEmpty()) {
      plan.flows().ifPresent(target -> bringFlowsTo(target, now));
    }
  }

  private void convergeLocalPort(Instant now) {
    host.convergeLocalPort(space(), peers.map(Peers::routes).orElse(List.of()), now);
  }

  private void bringFlowsTo(FlowTarget target, Instant now) {
    flows.start(target, now);
    if (flows.flows().are(target)) {
      keepUp(target.state(), now);
    }
  }

  /** The time begins to run when the next hop can be asked and ports can come. */
  private void growUp(NodeView view, Instant now) {
    if (freshUntil.equals(Instant.MAX) && !view.flows().areDown() && view.nodeState().isPresent()) {
      freshUntil = now.plus(FRESH);
    }
    if (view.isComplete() || now.isAfter(freshUntil)) {
      startup = NodeView.Startup.OVER;
    }
  }

  private void keepUp(NodeState state, Instant now) {
    gateway.askIfDue(state, nextHops, now);
    convergeLocalPort(now);
    boolean translates = hostState().serves(List.of(), List.of());
    if (startup == NodeView.Startup.OVER && host.isLocalPortRight() && translates) {
      ready.complete(null);
    }
  }

  private void release(Plan plan, Instant now) {
    for (Attachment attachment : plan.release()) {
      // Last: while the port or a flow existed, handing this address out again would have given
      // two pods one address. Lost in a crash, the release is planned again.
      leases.release(attachment);
      addressesMoved = true;
      PodView gone = pods.remove(attachment);
      if (gone != null) {
        gone.intent().port().ifPresent(port -> ports.giveBack(port, gone.addresses(), now));
      }
    }
  }

  private void startEndpoints(Plan plan) {
    AddressSpace space = space();
    plan.attach().forEach(pod -> startEndpoint(pod, coming -> host.attach(coming, space)));
    plan.confirm()
        .forEach((pod, was) -> startEndpoint(pod, again -> host.confirm(again, was, space)));
    plan.detach().forEach(pod -> startEndpoint(pod, going -> host.detach(going, space)));
  }

  /** Not if a request has been given up since the plan was made. */
  private void startEndpoint(PodView pod, Consumer<PodView> call) {
    if (pods.replace(pod.lease().attachment(), pod, pod.with(new EndpointState.Busy()))) {
      call.accept(pod);
    }
  }

  /** Answers what was told and is not going to be taken in any more. */
  void refuse(Event event, String reason) {
    switch (event) {
      case Event.Add add -> add.done().completeExceptionally(requests.refusal(reason));
      case Event.Delete delete -> delete.done().completeExceptionally(requests.refusal(reason));
      case Event.Look look -> look.answer().completeExceptionally(requests.refusal(reason));
      case Event.BlocksMoved moved -> moved.done().completeExceptionally(requests.refusal(reason));
      case Event.DropBlock drop -> drop.done().completeExceptionally(requests.refusal(reason));
      case Event.Withdraw withdraw ->
          withdraw.done().completeExceptionally(requests.refusal(reason));
      case Event.Reserve reserve -> reserve.done().completeExceptionally(requests.refusal(reason));
      case Event.Unreserve unreserve ->
          unreserve.done().completeExceptionally(requests.refusal(reason));
      case Event.DatabaseMoved _,
          Event.NodesMoved _,
          Event.ClaimFailed _,
          Event.GatewayAnswered _,
          Event.EndpointMoved _,
          Event.PortsMade _,
          Event.PortsRemoved _,
          Event.PodsSeen _,
          Event.LocalPortMoved _,
          Event.NatMoved _,
          Event.RowsApplied _,
          Event.SwitchUp _,
          Event.SwitchDown _,
          Event.FlowsReconciled _,
          Event.FlowsApplied _,
          Event.FlowsFailed _ -> {}
    }
  }

  /** Answers everybody who waits: nobody waits for what will not come. */
  void refuseAll(String reason) {
    requests.refuseAll(reason);
  }
}
