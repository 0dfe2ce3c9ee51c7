package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.Forwarding;
import org.ovswin.sandbox.Forwarding.PeerRoute;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.ReadyPorts;
import org.ovswin.sandbox.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operating system's part: pods' endpoints and the bridge's local port. Its calls block, so
 * each runs on a thread of a small pool and reports back as an event; the rest is the reconciler's
 * thread's alone.
 */
final class HostSide {
  private static final Logger LOG = LoggerFactory.getLogger(HostSide.class);

  /** Kernel work of different pods runs side by side, but the kernel has one lock for all of it. */
  private static final int THREADS = 4;

  private static final int MAX_QUEUED = 4096;
  private static final Duration ENDPOINT_RETRY = Duration.ofSeconds(5);

  /** The switch makes the local port a moment after it answers. */
  private static final Duration LOCAL_PORT_RETRY = Duration.ofMillis(100);

  private final AgentConfig config;
  private final NodeLink link;
  private final String bootId;
  private final Endpoints endpoints;
  private final ReadyPorts readyPorts;
  private final HostInterfaces interfaces;
  private final InstantSource clock;
  private final Executor threads;
  private final Consumer<Event> tell;

  private LocalPort localPort = LocalPort.UNKNOWN;
  private Instant localPortNotBefore = Instant.MIN;
  private @Nullable HostInterfaceSpec wanted;
  private Set<IpPrefix> served = Set.of();
  private Optional<String> lastProblem = Optional.empty();

  private enum LocalPort {
    UNKNOWN,
    CONVERGING,
    /** Being converged, but it may be another device by now: the outcome counts for nothing. */
    STALE,
    RIGHT
  }

  HostSide(
      AgentConfig config,
      NodeLink link,
      String bootId,
      Endpoints endpoints,
      ReadyPorts readyPorts,
      HostInterfaces interfaces,
      InstantSource clock,
      Executor threads,
      Consumer<Event> tell) {
    this.config = config;
    this.link = link;
    this.bootId = bootId;
    this.endpoints = endpoints;
    this.readyPorts = readyPorts;
    this.interfaces = interfaces;
    this.clock = clock;
    this.threads = threads;
    this.tell = tell;
  }

  /** The threads for the calls that block. */
  static ExecutorService threads() {
    return new ThreadPoolExecutor(
        THREADS,
        THREADS,
        1,
        TimeUnit.MINUTES,
        new LinkedBlockingQueue<>(MAX_QUEUED),
        Thread.ofPlatform().name("host-", 0).daemon().factory());
  }

  /** The boot that leases made now belong to. */
  String bootId() {
    return bootId;
  }

  void attach(PodView pod, AddressSpace space) {
    EndpointSpec spec = pod.endpointSpec(space, link.mtu());
    run(
        pod,
        EndpointState.Step.ATTACH,
        () ->
            new EndpointState.Attached(
                switch (spec.port()) {
                  case OWN -> endpoints.attach(spec);
                  case READY -> readyPorts.attach(spec);
                }));
  }

  /** Looks whether the pod's sandbox still has it. */
  void confirm(PodView pod, EndpointState.Attached was, AddressSpace space) {
    EndpointSpec spec = pod.endpointSpec(space, link.mtu());
    run(
        pod,
        EndpointState.Step.ATTACH,
        () -> {
          boolean there =
              switch (spec.port()) {
                case OWN -> endpoints.find(spec).isPresent();
                case READY -> readyPorts.holds(spec);
              };
          return there ? was : new EndpointState.Lost();
        });
  }

  void detach(PodView pod, AddressSpace space) {
    run(
        pod,
        EndpointState.Step.DETACH,
        () -> {
          if (!pod.sources().isEmpty()) {
            endpoints.forgetSources(pod.intent().sandbox(), pod.sources());
          }
          if (pod.hasReadyPort()) {
            readyPorts.detach(pod.endpointSpec(space, link.mtu()));
          } else {
            endpoints.detach(pod.hostName());
          }
          return new EndpointState.Detached();
        });
  }

  /** What differs from what a pod's endpoint shall be, in words. Blocks. */
  List<String> check(PodView pod, AddressSpace space) throws EndpointException {
    return problems(pod.endpointSpec(space, link.mtu())).stream().map(Object::toString).toList();
  }

  private List<EndpointProblem> problems(EndpointSpec spec) throws EndpointException {
    return switch (spec.port()) {
      case OWN -> endpoints.check(spec);
      case READY -> readyPorts.check(spec);
    };
  }

  /**
   * Whether the pod's sandbox is gone for good, so that nobody needs its addresses. Blocks; what
   * cannot be found out is taken for no.
   */
  boolean isSandboxGone(PodView pod, AddressSpace space) {
    EndpointSpec spec = pod.endpointSpec(space, link.mtu());
    try {
      return problems(spec).contains(EndpointProblem.sandboxMissing(spec.sandbox()));
    } catch (EndpointException e) {
      return e.reason() == EndpointException.Reason.SANDBOX_MISSING;
    }
  }

  private void run(PodView pod, EndpointState.Step step, EndpointCall call) {
    Runnable task =
        () ->
            tell.accept(
                new Event.EndpointMoved(pod.lease().attachment(), outcome(pod, step, call)));
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      tell.accept(
          new Event.EndpointMoved(
              pod.lease().attachment(),
              failed(step, EndpointException.Reason.SYSTEM, "too many endpoint calls under way")));
    }
  }

  private EndpointState outcome(PodView pod, EndpointState.Step step, EndpointCall call) {
    try {
      return call.run();
    } catch (EndpointException e) {
      LOG.warn("pod={} endpoint={} failed: {}", pod.displayName(), pod.hostName(), e.getMessage());
      return failed(step, e.reason(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("pod={} endpoint={} failed", pod.displayName(), pod.hostName(), e);
      return failed(step, EndpointException.Reason.SYSTEM, e.toString());
    }
  }

  private EndpointState failed(
      EndpointState.Step step, EndpointException.Reason reason, String message) {
    return new EndpointState.Failed(step, reason, message, clock.instant().plus(ENDPOINT_RETRY));
  }

  @FunctionalInterface
  private interface EndpointCall {
    EndpointState run() throws EndpointException;
  }

  /** The switch has come back, or it is time to look: the device may be another one. */
  void localPortMayBeNew(Instant now) {
    localPort =
        switch (localPort) {
          case UNKNOWN, RIGHT -> LocalPort.UNKNOWN;
          case CONVERGING, STALE -> LocalPort.STALE;
        };
    localPortNotBefore = now;
  }

  boolean isLocalPortRight() {
    return localPort == LocalPort.RIGHT;
  }

  Instant nextTry() {
    return localPort == LocalPort.UNKNOWN ? localPortNotBefore : Instant.MAX;
  }

  void localPortMoved(LocalPortOutcome outcome, Instant now) {
    boolean current = localPort == LocalPort.CONVERGING;
    Optional<String> problem =
        switch (outcome) {
          case LocalPortOutcome.Right _ -> Optional.empty();
          case LocalPortOutcome.WithoutPeers(String reason) -> Optional.of(reason);
          case LocalPortOutcome.Wrong(String reason) -> Optional.of(reason);
        };
    localPort =
        current && !(outcome instanceof LocalPortOutcome.Wrong)
            ? LocalPort.RIGHT
            : LocalPort.UNKNOWN;
    localPortNotBefore = now.plus(LOCAL_PORT_RETRY);
    if (problem.isPresent() && !problem.equals(lastProblem)) {
      LOG.warn("local port not as wanted: {}", problem.get());
    }
    lastProblem = problem;
  }

  /** The blocks whose gateway the local port is. */
  Set<IpPrefix> gateways() {
    return localPort == LocalPort.RIGHT ? served : Set.of();
  }

  /** Gives the bridge's local port its addresses and the routes to the pods. */
  void convergeLocalPort(AddressSpace space, List<PeerRoute> peers, Instant now) {
    HostInterfaceSpec spec =
        switch (config.exit()) {
          case AgentConfig.UplinkConfig uplink -> uplinkSpec(uplink, space);
          case AgentConfig.GatewayConfig _ -> gatewaySpec(space, peers);
        };
    if (!spec.equals(wanted)) {
      wanted = spec;
      served = Set.copyOf(space.blocks());
      localPortMayBeNew(now);
    }
    if (localPort != LocalPort.UNKNOWN || now.isBefore(localPortNotBefore)) {
      return;
    }
    localPort = LocalPort.CONVERGING;
    try {
      threads.execute(() -> tell.accept(new Event.LocalPortMoved(convergeNow(spec))));
    } catch (RejectedExecutionException e) {
      tell.accept(new Event.LocalPortMoved(new LocalPortOutcome.Wrong("too many calls under way")));
    }
  }

  private LocalPortOutcome convergeNow(HostInterfaceSpec spec) {
    try {
      return converged(spec);
    } catch (EndpointException | RuntimeException e) {
      String problem = String.valueOf(e.getMessage());
      return spec.forwarding().isPresent() && isRightByItself(spec)
          ? new LocalPortOutcome.WithoutPeers(problem)
          : new LocalPortOutcome.Wrong(problem);
    }
  }

  /** Whether the port has what the node's own pods need: routes to peers are brought last. */
  private boolean isRightByItself(HostInterfaceSpec spec) {
    try {
      return converged(
              new HostInterfaceSpec(
                  spec.name(),
                  spec.mtu(),
                  spec.addresses(),
                  spec.routes(),
                  spec.addressesMoveFrom()))
          instanceof LocalPortOutcome.Right;
    } catch (EndpointException | RuntimeException e) {
      return false;
    }
  }

  private LocalPortOutcome converged(HostInterfaceSpec spec) throws EndpointException {
    return switch (interfaces.converge(spec)) {
      case HostInterfaces.Convergence.Converged converged -> {
        if (!converged.changes().isEmpty()) {
          LOG.info("local port changed: {}", String.join("; ", converged.changes()));
        }
        yield new LocalPortOutcome.Right();
      }
      case HostInterfaces.Convergence.Gone gone ->
          new LocalPortOutcome.Wrong("no device " + gone.name());
    };
  }

  private HostInterfaceSpec uplinkSpec(AgentConfig.UplinkConfig uplink, AddressSpace space) {
    List<Route> routes = new ArrayList<>();
    routes.add(
        new Route.Via(
            InetPrefix.DEFAULT_IPV4, InetPrefix.parseAddress(uplink.gateway().toString())));
    List<InetPrefix> addresses = new ArrayList<>();
    addresses.add(InetPrefix.parse(uplink.address() + "/" + uplink.prefixLength()));
    uplink
        .ipv6()
        .ifPresent(
            ipv6 -> {
              addresses.add(InetPrefix.parse(ipv6.address() + "/" + ipv6.prefixLength()));
              routes.add(ipv6.defaultRoute());
            });
    for (IpPrefix range : space.ranges()) {
      Optional<IpPrefix> block =
          space.blocks().stream().filter(one -> Family.of(one) == Family.of(range)).findFirst();
      if (block.isPresent() && uplink.speaks(Family.of(range))) {
        routes.add(
            new Route.ViaOnLink(
                InetPrefix.parse(range.toString()),
                InetPrefix.parseAddress(NodeState.gateway(block.get()).toString())));
      }
    }
    return new HostInterfaceSpec(
        config.openvswitch().bridge(), link.mtu(), addresses, routes, Optional.of(uplink.device()));
  }

  /** The gateway of every block, and the ways to the other nodes' blocks. */
  private HostInterfaceSpec gatewaySpec(AddressSpace space, List<PeerRoute> peers) {
    return new HostInterfaceSpec(
        config.openvswitch().bridge(),
        link.mtu(),
        space.blocks().stream()
            .map(block -> InetPrefix.parse(NodeState.gateway(block) + "/" + block.length()))
            .toList(),
        List.of(),
        Optional.empty(),
        Optional.of(
            new Forwarding(peers, space.ranges().stream().map(HostNatState::inet).toList())));
  }
}
