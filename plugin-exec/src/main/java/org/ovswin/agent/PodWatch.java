package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.PortOutcome;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.ReadyPorts;
import org.ovswin.sandbox.SandboxProbe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what happens to pods without a word to the agent: a device that somebody deletes is made
 * again, and a pod whose sandbox is gone is wanted no more, because a runtime that stopped it while
 * the agent was away never says so again.
 *
 * <p>The addresses of a pod are never given away while it may still use them. As long as the host's
 * end of its veth pair is there, or its interface is on its ready port, that is in a living
 * namespace, whatever became of the path: nothing is concluded then. Without it nobody can send
 * from the address; but the pod may only have lost its device. It counts as gone when there is
 * nothing at the path of its sandbox, or another namespace than the one that it was attached in, at
 * {@link #LOOKS} looks in a row.
 *
 * <p>Looked at is every 30 s, more often while a sandbox seems to be gone, and when Open vSwitch
 * says that it has lost a device. A look asks the kernel for all links once. Used by the
 * reconciler's thread alone; a look itself blocks and runs on {@link HostSide}'s threads.
 */
final class PodWatch {
  private static final Logger LOG = LoggerFactory.getLogger(PodWatch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private static final Duration SOON = Duration.ofSeconds(1);

  /** So often a sandbox is found missing before that is believed. */
  static final int LOOKS = 5;

  private final Endpoints endpoints;
  private final ReadyPorts readyPorts;
  private final SandboxProbe sandboxes;
  private final int mtu;
  private final Duration grace;
  private final Executor threads;
  private final Consumer<Event> tell;

  private final Map<Attachment, Known> known = new HashMap<>();
  private Set<Attachment> suspects = Set.of();
  private boolean databaseMoved;
  private boolean looking;
  private Instant lookAt = Instant.MIN;
  private Instant countAt = Instant.MIN;

  /**
   * What earlier looks found.
   *
   * @param sandbox the identity of the namespace that the pod was attached in
   * @param missing looks in a row that found it gone
   */
  private record Known(OptionalLong sandbox, int missing) {
    static final Known NOTHING = new Known(OptionalLong.empty(), 0);
  }

  /** What a look found of one pod. */
  sealed interface Sighting {
    /** The host has its end of the device; the sandbox's identity where it was asked for. */
    record Here(OptionalLong sandbox) implements Sighting {}

    /** The device is gone. */
    record Lost(SandboxProbe.Life sandbox) implements Sighting {}
  }

  /** A pod as it was when it was looked at. */
  record Seen(PodView pod, Sighting sighting) {}

  /**
   * Of a node.
   *
   * @param mtu of the pods' interfaces, in bytes
   * @param grace how long a sandbox has to be gone before its pod's addresses are taken back
   */
  PodWatch(
      Endpoints endpoints,
      ReadyPorts readyPorts,
      SandboxProbe sandboxes,
      int mtu,
      Duration grace,
      Executor threads,
      Consumer<Event> tell) {
    this.endpoints = endpoints;
    this.readyPorts = readyPorts;
    this.sandboxes = sandboxes;
    this.mtu = mtu;
    this.grace = grace;
    this.threads = threads;
    this.tell = tell;
  }

  /** Open vSwitch may have told of a device that it lost. */
  void databaseMoved() {
    databaseMoved = true;
  }

  /** The endpoint was made anew, perhaps elsewhere, or could not be. */
  void endpointMoved(Event.EndpointMoved moved) {
    if (moved.state() instanceof EndpointState.Attached) {
      known.remove(moved.attachment());
    }
    databaseMoved = true;
  }

  /** Begins a look if it is time for one. */
  void start(NodeView view, Instant now) {
    if (lookAt.equals(Instant.MIN)) {
      // At the start every endpoint is looked at by being attached.
      lookAt = now.plus(INTERVAL);
    }
    if (looking || (now.isBefore(lookAt) && !hasNewSuspects(view))) {
      return;
    }
    known.keySet().retainAll(view.pods().keySet());
    Map<PodView, Known> watched = new LinkedHashMap<>();
    for (PodView pod : view.pods().values()) {
      if (isWatched(pod)) {
        watched.put(pod, known.getOrDefault(pod.lease().attachment(), Known.NOTHING));
      }
    }
    looking = true;
    AddressSpace space = view.space();
    try {
      threads.execute(() -> tell.accept(new Event.PodsSeen(look(watched, space))));
    } catch (RejectedExecutionException e) {
      tell.accept(new Event.PodsSeen(List.of()));
    }
  }

  /** Whether Open vSwitch has lost devices that it had at the last look. */
  private boolean hasNewSuspects(NodeView view) {
    if (!databaseMoved) {
      return false;
    }
    databaseMoved = false;
    Set<Attachment> lost = new HashSet<>();
    for (PodView pod : view.pods().values()) {
      if (isWatched(pod) && (isMissing(pod) || hasLostDevice(pod, view))) {
        lost.add(pod.lease().attachment());
      }
    }
    boolean news = !suspects.containsAll(lost);
    suspects = lost;
    return news;
  }

  private static boolean isMissing(PodView pod) {
    return pod.endpoint() instanceof EndpointState.Failed;
  }

  /**
   * Whether Open vSwitch says that the device of a pod's port is gone. With the datapath in user
   * space the port keeps its number, but the row loses what was read from the device.
   */
  static boolean hasLostDevice(PodView pod, NodeView view) {
    InterfaceRow row = view.vswitch().interfaces().get(pod.hostName());
    return row != null
        && row.outcome().isPresent()
        && (row.outcome().get() instanceof PortOutcome.Refused || row.macInUse().isEmpty());
  }

  /** Not while anything is under way for it. */
  private static boolean isWatched(PodView pod) {
    return pod.isHeld()
        && switch (pod.endpoint()) {
          case EndpointState.Attached _ -> true;
          case EndpointState.Failed failed ->
              failed.reason() == EndpointException.Reason.SANDBOX_MISSING;
          case EndpointState.Unknown _,
              EndpointState.Busy _,
              EndpointState.Unconfirmed _,
              EndpointState.Lost _,
              EndpointState.Detached _ ->
              false;
        };
  }

  private List<Seen> look(Map<PodView, Known> watched, AddressSpace space) {
    try {
      Set<String> devices = new HashSet<>(endpoints.list());
      devices.addAll(readyPorts.inUse());
      List<Seen> seen = new ArrayList<>();
      for (Map.Entry<PodView, Known> entry : watched.entrySet()) {
        PodView pod = entry.getKey();
        Sighting sighting =
            devices.contains(pod.hostName()) || isDown(pod, space)
                ? new Sighting.Here(identity(pod, entry.getValue(), space))
                : new Sighting.Lost(sandboxes.look(pod.intent().sandbox()));
        seen.add(new Seen(pod, sighting));
      }
      return seen;
    } catch (EndpointException | RuntimeException e) {
      LOG.warn("pods cannot be looked at: {}", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  /** Asked for once, and only while the device proves that the path leads to its namespace. */
  private OptionalLong identity(PodView pod, Known before, AddressSpace space)
      throws EndpointException {
    if (before.sandbox().isEmpty()
        && isThere(pod.endpointSpec(space, mtu))
        && sandboxes.look(pod.intent().sandbox()) instanceof SandboxProbe.Life.There there) {
      return there.identity();
    }
    return before.sandbox();
  }

  /** Over a ready port an interface that the pod has set down is seen only in its sandbox. */
  private boolean isDown(PodView pod, AddressSpace space) throws EndpointException {
    return pod.hasReadyPort() && isThere(pod.endpointSpec(space, mtu));
  }

  private boolean isThere(EndpointSpec spec) throws EndpointException {
    return switch (spec.port()) {
      case OWN -> endpoints.find(spec).isPresent();
      case READY -> readyPorts.holds(spec);
    };
  }

  /** Decides what follows from a look. */
  void seen(
      List<Seen> sightings, Map<Attachment, PodView> pods, LeaseDatabase leases, Instant now) {
    looking = false;
    lookAt = now.plus(INTERVAL);
    List<PodView> missing = new ArrayList<>();
    for (Seen one : sightings) {
      // What has moved since is looked at the next time.
      if (one.pod().equals(pods.get(one.pod().lease().attachment())) && isMissing(one, pods)) {
        missing.add(one.pod());
      }
    }
    // A look between, because of a device that the switch lost, must not shorten the time.
    if (!missing.isEmpty() && !now.isBefore(countAt)) {
      countAt = now.plus(grace.dividedBy(LOOKS - 1));
      missing.forEach(pod -> count(pod, pods, leases));
    }
    boolean pending = known.values().stream().anyMatch(one -> one.missing() > 0);
    if (pending || !missing.isEmpty()) {
      // One that was just being attached again was not looked at: soon, then.
      Instant next = countAt.isAfter(now) ? countAt : now.plus(SOON);
      lookAt = next.isBefore(lookAt) ? next : lookAt;
    }
  }

  /** Whether the pod's sandbox is gone; what else is to be done for the pod is done. */
  private boolean isMissing(Seen seen, Map<Attachment, PodView> pods) {
    PodView pod = seen.pod();
    Attachment attachment = pod.lease().attachment();
    Known before = known.getOrDefault(attachment, Known.NOTHING);
    switch (seen.sighting()) {
      case Sighting.Here(OptionalLong sandbox) -> {
        known.put(attachment, new Known(sandbox, 0));
        return false;
      }
      case Sighting.Lost(SandboxProbe.Life.Unclear(String reason)) -> {
        LOG.warn("pod={} lost its device, and maybe its sandbox: {}", pod.displayName(), reason);
        known.put(attachment, new Known(before.sandbox(), 0));
        return false;
      }
      case Sighting.Lost(SandboxProbe.Life.There(OptionalLong identity))
          when isSame(before.sandbox(), identity) -> {
        LOG.warn("pod={} device={} is gone: made again", pod.displayName(), pod.hostName());
        known.put(attachment, new Known(before.sandbox(), 0));
        pods.put(attachment, pod.with(new EndpointState.Lost()));
        return false;
      }
      case Sighting.Lost _ -> {
        return true;
      }
    }
  }

  private static boolean isSame(OptionalLong attached, OptionalLong found) {
    return attached.isEmpty() || found.isEmpty() || attached.equals(found);
  }

  private void count(PodView pod, Map<Attachment, PodView> pods, LeaseDatabase leases) {
    Attachment attachment = pod.lease().attachment();
    Known before = known.getOrDefault(attachment, Known.NOTHING);
    int looks = before.missing() + 1;
    known.put(attachment, new Known(before.sandbox(), looks));
    if (looks == 1) {
      LOG.warn(
          "pod={} sandbox={} is gone without a DEL: reclaimed if it stays so for {} s",
          pod.displayName(),
          pod.intent().sandbox(),
          grace.toSeconds());
    }
    if (looks >= LOOKS) {
      LOG.info(
          "pod={} addresses={} reclaimed: sandbox {} is gone",
          pod.displayName(),
          pod.addresses(),
          pod.intent().sandbox());
      Requests.withdraw(attachment, pods, leases);
    }
  }
}
