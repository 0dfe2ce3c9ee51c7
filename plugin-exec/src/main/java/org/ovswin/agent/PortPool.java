package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.PortOutcome;
import org.ovswin.ovsdb.vswitch.PortSpec;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.ReadyPorts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ports of the switch that wait for pods, so that no pod has to wait for the switch, which takes 2
 * ms for a port when it has none and 25 when it has 250. A pod that finds one free has it until its
 * address is free again; a pod that finds none brings a port of its own.
 *
 * <p>Which ports there are is what the database says, which of them are taken what the journal
 * says: both outlive the agent. Used by the reconciler's thread alone; devices are made on others.
 */
final class PortPool {
  /** Key of an interface's external_ids that marks a port of the pool. */
  static final String ROLE = "ovs-win-role";

  static final String READY = "ready-port";

  private static final Logger LOG = LoggerFactory.getLogger(PortPool.class);
  private static final String PREFIX = "owr-";

  /** Never more than this are made ahead: each costs the switch a little in each of its rounds. */
  private static final int MOST = 64;

  /** So long nobody must have found the pool empty before it shrinks to what is configured. */
  private static final Duration CALM = Duration.ofMinutes(5);

  /** After a failure. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /**
   * So long a port is not for a pod with the address of one before. The switch keeps for 10 s
   * (max-idle in ovs-vswitchd.conf.db(5)) what it last did with a packet, and looks at it again a
   * moment after flows have changed: the first packet of a pod that had a predecessor's port and
   * address would be dropped as the predecessor's last ones were.
   */
  static final Duration MEMORY = Duration.ofSeconds(12);

  private final int configured;
  private final int mtu;
  private final ReadyPorts devices;
  private final Executor threads;
  private final Consumer<Event> tell;

  /** Whose devices have been made in this life; the one that was in use last comes last. */
  private final Set<String> made = new LinkedHashSet<>();

  private final Set<String> taken = new HashSet<>();

  /** What the switch may still remember of pods that are gone, the oldest first. */
  private final ArrayDeque<Gone> gone = new ArrayDeque<>();

  private record Gone(String port, List<IpAddress> addresses, Instant at) {}

  /** Of names that were ever in use, which are few: every step asks for all of them. */
  private final Map<String, PortSpec> specs = new HashMap<>();

  /** Leaving the database, and then the machine. */
  private final Set<String> retiring = new TreeSet<>();

  private boolean adopted;
  private boolean busy;
  private int wanted;
  private Instant missedAt = Instant.MIN;
  private Instant notBefore = Instant.MIN;
  private Optional<String> lastProblem = Optional.empty();

  PortPool(
      AgentConfig config,
      NodeLink link,
      ReadyPorts devices,
      Executor threads,
      Consumer<Event> tell) {
    this.configured = config.openvswitch().readyPorts();
    this.wanted = configured;
    this.mtu = link.mtu();
    this.devices = devices;
    this.threads = threads;
    this.tell = tell;
  }

  /** A port that can be taken; the one that has not been in use for longest. */
  Optional<String> free(NodeView view, Instant now) {
    for (String name : made) {
      if (isFree(name, view)) {
        return Optional.of(name);
      }
    }
    if (configured > 0) {
      missedAt = now;
      wanted = Math.min(MOST, wanted * 2);
    }
    return Optional.empty();
  }

  private boolean isFree(String name, NodeView view) {
    return !taken.contains(name) && view.ofport(name).isPresent() && !isBroken(name, view);
  }

  /** The port is a pod's, which may be one that the journal knew. */
  void take(String name) {
    taken.add(name);
  }

  /** Nothing of its pod is left. */
  void giveBack(String name, List<IpAddress> addresses, Instant now) {
    if (taken.remove(name) && made.remove(name)) {
      made.add(name);
      gone.add(new Gone(name, addresses, now));
    }
  }

  /** Whether a pod with one of these addresses had the port a moment ago. */
  boolean remembers(String name, List<IpAddress> addresses, Instant now) {
    while (!gone.isEmpty() && !now.isBefore(gone.element().at().plus(MEMORY))) {
      gone.remove();
    }
    return gone.stream()
        .anyMatch(
            pod -> pod.port().equals(name) && !Collections.disjoint(pod.addresses(), addresses));
  }

  /** The ports that shall be in the database, whether they are a pod's or not, by their names. */
  Map<String, PortSpec> ports(VswitchSnapshot replica) {
    Map<String, PortSpec> ports = new HashMap<>();
    for (String name : made) {
      ports.put(name, specs.computeIfAbsent(name, PortPool::spec));
    }
    for (InterfaceRow row : replica.interfaces().values()) {
      if (isReady(row) && !ports.containsKey(row.name())) {
        ports.put(row.name(), specs.computeIfAbsent(row.name(), PortPool::spec));
      }
    }
    ports.keySet().removeAll(retiring);
    return ports;
  }

  /** A port of the pool that no pod has. */
  static PortSpec spec(String name) {
    return PortSpec.system(name).withExternalIds(Map.of(ROLE, READY));
  }

  /**
   * Has ports made that are missing, and removed those that are too many.
   *
   * @param quiet whether nobody is waiting for anything: what the switch does for new ports holds
   *     up flows
   */
  void step(NodeView view, boolean quiet, Instant now) {
    if (busy || !view.databaseUp() || now.isBefore(notBefore) || !view.flows().areSettled()) {
      // Without flows no pod can be added; after a start, what is there comes first.
      return;
    }
    if (!adopted) {
      adopt(view);
      return;
    }
    if (now.isAfter(missedAt.plus(CALM))) {
      wanted = configured;
    }
    List.copyOf(made).stream()
        .filter(name -> !taken.contains(name) && isBroken(name, view))
        .forEach(this::retire);
    long free = made.stream().filter(name -> isFree(name, view)).count();
    long coming = made.stream().filter(name -> !taken.contains(name)).count() - free;
    if (free + coming < wanted && (free == 0 || (quiet && free + coming <= wanted / 2))) {
      prepare(missing(view, (int) (wanted - free - coming)));
      return;
    }
    if (quiet && free > 2L * wanted) {
      made.stream().filter(name -> isFree(name, view)).findFirst().ifPresent(this::retire);
    }
    removeRetired(view);
  }

  /** Takes over what an earlier life left. */
  private void adopt(NodeView view) {
    adopted = true;
    List<String> left = missing(view, 0);
    if (configured == 0) {
      retiring.addAll(left);
    } else if (!left.isEmpty()) {
      prepare(left);
    }
  }

  /** The switch could not make it, or has lost its device: it is to be made anew. */
  private static boolean isBroken(String name, NodeView view) {
    InterfaceRow row = view.vswitch().interfaces().get(name);
    return row != null
        && row.outcome().isPresent()
        && (row.outcome().get() instanceof PortOutcome.Refused || row.macInUse().isEmpty());
  }

  private void retire(String name) {
    made.remove(name);
    retiring.add(name);
  }

  /** All that the database has and nobody has looked at, then so many with the lowest numbers. */
  private List<String> missing(NodeView view, int count) {
    Set<String> names = new LinkedHashSet<>();
    for (InterfaceRow row : view.vswitch().interfaces().values()) {
      if (isReady(row) && isNew(row.name())) {
        names.add(row.name());
      }
    }
    for (int number = 1; names.size() < count; number++) {
      if (isNew(PREFIX + number)) {
        names.add(PREFIX + number);
      }
    }
    return List.copyOf(names);
  }

  private boolean isNew(String name) {
    return !made.contains(name) && !taken.contains(name) && !retiring.contains(name);
  }

  static boolean isReady(InterfaceRow row) {
    return READY.equals(row.externalIds().get(ROLE));
  }

  private void prepare(List<String> names) {
    run(
        names,
        () -> {
          devices.prepare(names, mtu, EndpointSpec.TxChecksum.COMPUTED);
          return new Event.PortsMade(names, Optional.empty());
        });
  }

  private void removeRetired(NodeView view) {
    Set<String> gone = new TreeSet<>(retiring);
    gone.removeAll(view.vswitch().interfaces().keySet());
    if (!gone.isEmpty()) {
      run(
          List.copyOf(gone),
          () -> {
            devices.remove(gone);
            return new Event.PortsRemoved(gone);
          });
    }
  }

  @FunctionalInterface
  private interface Call {
    Event run() throws EndpointException;
  }

  private void run(List<String> names, Call call) {
    busy = true;
    Runnable task =
        () -> {
          Event event;
          try {
            event = call.run();
          } catch (EndpointException | RuntimeException e) {
            event = new Event.PortsMade(names, Optional.of(String.valueOf(e.getMessage())));
          }
          tell.accept(event);
        };
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      tell.accept(new Event.PortsMade(names, Optional.of("too many endpoint calls under way")));
    }
  }

  void made(Event.PortsMade event, Instant now) {
    busy = false;
    if (event.problem().isEmpty()) {
      made.addAll(event.names());
    } else {
      notBefore = now.plus(RETRY);
      if (!event.problem().equals(lastProblem)) {
        LOG.warn("no ready ports, pods bring their own: {}", event.problem().get());
      }
    }
    lastProblem = event.problem();
  }

  void removed(Event.PortsRemoved event) {
    busy = false;
    retiring.removeAll(event.names());
  }
}
