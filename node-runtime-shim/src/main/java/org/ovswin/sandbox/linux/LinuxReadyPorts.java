package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.ReadyPorts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ready ports as veth pairs whose inner ends are in a namespace of their own, and pods' interfaces
 * as macvlans over those, in mode passthru.
 *
 * <pre>
 *  switch -- owr-1 (this namespace) == owr-1 (inner namespace) -- eth0 (pod's namespace)
 *                        veth pair                          macvlan
 * </pre>
 *
 * <p>Nothing of an attach happens in the switch's namespace, where every change of a link has
 * ovs-vswitchd look at all of its ports. And passthru admits one macvlan: two pods cannot have one
 * port, whatever is known of the first.
 */
public final class LinuxReadyPorts implements ReadyPorts, AutoCloseable {
  /** The link group of the ends in the switch's namespace: "ovsr". */
  public static final int LINK_GROUP = 0x6f767372;

  private static final Logger LOG = LoggerFactory.getLogger(LinuxReadyPorts.class);

  /** Until a pod's interface has it changed. */
  private static final MacAddress INNER_MAC = MacAddress.parse("02:6f:76:73:72:00");

  private static final Path DEFAULT_IPV6 = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");
  private static final String PROBE = "probe";

  /** How long the interface of the pod before may take to go with its namespace. */
  private static final Duration PREDECESSOR = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofMillis(10);

  private final String namespace;
  private volatile boolean joinable;

  /**
   * As they were made or looked at: an attach need not look again. Indexes are of the namespace
   * that {@link #inner} is in, where the kernel does not use one twice.
   */
  private final Map<String, Ends> known = new ConcurrentHashMap<>();

  private @Nullable Rtnetlink inner;

  private LinuxReadyPorts(String namespace) {
    this.namespace = namespace;
  }

  /**
   * For ports of a switch in the calling thread's namespace.
   *
   * @param bridge tells apart the ports of two switches there
   */
  public static LinuxReadyPorts open(String bridge) throws IOException {
    return new LinuxReadyPorts(namespace(bridge));
  }

  /**
   * The name of the inner namespace for a bridge in the calling thread's namespace: that one's name
   * is part of it where it has one.
   */
  private static String namespace(String bridge) throws IOException {
    String own = "ovs-win-" + bridge;
    try (Netns here = Netns.ofThread()) {
      for (String name : Netns.names()) {
        if (here.isAt(Netns.path(name))) {
          return name + "-" + own;
        }
      }
    }
    return own;
  }

  /** Removes a bridge's ready ports, all of them; those of the calling thread's namespace. */
  public static void removeAll(String bridge) throws IOException {
    Netns.delete(namespace(bridge));
  }

  /** Removes the ready ports of all bridges in a named namespace, which itself may be gone. */
  public static void removeAllOf(String netns) throws IOException {
    for (String name : Netns.names()) {
      if (name.startsWith(netns + "-ovs-win-")) {
        Netns.delete(name);
      }
    }
  }

  @Override
  public void prepare(List<String> names, int mtu, EndpointSpec.TxChecksum txChecksum)
      throws EndpointException {
    onHost(
        "prepare ports " + names,
        host -> {
          for (String name : names) {
            requireJoinable(host, make(host, name, mtu, txChecksum));
          }
          return names;
        });
  }

  @Override
  public void remove(Set<String> names) throws EndpointException {
    onHost(
        "remove ports " + names,
        host -> {
          for (String name : names) {
            known.remove(name);
            Optional<Link> there = own(host, name);
            if (there.isPresent()) {
              LinuxEndpoints.delete(host, there.get());
            }
          }
          return names;
        });
  }

  @Override
  public Endpoint attach(EndpointSpec spec) throws EndpointException {
    try (Netns sandbox = Netns.open(Path.of(spec.sandbox()))) {
      LinuxEndpoints.requireNotOwn(sandbox, spec);
      Ends ends = ends(spec);
      Link port = ends.inner();
      boolean joined;
      try {
        joined = join(port, sandbox, spec);
      } catch (ErrnoException e) {
        if (!e.errno().equals(Errno.ENODEV)) {
          throw e;
        }
        // Somebody removed it since it was looked at.
        known.remove(spec.hostName());
        ends = ends(spec);
        port = ends.inner();
        joined = join(port, sandbox, spec);
      }
      if (joined) {
        try {
          configure(sandbox, spec);
        } catch (IOException | RuntimeException e) {
          leaveAfter(e, sandbox, spec, port);
          throw e;
        }
      } else {
        adopt(port, sandbox, spec);
      }
      return new Endpoint(
          spec.hostName(),
          requireMac(ends.outer()),
          spec.sandbox(),
          spec.ifName(),
          spec.mac(),
          spec.mtu());
    } catch (IOException e) {
      throw Failures.translate("attach endpoint " + spec.hostName(), e);
    }
  }

  /**
   * Makes the pod's interface.
   *
   * @return false if there is one of its name that is on this port
   */
  private boolean join(Link port, Netns sandbox, EndpointSpec spec) throws IOException {
    Macvlan macvlan = new Macvlan(spec.ifName(), port.index(), sandbox, spec.mtu());
    long end = System.nanoTime() + PREDECESSOR.toNanos();
    while (true) {
      try {
        inner().createMacvlan(macvlan);
        return true;
      } catch (ErrnoException e) {
        boolean isTaken = e.errno().equals(Errno.EEXIST);
        if ((isTaken || e.errno().equals(Errno.EINVAL)) && isOn(port, sandbox, spec)) {
          return false;
        }
        if (isTaken) {
          throw new EndpointException(
              Reason.NAME_IN_USE,
              "attach endpoint %s: there is a link %s in %s already, and it is not ours"
                  .formatted(spec.hostName(), spec.ifName(), spec.sandbox()),
              e);
        }
        if (!e.errno().equals(Errno.EINVAL)) {
          throw e;
        }
        if (System.nanoTime() - end > 0) {
          // Its namespace lives on somewhere. Without the port it is gone for good.
          known.remove(spec.hostName());
          LinuxEndpoints.delete(inner(), port);
          throw new EndpointException(
              Reason.SYSTEM,
              "attach endpoint %s: the port still had another pod's interface, and was removed; the next try finds it free"
                  .formatted(spec.hostName()),
              e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Corrects what differs of an interface that is there. */
  private void adopt(Link port, Netns sandbox, EndpointSpec spec) throws IOException {
    if (LinuxEndpoints.inPod(sandbox, spec, PodEnd::hasIdentity)) {
      LinuxEndpoints.inPod(
          sandbox,
          spec,
          pod -> {
            pod.configure();
            return pod;
          });
      return;
    }
    LOG.info("endpoint={} sandbox={} action=remake", spec.hostName(), spec.sandbox());
    leave(sandbox, spec, port);
    if (!join(port, sandbox, spec)) {
      throw new IOException(spec.ifName() + " came back while it was being remade");
    }
    configure(sandbox, spec);
  }

  private static void configure(Netns sandbox, EndpointSpec spec) throws IOException {
    LinuxEndpoints.inPod(
        sandbox,
        spec,
        pod -> {
          pod.configureJoined();
          return pod;
        });
  }

  @Override
  public void detach(EndpointSpec spec) throws EndpointException {
    onHost(
        "reset port " + spec.hostName(),
        host -> {
          // What a plugin behind ours did for the pod (bandwidth, for one) is not for the next one.
          Optional<Link> outer = own(host, spec.hostName());
          if (outer.isPresent()) {
            host.resetTrafficControl(outer.get().index());
          }
          return outer;
        });
    try (Netns sandbox = Netns.open(Path.of(spec.sandbox()))) {
      Optional<Link> port = innerEnd(spec.hostName());
      if (port.isPresent()) {
        leave(sandbox, spec, port.get());
      }
    } catch (MissingNetnsException | NotNetnsException e) {
      // It goes with its namespace.
      LOG.debug("endpoint={} went with {}", spec.hostName(), spec.sandbox());
    } catch (IOException e) {
      throw Failures.translate("detach endpoint " + spec.hostName(), e);
    }
  }

  private void leave(Netns sandbox, EndpointSpec spec, Link port) throws IOException {
    try (Rtnetlink pod = Rtnetlink.open(sandbox)) {
      Optional<Link> there = pod.link(spec.ifName());
      if (there.isPresent() && isOver(port, pod, there.get())) {
        LinuxEndpoints.delete(pod, there.get());
      }
    }
  }

  private void leaveAfter(Exception failure, Netns sandbox, EndpointSpec spec, Link port) {
    try {
      leave(sandbox, spec, port);
    } catch (IOException again) {
      failure.addSuppressed(again);
    }
  }

  @Override
  public boolean holds(EndpointSpec spec) throws EndpointException {
    try (Netns sandbox = Netns.open(Path.of(spec.sandbox()))) {
      Optional<Link> port = innerEnd(spec.hostName());
      return port.isPresent() && isOn(port.get(), sandbox, spec);
    } catch (MissingNetnsException | NotNetnsException e) {
      return false;
    } catch (IOException e) {
      throw Failures.translate("look at endpoint " + spec.hostName(), e);
    }
  }

  @Override
  public Set<String> inUse() throws EndpointException {
    try {
      if (!Netns.names().contains(namespace)) {
        return Set.of();
      }
      // An interface over it that is up has it hear everything.
      return inner().promiscuousLinks();
    } catch (IOException e) {
      throw Failures.translate("look at the ready ports", e);
    }
  }

  @Override
  public List<EndpointProblem> check(EndpointSpec spec) throws EndpointException {
    return onHost(
        "check endpoint " + spec.hostName(),
        host -> {
          List<EndpointProblem> problems = new ArrayList<>();
          Optional<Link> outer = own(host, spec.hostName());
          Optional<Link> port = innerEnd(spec.hostName());
          if (outer.isEmpty() || port.isEmpty()) {
            problems.add(new EndpointProblem(spec.hostName(), "missing", "our veth"));
          } else {
            problems.addAll(LinuxEndpoints.hostProblems(outer.get(), spec));
            problems.addAll(innerProblems(port.get(), spec));
          }
          try (Netns sandbox = Netns.open(Path.of(spec.sandbox()))) {
            if (port.isPresent() && isOn(port.get(), sandbox, spec)) {
              problems.addAll(LinuxEndpoints.inPod(sandbox, spec, PodEnd::problems));
            } else {
              problems.add(
                  new EndpointProblem(
                      "%s in %s".formatted(spec.ifName(), spec.sandbox()),
                      "missing or another link",
                      "an interface on port " + spec.hostName()));
            }
          } catch (MissingNetnsException | NotNetnsException e) {
            problems.add(EndpointProblem.sandboxMissing(spec.sandbox()));
          }
          return problems;
        });
  }

  private List<EndpointProblem> innerProblems(Link port, EndpointSpec spec) throws IOException {
    List<EndpointProblem> problems = new ArrayList<>();
    if (!port.isUp()) {
      problems.add(new EndpointProblem(port.name() + " inner state", "down", "up"));
    }
    if (spec.txChecksum() == EndpointSpec.TxChecksum.COMPUTED
        && inside(() -> isOffloaded(port.name()))) {
      problems.add(new EndpointProblem(port.name() + " tx checksum offload", "on", "off"));
    }
    return problems;
  }

  @Override
  public synchronized void close() {
    if (inner != null) {
      inner.close();
      inner = null;
      known.clear();
    }
  }

  /** A port as it is in the two namespaces. */
  private record Ends(Link outer, Link inner) {}

  /** The spec's port, made as it should be. */
  private Ends ends(EndpointSpec spec) throws IOException {
    Ends before = known.get(spec.hostName());
    if (before != null && before.inner().mtu() == spec.mtu()) {
      return before;
    }
    try (Rtnetlink host = Rtnetlink.open()) {
      Optional<Link> outer = own(host, spec.hostName());
      Optional<Link> there = innerEnd(spec.hostName());
      if (isAsWanted(outer, spec) && isAsWanted(there, spec)) {
        Ends ends = new Ends(outer.orElseThrow(), there.orElseThrow());
        known.put(spec.hostName(), ends);
        return ends;
      }
      return make(host, spec.hostName(), spec.mtu(), spec.txChecksum());
    }
  }

  private static boolean isAsWanted(Optional<Link> end, EndpointSpec spec) {
    return end.filter(link -> link.isUp() && link.mtu() == spec.mtu()).isPresent();
  }

  /** Makes a pair, or corrects one. */
  private Ends make(Rtnetlink host, String name, int mtu, EndpointSpec.TxChecksum txChecksum)
      throws IOException {
    Optional<Link> outer = own(host, name);
    if (outer.isPresent() && innerEnd(name).isEmpty()) {
      LinuxEndpoints.delete(host, outer.get());
      outer = Optional.empty();
    }
    if (outer.isEmpty()) {
      try (Netns netns = madeNamespace()) {
        host.createVeth(new Veth(name, LINK_GROUP, name, INNER_MAC, netns, mtu));
      }
      outer = own(host, name);
    }
    Link outerEnd = outer.orElseThrow(() -> new IOException("link %s went away".formatted(name)));
    HostStack.deafen(name);
    if (outerEnd.mtu() != mtu) {
      host.setMtu(outerEnd.index(), mtu);
    }
    Link innerEnd =
        innerEnd(name)
            .orElseThrow(() -> new IOException("link %s: its inner end is gone".formatted(name)));
    if (innerEnd.mtu() != mtu) {
      inner().setMtu(innerEnd.index(), mtu);
    }
    if (txChecksum == EndpointSpec.TxChecksum.COMPUTED) {
      inside(
          () -> {
            try (Ethtool ethtool = Ethtool.open()) {
              ethtool.computeTxChecksum(name);
            }
            return true;
          });
    }
    if (!innerEnd.isUp()) {
      inner().setUp(innerEnd.index());
    }
    if (!outerEnd.isUp()) {
      host.setUp(outerEnd.index());
    }
    Ends ends =
        new Ends(
            own(host, name).orElseThrow(() -> new IOException("link %s went away".formatted(name))),
            innerEnd(name).orElseThrow(() -> new IOException("link %s went away".formatted(name))));
    known.put(name, ends);
    return ends;
  }

  /** Once: that the kernel has what an attach takes, found out while no pod waits for it. */
  private void requireJoinable(Rtnetlink host, Ends ends) throws IOException {
    if (joinable) {
      return;
    }
    try (Netns netns = madeNamespace()) {
      inner().createMacvlan(new Macvlan(PROBE, ends.inner().index(), netns, ends.inner().mtu()));
      Optional<Link> made = inner().link(PROBE);
      if (made.isPresent()) {
        LinuxEndpoints.delete(inner(), made.get());
      }
      joinable = true;
    } catch (ErrnoException e) {
      // EINVAL: a pod is on it, so it can be. EEXIST: somebody else is just finding out.
      if (e.errno().equals(Errno.EINVAL) || e.errno().equals(Errno.EEXIST)) {
        return;
      }
      LinuxEndpoints.delete(host, ends.outer());
      throw e;
    }
  }

  private static boolean isOffloaded(String name) throws IOException {
    try (Ethtool ethtool = Ethtool.open()) {
      return ethtool.txChecksum(name) == Ethtool.TxChecksum.OFFLOADED;
    }
  }

  private boolean isOn(Link port, Netns sandbox, EndpointSpec spec) throws IOException {
    try (Rtnetlink pod = Rtnetlink.open(sandbox)) {
      Optional<Link> there = pod.link(spec.ifName());
      return there.isPresent() && isOver(port, pod, there.get());
    }
  }

  /** Whether a pod's link is a macvlan over this inner end. */
  private boolean isOver(Link port, Rtnetlink pod, Link link) throws IOException {
    if (!link.isKind(Macvlan.KIND)
        || link.peerIndex().orElse(-1) != port.index()
        || link.peerNsid().isEmpty()) {
      return false;
    }
    try (Netns netns = madeNamespace()) {
      return link.peerNsid().equals(pod.nsid(netns));
    }
  }

  /**
   * The end of a port in the calling thread's namespace.
   *
   * @throws EndpointException NAME_IN_USE if it is not ours
   */
  private static Optional<Link> own(Rtnetlink host, String name) throws IOException {
    Optional<Link> there = host.link(name);
    if (there.isPresent()
        && (!there.get().isKind(Veth.KIND) || there.get().group() != LINK_GROUP)) {
      throw new EndpointException(
          Reason.NAME_IN_USE,
          "port %s: there is a link of this name (%s) that is not ours"
              .formatted(name, there.get().kind().orElse("no kind")));
    }
    return there;
  }

  private Optional<Link> innerEnd(String name) throws IOException {
    return inner().link(name);
  }

  /** Opened once: that takes a thread. */
  private synchronized Rtnetlink inner() throws IOException {
    if (inner == null) {
      try (Netns netns = madeNamespace()) {
        inner = Rtnetlink.open(netns);
      }
    }
    return inner;
  }

  /** The inner namespace, made if it is not there. */
  private synchronized Netns madeNamespace() throws IOException {
    Path path = Netns.path(namespace);
    try {
      return Netns.open(path);
    } catch (NotNetnsException e) {
      LOG.debug("namespace={} is a bare file, as a killed process leaves it", namespace);
      Netns.delete(namespace);
    } catch (MissingNetnsException e) {
      LOG.debug("namespace={} is to be made", namespace);
    }
    close();
    Netns.create(namespace);
    // Links that are made from now on do not speak it.
    Netns.run(
        path,
        () -> {
          if (Files.exists(DEFAULT_IPV6)) {
            Files.writeString(DEFAULT_IPV6, "1\n");
          }
        });
    return Netns.open(path);
  }

  private <T> T inside(Netns.Body<T, IOException> body) throws IOException {
    try (Netns netns = madeNamespace()) {
      return netns.call(body);
    }
  }

  /** What happens on the host's side, with its netlink socket. */
  @FunctionalInterface
  private interface Body<T> {
    T run(Rtnetlink host) throws IOException;
  }

  private static <T> T onHost(String doing, Body<T> body) throws EndpointException {
    try (Rtnetlink host = Rtnetlink.open()) {
      return body.run(host);
    } catch (IOException e) {
      throw Failures.translate(doing, e);
    }
  }

  private static MacAddress requireMac(Link link) {
    return link.mac().orElseThrow(() -> new IllegalStateException(link + " has no MAC address"));
  }
}
