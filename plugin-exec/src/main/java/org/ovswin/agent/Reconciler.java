package org.ovswin.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.ovsdb.vswitch.Vswitch;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the node's state: one thread that takes all that has happened since it last looked, makes
 * leases durable in one sync, asks {@link Plan} for the next steps and starts them. It never waits
 * for one: each reports back as an {@link Event}. What queues up meanwhile is the next batch, so
 * pods that come together share a sync, a transaction and a bundle.
 *
 * <p>Level-triggered: a step that failed is planned again, after a pause.
 */
final class Reconciler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  /** Requests are admitted up to this; the steps under way need far less room. */
  private static final int MAX_QUEUED_EVENTS = 8192;

  private static final int MAX_QUEUED_REQUESTS = 1024;

  private static final Duration ROWS_RETRY = Duration.ofSeconds(1);
  private static final Duration DUMP_RETRY = Duration.ofSeconds(1);

  /** Flows that somebody else deleted or changed are put right after this. */
  private static final Duration AUDIT_INTERVAL = Duration.ofSeconds(30);

  /** After a start, how long flows without a known reason are left alone. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  private final AgentConfig config;
  private final IpPrefix block;
  private final LeaseDatabase leases;
  private final InstantSource clock;
  private final Supplier<VswitchSnapshot> database;
  private final Vswitch vswitch;
  private final FlowSwitch flowSwitch;
  private final Requests requests;
  private final HostSide host;
  private final GatewayProbe gateway;
  private final Consumer<Throwable> onFatal;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private final LinkedBlockingQueue<Event> inbox = new LinkedBlockingQueue<>(MAX_QUEUED_EVENTS);
  private final AtomicBoolean databaseMoved = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  // Below: owned by the thread.
  private final Map<Attachment, PodView> pods = new HashMap<>();
  private Optional<Map<Flow.Key, Flow>> installed = Optional.empty();
  private Optional<List<NodeRecord>> nodes = Optional.empty();
  private Optional<MacAddress> gatewayMac = Optional.empty();
  private NodeView.Startup startup = NodeView.Startup.FRESH;
  private String switchProblem = "connecting";
  private long session;
  private long changesApplied;
  private Activity flowActivity = Activity.IDLE;
  private boolean rowsUnderWay;
  private List<VswitchChange> appliedRows = List.of();
  private Optional<VswitchSnapshot> appliedTo = Optional.empty();
  private Instant rowsNotBefore = Instant.MIN;
  private Instant dumpNotBefore = Instant.MAX;
  private Instant freshUntil = Instant.MAX;
  private boolean moreToDo;

  /** What is under way in the OpenFlow session. */
  private enum Activity {
    IDLE,
    DUMPING,
    APPLYING
  }

  Reconciler(
      AgentConfig config,
      LeaseDatabase leases,
      Vswitch vswitch,
      FlowSwitch flowSwitch,
      HostSide host,
      Requests requests,
      InstantSource clock,
      Consumer<Throwable> onFatal) {
    this.config = config;
    this.block = leases.block();
    this.leases = leases;
    this.vswitch = vswitch;
    this.database = vswitch::snapshot;
    this.flowSwitch = flowSwitch;
    this.host = host;
    this.requests = requests;
    this.clock = clock;
    this.onFatal = onFatal;
    this.gateway = new GatewayProbe(flowSwitch);
    for (Lease lease : leases.leases()) {
      pods.put(
          lease.attachment(),
          new PodView(lease, Intent.parse(lease.intent()), new EndpointState.Unknown()));
    }
    this.thread = Thread.ofPlatform().name("reconciler").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Completes once everything found at the start is as wanted. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Tells of something the reconciler itself, or a source with few events, has to say. */
  void tell(Event event) {
    if (!closed) {
      inbox.add(event);
    }
  }

  /** Tells of a moved replica; while the last such word is unread, one is enough. */
  void databaseMoved() {
    if (databaseMoved.compareAndSet(false, true)) {
      tell(new Event.DatabaseMoved());
    }
  }

  /** Whether there was room for a caller's request. */
  boolean offer(Event request) {
    return !closed && inbox.size() < MAX_QUEUED_REQUESTS && inbox.offer(request);
  }

  private void run() {
    try {
      while (!closed) {
        takeAll();
        leases.sync();
        step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      // An unsynced journal or a broken invariant: nothing may be promised any more. The switch
      // goes on with the flows it has, and a restart reads what is durable.
      closed = true;
      onFatal.accept(e);
    } finally {
      requests.failAll("the agent is stopping");
    }
  }

  private void takeAll() throws InterruptedException {
    Duration wait = Duration.between(clock.instant(), nextTimer());
    Event first = inbox.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
    if (first == null) {
      return;
    }
    List<Event> batch = new ArrayList<>();
    batch.add(first);
    inbox.drainTo(batch);
    batch.forEach(this::take);
  }

  private Instant nextTimer() {
    Instant now = clock.instant();
    if (moreToDo) {
      return now;
    }
    Instant next = now.plusSeconds(1);
    for (Instant candidate :
        List.of(requests.nextDeadline(), gateway.nextAsk(), host.nextTry(), dumpNotBefore)) {
      if (candidate.isAfter(now) && candidate.isBefore(next)) {
        next = candidate;
      }
    }
    return next;
  }

  private void take(Event event) {
    Instant now = clock.instant();
    switch (event) {
      case Event.Add add -> requests.add(add, pods, leases, view());
      case Event.Delete delete -> requests.delete(delete, pods, leases);
      case Event.Look look -> look.answer().complete(view());
      case Event.DatabaseMoved _ -> databaseMoved.set(false);
      case Event.NodesMoved moved -> nodesMoved(moved.nodes());
      case Event.GatewayAnswered answered -> gatewayAnswered(answered.mac());
      case Event.EndpointMoved moved -> endpointMoved(moved);
      case Event.LocalPortMoved moved -> host.localPortMoved(moved.problem(), now);
      case Event.RowsApplied rows -> rowsApplied(rows.failure(), now);
      case Event.SwitchUp _ -> switchUp(now);
      case Event.SwitchDown down -> switchDown(down.reason());
      case Event.FlowsDumped dumped -> flowsDumped(dumped, now);
      case Event.DumpFailed failed -> dumpFailed(failed, now);
      case Event.FlowsApplied applied -> flowsApplied(applied, now);
    }
  }

  private void nodesMoved(List<NodeRecord> records) {
    nodes = Optional.of(records);
    for (NodeRecord record : records) {
      if (!record.node().equals(config.node())
          && record.address().equals(config.uplink().address())) {
        LOG.warn(
            "node={} block={} ignored: address={} is this node's",
            record.node(),
            record.block(),
            record.address());
      }
    }
  }

  private void gatewayAnswered(MacAddress mac) {
    if (!gatewayMac.equals(Optional.of(mac))) {
      LOG.info("gateway={} mac={}", config.uplink().gateway(), mac);
    }
    gatewayMac = Optional.of(mac);
    gateway.answered(clock.instant());
  }

  private void endpointMoved(Event.EndpointMoved moved) {
    pods.computeIfPresent(moved.attachment(), (_, pod) -> pod.with(moved.state()));
    PodView pod = pods.get(moved.attachment());
    if (pod != null && pod.isHeld() && host.isLeftover(pod)) {
      LOG.info("pod={} address={} reclaimed: of an earlier boot", pod.displayName(), pod.address());
      leases
          .withdraw(moved.attachment())
          .ifPresent(lease -> pods.put(moved.attachment(), pod.with(lease)));
    }
  }

  private void rowsApplied(Optional<Throwable> failure, Instant now) {
    rowsUnderWay = false;
    failure.ifPresent(
        cause -> {
          LOG.warn("ovsdb transaction failed: {}", String.valueOf(cause.getMessage()));
          appliedTo = Optional.empty();
          rowsNotBefore = now.plus(ROWS_RETRY);
        });
  }

  private void switchUp(Instant now) {
    session++;
    installed = Optional.empty();
    flowActivity = Activity.IDLE;
    dumpNotBefore = now;
    switchProblem = "reading its flows";
    host.localPortMayBeNew(now);
  }

  private void switchDown(String reason) {
    session++;
    installed = Optional.empty();
    flowActivity = Activity.IDLE;
    dumpNotBefore = Instant.MAX;
    switchProblem = reason;
  }

  private void flowsDumped(Event.FlowsDumped dumped, Instant now) {
    if (dumped.session() != session) {
      return;
    }
    if (flowActivity == Activity.DUMPING) {
      flowActivity = Activity.IDLE;
    }
    dumpNotBefore = now.plus(AUDIT_INTERVAL);
    if (installed.isPresent()) {
      // The audit: also look whether the local port still has what it needs.
      host.localPortMayBeNew(now);
    }
    if (dumped.changes() == changesApplied) {
      Map<Flow.Key, Flow> flows = new HashMap<>();
      dumped.flows().forEach(flow -> flows.put(flow.key(), flow));
      installed = Optional.of(flows);
      if (freshUntil.equals(Instant.MAX)) {
        freshUntil = now.plus(FRESH);
      }
    } else {
      dumpNotBefore = now;
    }
  }

  private void dumpFailed(Event.DumpFailed failed, Instant now) {
    if (failed.session() == session) {
      LOG.warn("flow dump failed: {}", String.valueOf(failed.failure().getMessage()));
      flowActivity = Activity.IDLE;
      dumpNotBefore = now.plus(DUMP_RETRY);
    }
  }

  private void flowsApplied(Event.FlowsApplied applied, Instant now) {
    if (applied.session() != session) {
      return;
    }
    changesApplied++;
    flowActivity = Activity.IDLE;
    if (applied.failure().isPresent()) {
      // What of it the switch has is not known: look.
      LOG.warn("flows refused: {}", String.valueOf(applied.failure().get().getMessage()));
      installed = Optional.empty();
      dumpNotBefore = now.plus(DUMP_RETRY);
      return;
    }
    Map<Flow.Key, Flow> flows = installed.orElseThrow();
    for (FlowChange change : applied.changes()) {
      switch (change) {
        case FlowChange.Add add -> flows.put(add.flow().key(), add.flow());
        case FlowChange.ModifyStrict modify -> flows.put(modify.flow().key(), modify.flow());
        case FlowChange.DeleteStrict delete -> flows.remove(delete.flow().key());
      }
    }
  }

  private NodeView view() {
    return new NodeView(
        config, block, pods, database.get(), installed, nodes, gatewayMac, startup, switchProblem);
  }

  private void step() throws IOException {
    Instant now = clock.instant();
    if (startup == NodeView.Startup.FRESH && (view().isComplete() || now.isAfter(freshUntil))) {
      startup = NodeView.Startup.OVER;
    }
    NodeView view = view();
    Plan plan = Plan.of(view, now);
    release(plan);
    moreToDo = requests.settle(view, plan, pods, leases, now);
    startEndpoints(plan);
    startRows(view, plan, now);
    startFlows(plan, now);
    boolean flowsRight = installed.isPresent() && plan.flows().isEmpty();
    if (flowsRight) {
      view.nodeState().ifPresent(state -> gateway.askIfDue(state, gatewayMac, now));
      view.nodeState().ifPresent(_ -> host.convergeLocalPort(now));
    }
    if (flowsRight && startup == NodeView.Startup.OVER && host.isLocalPortRight()) {
      ready.complete(null);
    }
  }

  private void release(Plan plan) throws IOException {
    if (plan.release().isEmpty()) {
      return;
    }
    for (Attachment attachment : plan.release()) {
      // Last: while the port or a flow existed, handing this address out again would have given
      // two pods one address. Lost in a crash, the release is planned again.
      leases.release(attachment);
      pods.remove(attachment);
    }
    leases.sync();
  }

  private void startEndpoints(Plan plan) {
    for (PodView pod : plan.attach()) {
      if (pods.containsKey(pod.lease().attachment())) {
        pods.put(pod.lease().attachment(), pod.with(new EndpointState.Busy()));
        host.attach(pod);
      }
    }
    for (PodView pod : plan.detach()) {
      pods.put(pod.lease().attachment(), pod.with(new EndpointState.Busy()));
      host.detach(pod);
    }
  }

  private void startRows(NodeView view, Plan plan, Instant now) {
    boolean asApplied =
        plan.rows().equals(appliedRows)
            && appliedTo.filter(snapshot -> snapshot.equals(view.vswitch())).isPresent();
    if (rowsUnderWay || plan.rows().isEmpty() || asApplied || now.isBefore(rowsNotBefore)) {
      return;
    }
    rowsUnderWay = true;
    appliedRows = plan.rows();
    appliedTo = Optional.of(view.vswitch());
    var _ =
        vswitch
            .apply(plan.rows())
            .whenComplete(
                (_, failure) -> tell(new Event.RowsApplied(Optional.ofNullable(failure))));
  }

  private void startFlows(Plan plan, Instant now) {
    if (flowActivity != Activity.IDLE) {
      return;
    }
    long asked = session;
    if (installed.isPresent() && !plan.flows().isEmpty()) {
      flowActivity = Activity.APPLYING;
      List<FlowChange> changes = plan.flows();
      var _ =
          flowSwitch
              .apply(changes)
              .whenComplete(
                  (_, failure) ->
                      tell(new Event.FlowsApplied(asked, changes, Optional.ofNullable(failure))));
    } else if (!now.isBefore(dumpNotBefore)) {
      flowActivity = Activity.DUMPING;
      long changes = changesApplied;
      var _ =
          flowSwitch
              .dump()
              .whenComplete(
                  (flows, failure) ->
                      tell(
                          failure == null
                              ? new Event.FlowsDumped(asked, changes, flows)
                              : new Event.DumpFailed(asked, failure)));
    }
  }

  /** Stops; the switch keeps its flows. */
  @Override
  public void close() {
    closed = true;
    inbox.offer(new Event.DatabaseMoved());
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // Not passed on to the thread: an interrupt during a sync would close the journal.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
