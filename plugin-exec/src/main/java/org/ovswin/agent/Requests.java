package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniException;
import org.ovswin.cni.CniRequest;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.lease.Allocation;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseRequest;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.PortOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callers that wait: an ADD until packets flow, a DEL until none can. A request only changes what
 * is wanted; the answer comes when the plan says that it is so, or that it cannot be. Used by the
 * reconciler's thread alone.
 */
final class Requests {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  /** An ADD that takes longer than this is taken back. */
  private static final Duration ADD_DEADLINE = Duration.ofSeconds(15);

  private static final Duration DELETE_DEADLINE = Duration.ofSeconds(15);

  /** After a request, others of the same kind often follow: ports are deleted when none does. */
  private static final Duration QUIET = Duration.ofMillis(50);

  /** So many pods being torn down are too many: their ports slow down everything else. */
  private static final int MANY = 64;

  /** A failed ADD answers when nothing of it is left, or after this. */
  private static final Duration TEARDOWN_PATIENCE = Duration.ofSeconds(5);

  private final AgentConfig config;
  private final String bootId;
  private final InstantSource clock;
  private final PortPool ports;
  private final ClusterLink cluster;
  private final List<Queued> queued = new ArrayList<>();
  private final List<Later> later = new ArrayList<>();
  private final List<Withdrawing> withdrawing = new ArrayList<>();
  private final List<Adding> adding = new ArrayList<>();
  private final List<Deleting> deleting = new ArrayList<>();
  private final List<Failing> failing = new ArrayList<>();
  private Instant quietAt = Instant.MIN;

  /** An ADD for which the node has no address; the store may give it a block in time. */
  private record Queued(Event.Add event, Allocation.Exhausted why, Instant deadline) {}

  /** An ADD that needs what a pod still has whose teardown is under way. */
  private record Later(Event.Add event, String pod, Instant deadline) {}

  private record Withdrawing(
      Set<Attachment> attachments, Instant deadline, CompletableFuture<Set<Attachment>> done) {
    Set<Attachment> left(Map<Attachment, PodView> pods) {
      Set<Attachment> left = new HashSet<>(attachments);
      left.retainAll(pods.keySet());
      return left;
    }
  }

  /** Whether a failed ADD has to take back the pod. */
  private enum Origin {
    NEW,
    REPEATED
  }

  private record Adding(
      Attachment attachment, Origin origin, Instant deadline, CompletableFuture<PodView> done) {}

  private record Deleting(Attachment attachment, Instant deadline, CompletableFuture<Void> done) {}

  private record Failing(
      Attachment attachment, Instant deadline, CniException why, CompletableFuture<PodView> done) {}

  Requests(
      AgentConfig config, String bootId, InstantSource clock, PortPool ports, ClusterLink cluster) {
    this.config = config;
    this.bootId = bootId;
    this.clock = clock;
    this.ports = ports;
    this.cluster = cluster;
  }

  void add(Event.Add event, Map<Attachment, PodView> pods, LeaseDatabase leases, NodeView view) {
    quietAt = clock.instant().plus(QUIET);
    try {
      admit(event, deadline(event.request()), pods, leases, view).ifPresent(adding::add);
    } catch (CniException e) {
      event.done().completeExceptionally(e);
    }
  }

  /** Empty if it waits for an address, or for a teardown. */
  private Optional<Adding> admit(
      Event.Add event,
      Instant deadline,
      Map<Attachment, PodView> pods,
      LeaseDatabase leases,
      NodeView view)
      throws CniException {
    CniRequest request = event.request();
    Admission.requireSwitch(view);
    Attachment attachment = Admission.attachment(request);
    Intent intent =
        Admission.besideOthers(request, Admission.intent(request, config), pods.values());
    Optional<PodView> before = Admission.inTheWay(request, intent, pods.values());
    if (before.isPresent()) {
      later.add(new Later(event, before.get().displayName(), deadline));
      return Optional.empty();
    }
    PodView known = pods.get(attachment);
    if (known != null) {
      Admission.requireSame(request, intent, known);
      if (known.endpoint() instanceof EndpointState.Attached attached) {
        pods.put(
            attachment,
            known.with(
                PodWatch.hasLostDevice(known, view)
                    ? new EndpointState.Lost()
                    : new EndpointState.Unconfirmed(attached)));
      }
      return Optional.of(new Adding(attachment, Origin.REPEATED, deadline, event.done()));
    }
    Admission.requireFreeHostPorts(intent, pods.values());
    Admission.requireFreeMac(intent, pods.values());
    Optional<String> port =
        switch (request.link()) {
          case ANY -> ports.free(view, clock.instant());
          case VETH -> Optional.empty();
        };
    Intent placed = intent.on(port);
    LeaseRequest wanted = Admission.leaseRequest(request, placed, bootId, config, view.space());
    Allocation allocation = leases.allocate(wanted);
    if (port.isPresent()
        && allocation instanceof Allocation.Allocated(Lease lease)
        && ports.remembers(port.get(), lease.addresses(), clock.instant())) {
      // Nobody has heard of it yet. On a port of its own the pod may have the same one.
      leases.release(attachment);
      port = Optional.empty();
      placed = intent.on(port);
      allocation =
          leases.allocate(Admission.leaseRequest(request, placed, bootId, config, view.space()));
    }
    return switch (allocation) {
      case Allocation.Allocated allocated -> {
        pods.put(attachment, new PodView(allocated.lease(), placed, new EndpointState.Unknown()));
        port.ifPresent(ports::take);
        yield Optional.of(new Adding(attachment, Origin.NEW, deadline, event.done()));
      }
      case Allocation.AlreadyHeld held ->
          throw new IllegalStateException("a lease without a pod: " + held.lease());
      case Allocation.Exhausted exhausted -> {
        Optional<PodView> leaving = pods.values().stream().filter(pod -> !pod.isHeld()).findFirst();
        if (leaving.isPresent()) {
          later.add(new Later(event, leaving.get().displayName(), deadline));
          yield Optional.empty();
        }
        Optional<String> hopeless = hopeless(exhausted.family());
        if (hopeless.isPresent()) {
          throw noAddress(hopeless.get(), exhausted);
        }
        queued.add(new Queued(event, exhausted, deadline));
        yield Optional.empty();
      }
      case Allocation.Refused refused -> throw Admission.refused(request, refused);
    };
  }

  /** Why the store gives no block now, if that is known already. */
  private Optional<String> hopeless(Family family) {
    ClusterState state = cluster.state();
    return state.outage().or(() -> Optional.ofNullable(state.refused().get(family)));
  }

  private CniException noAddress(String why, Allocation.Exhausted exhausted) {
    return CniErrors.tryAgainLater(exhausted.message(), "node " + config.node() + ": " + why);
  }

  /** The families of which somebody waits for an address. */
  Set<Family> waitingFor() {
    Set<Family> families = EnumSet.noneOf(Family.class);
    queued.forEach(waiting -> families.add(waiting.why().family()));
    return families;
  }

  /** The pods whose callers wait for packets to flow. */
  Set<Attachment> awaited() {
    Set<Attachment> awaited = new HashSet<>();
    adding.forEach(waiting -> awaited.add(waiting.attachment()));
    return awaited;
  }

  /** There may be addresses again, and pods be gone. */
  void retryQueued(Map<Attachment, PodView> pods, LeaseDatabase leases, NodeView view) {
    List<Later> behind = List.copyOf(later);
    List<Queued> again = List.copyOf(queued);
    later.clear();
    queued.clear();
    behind.forEach(waiting -> retry(waiting.event(), waiting.deadline(), pods, leases, view));
    again.forEach(waiting -> retry(waiting.event(), waiting.deadline(), pods, leases, view));
  }

  private void retry(
      Event.Add event,
      Instant deadline,
      Map<Attachment, PodView> pods,
      LeaseDatabase leases,
      NodeView view) {
    try {
      admit(event, deadline, pods, leases, view).ifPresent(adding::add);
    } catch (CniException e) {
      event.done().completeExceptionally(e);
    }
  }

  /** When nobody has asked for anything for a while, if nobody asks until then. */
  Instant quietAt() {
    return quietAt;
  }

  /** Whether nobody waits for a pod to come or to go. */
  boolean isQuiet() {
    return adding.isEmpty() && deleting.isEmpty() && queued.isEmpty() && later.isEmpty();
  }

  /**
   * Whether the switch may be kept busy with what is left of pods that are gone: while nobody asks
   * for anything, where somebody waits for just that, and before there are too many.
   */
  boolean leaveTimeFor(Map<Attachment, PodView> pods, Instant now) {
    boolean awaited =
        !later.isEmpty() || !queued.isEmpty() || !failing.isEmpty() || !withdrawing.isEmpty();
    boolean quiet = adding.isEmpty() && deleting.isEmpty() && !now.isBefore(quietAt);
    return awaited || quiet || pods.values().stream().filter(pod -> !pod.isHeld()).count() >= MANY;
  }

  /** There will be none soon. */
  void claimFailed(Event.ClaimFailed failed) {
    queued.removeIf(
        waiting ->
            waiting.why().family() == failed.family()
                && waiting
                    .event()
                    .done()
                    .completeExceptionally(noAddress(failed.reason(), waiting.why())));
  }

  void withdraw(Event.Withdraw event, Map<Attachment, PodView> pods, LeaseDatabase leases) {
    event.attachments().forEach(attachment -> withdraw(attachment, pods, leases));
    withdrawing.add(new Withdrawing(event.attachments(), event.deadline(), event.done()));
  }

  private Instant deadline(CniRequest request) {
    return earlier(request.deadline(), clock.instant().plus(ADD_DEADLINE));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  void delete(Event.Delete event, Map<Attachment, PodView> pods, LeaseDatabase leases) {
    quietAt = clock.instant().plus(QUIET);
    queued.removeIf(waiting -> isDeletedBefore(waiting.event(), event, "for an address"));
    later.removeIf(waiting -> isDeletedBefore(waiting.event(), event, "for a teardown"));
    PodView pod = pods.get(event.attachment());
    // A runtime deletes also what could not be added because another network has the interface.
    if (pod == null || !pod.isOf(event.network())) {
      event.done().complete(null);
      return;
    }
    withdraw(event.attachment(), pods, leases);
    for (Iterator<Adding> i = adding.iterator(); i.hasNext(); ) {
      Adding waiting = i.next();
      if (waiting.attachment().equals(event.attachment())) {
        i.remove();
        waiting
            .done()
            .completeExceptionally(
                CniErrors.tryAgainLater("deleted while it was being added", pod.displayName()));
      }
    }
    deleting.add(
        new Deleting(
            event.attachment(),
            earlier(event.deadline(), clock.instant().plus(DELETE_DEADLINE)),
            event.done()));
  }

  private static boolean isDeletedBefore(Event.Add add, Event.Delete event, String what) {
    return add.request().containerId().equals(event.attachment().containerId())
        && add.request().ifName().equals(event.attachment().ifName())
        && add.request().network().equals(event.network())
        && add.done()
            .completeExceptionally(CniErrors.tryAgainLater("deleted while it waited " + what, ""));
  }

  /** The pod is wanted no more; what is left of it is taken away by the plan. */
  static void withdraw(Attachment attachment, Map<Attachment, PodView> pods, LeaseDatabase leases) {
    PodView pod = pods.get(attachment);
    if (pod != null && pod.isHeld()) {
      pods.put(attachment, pod.with(leases.withdraw(attachment).orElseThrow()));
    }
  }

  /**
   * Answers those whose time has come.
   *
   * @return whether something is wanted differently now
   */
  boolean settle(
      NodeView view, Plan plan, Map<Attachment, PodView> pods, LeaseDatabase leases, Instant now) {
    boolean changed = false;
    for (Iterator<Adding> i = adding.iterator(); i.hasNext(); ) {
      Adding waiting = i.next();
      PodView pod = pods.get(waiting.attachment());
      if (pod != null && plan.ready().contains(waiting.attachment())) {
        i.remove();
        waiting.done().complete(pod);
        continue;
      }
      Optional<CniException> why = failure(view, pod, waiting, now);
      if (why.isPresent()) {
        i.remove();
        changed |= fail(waiting, why.get(), pods, leases, now);
      }
    }
    deleting.removeIf(waiting -> isDeleted(waiting, plan, pods, now));
    withdrawing.removeIf(
        waiting ->
            (waiting.left(pods).isEmpty() || !now.isBefore(waiting.deadline()))
                && waiting.done().complete(waiting.left(pods)));
    queued.removeIf(
        waiting ->
            !now.isBefore(waiting.deadline())
                && waiting
                    .event()
                    .done()
                    .completeExceptionally(
                        noAddress("no further block in time from the store", waiting.why())));
    later.removeIf(
        waiting ->
            !now.isBefore(waiting.deadline())
                && waiting
                    .event()
                    .done()
                    .completeExceptionally(
                        CniErrors.tryAgainLater(
                            "not torn down in time: pod " + waiting.pod(),
                            "node " + config.node())));
    failing.removeIf(waiting -> isTornDown(waiting, pods, now));
    return changed;
  }

  private static Optional<CniException> failure(
      NodeView view, @Nullable PodView pod, Adding waiting, Instant now) {
    if (pod == null) {
      return Optional.of(CniErrors.tryAgainLater("deleted while it was being added", ""));
    }
    if (pod.endpoint() instanceof EndpointState.Failed failed) {
      return Optional.of(
          switch (failed.reason()) {
            case SANDBOX_MISSING ->
                CniErrors.invalidEnvironment(
                    "CNI_NETNS",
                    pod.intent().sandbox(),
                    "a network namespace that exists and is not the agent's own");
            case NAME_IN_USE ->
                CniErrors.invalidEnvironment(
                    "CNI_IFNAME",
                    waiting.attachment().ifName(),
                    "a name that is free; " + failed.message());
            case PERMISSION, SYSTEM ->
                CniErrors.internal("endpoint of " + pod.displayName() + ": " + failed.message());
          });
    }
    Optional<String> refused = refused(view, pod);
    // What it says of a repeated ADD's port may be of the device that went before.
    if (refused.isPresent() && waiting.origin() == Origin.NEW) {
      return Optional.of(
          CniErrors.internal("Open vSwitch refused port " + pod.hostName() + ": " + refused.get()));
    }
    if (now.isBefore(waiting.deadline())) {
      return Optional.empty();
    }
    return Optional.of(
        CniErrors.tryAgainLater(
            "not ready in time: " + missing(view, pod), "pod " + pod.displayName()));
  }

  /** Why Open vSwitch has no port for the pod's device, where it said so. */
  private static Optional<String> refused(NodeView view, PodView pod) {
    InterfaceRow row = view.vswitch().interfaces().get(pod.hostName());
    return row != null && row.outcome().orElse(null) instanceof PortOutcome.Refused refused
        ? Optional.of(refused.error())
        : Optional.empty();
  }

  private static String missing(NodeView view, PodView pod) {
    if (!(pod.endpoint() instanceof EndpointState.Attached)) {
      return "the endpoint is still being made";
    }
    if (!view.databaseUp()) {
      return "no connection to Open vSwitch's database";
    }
    if (view.ofport(pod.hostName()).isEmpty()) {
      return "Open vSwitch has given port " + pod.hostName() + " no number";
    }
    if (view.flows().areSettled() && !view.host().serves(List.of(), pod.forwards())) {
      return view.host().problem().orElse("the host's rules do not lead to it yet");
    }
    return "flows are not installed" + view.flows().problem().map(why -> ": " + why).orElse("");
  }

  private boolean fail(
      Adding waiting,
      CniException why,
      Map<Attachment, PodView> pods,
      LeaseDatabase leases,
      Instant now) {
    LOG.warn("add container={} failed: {}", waiting.attachment().containerId(), why.msg());
    if (waiting.origin() == Origin.REPEATED) {
      waiting.done().completeExceptionally(why);
      return false;
    }
    withdraw(waiting.attachment(), pods, leases);
    failing.add(
        new Failing(waiting.attachment(), now.plus(TEARDOWN_PATIENCE), why, waiting.done()));
    return true;
  }

  private static boolean isDeleted(
      Deleting waiting, Plan plan, Map<Attachment, PodView> pods, Instant now) {
    if (!pods.containsKey(waiting.attachment()) || plan.silenced().contains(waiting.attachment())) {
      waiting.done().complete(null);
      return true;
    }
    if (now.isBefore(waiting.deadline())) {
      return false;
    }
    waiting
        .done()
        .completeExceptionally(
            CniErrors.tryAgainLater(
                "still being torn down; it goes on by itself",
                "container " + waiting.attachment().containerId()));
    return true;
  }

  private static boolean isTornDown(Failing waiting, Map<Attachment, PodView> pods, Instant now) {
    if (pods.containsKey(waiting.attachment()) && now.isBefore(waiting.deadline())) {
      return false;
    }
    waiting.done().completeExceptionally(waiting.why());
    return true;
  }

  /** When {@link #settle} next has something to give up on. */
  Instant nextDeadline() {
    Instant next = Instant.MAX;
    for (Adding waiting : adding) {
      next = earlier(next, waiting.deadline());
    }
    for (Queued waiting : queued) {
      next = earlier(next, waiting.deadline());
    }
    for (Later waiting : later) {
      next = earlier(next, waiting.deadline());
    }
    for (Withdrawing waiting : withdrawing) {
      next = earlier(next, waiting.deadline());
    }
    for (Deleting waiting : deleting) {
      next = earlier(next, waiting.deadline());
    }
    for (Failing waiting : failing) {
      next = earlier(next, waiting.deadline());
    }
    return next;
  }

  CniException refusal(String reason) {
    return CniErrors.tryAgainLater(reason, "node " + config.node());
  }

  /** Answers everybody. */
  void refuseAll(String reason) {
    adding.forEach(waiting -> waiting.done().completeExceptionally(refusal(reason)));
    deleting.forEach(waiting -> waiting.done().completeExceptionally(refusal(reason)));
    failing.forEach(waiting -> waiting.done().completeExceptionally(waiting.why()));
    queued.forEach(waiting -> waiting.event().done().completeExceptionally(refusal(reason)));
    later.forEach(waiting -> waiting.event().done().completeExceptionally(refusal(reason)));
    withdrawing.forEach(waiting -> waiting.done().completeExceptionally(refusal(reason)));
    queued.clear();
    later.clear();
    withdrawing.clear();
    adding.clear();
    deleting.clear();
    failing.clear();
  }
}
