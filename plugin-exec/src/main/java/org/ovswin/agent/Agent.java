package org.ovswin.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.ovswin.agent.admin.AdminServer;
import org.ovswin.cni.CniServer;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.disk.ProcessLock;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.Reservation;
import org.ovswin.ovsdb.jsonrpc.OvsdbAddress;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;
import org.ovswin.ovsdb.vswitch.Vswitch;
import org.ovswin.ovsdb.vswitch.VswitchListener;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.HostNat;
import org.ovswin.sandbox.linux.LinuxEndpoints;
import org.ovswin.sandbox.linux.LinuxHostInterfaces;
import org.ovswin.sandbox.linux.LinuxHostNat;
import org.ovswin.sandbox.linux.LinuxReadyPorts;
import org.ovswin.sandbox.linux.LinuxSandboxProbe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one node: opens what the {@link Reconciler} works with, in the order in which the
 * parts need each other, and closes it in reverse.
 */
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String OS = "linux";

  /** The start waits so long for the store, and goes on without it. */
  private static final Duration STORE_PATIENCE = Duration.ofSeconds(5);

  /** Why what the configuration reserves is reserved. */
  private static final String CONFIGURED = "ipam.reserved in the configuration";

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final InstantSource clock = InstantSource.system();
  private final LeaseDatabase leases;
  private final Reconciler reconciler;
  private volatile Optional<Throwable> failure = Optional.empty();

  private Agent(AgentConfig config) throws IOException, AgentException {
    try {
      makePrivate(config.stateDirectory());
      makePrivate(config.socketDirectory());
      // Before anything is claimed or the switch is touched: a second agent with one of these
      // directories would be noticed only when it had put the first one's flows in disorder.
      opened(locked("stateDirectory", config.stateDirectory()));
      opened(locked("socketDirectory", config.socketDirectory()));
      this.leases =
          opened(
              LeaseDatabase.open(
                  config.leaseDirectory(), new LeaseOptions(config.ipam().coolDown(), clock)));
      reserve(config.ipam(), leases);
      String bootId = Files.readString(BOOT_ID).strip();
      Endpoints endpoints = new LinuxEndpoints();
      LinuxReadyPorts devices = opened(LinuxReadyPorts.open(config.openvswitch().bridge()));
      Set<String> inUse = new HashSet<>(endpoints.list());
      inUse.addAll(devices.inUse());
      EarlierBoot.withdraw(leases, bootId, inUse);

      Inbox inbox = new Inbox();
      BridgeClaim claim = new BridgeClaim(config, Owner.of(config.stateDirectory()));
      Events events = new Events(inbox, config.exit(), claim, this::fail);
      ClaimedVswitch vswitch =
          opened(new ClaimedVswitch(Vswitch.open(databaseOptions(config), events), claim));
      HostInterfaces interfaces = new LinuxHostInterfaces();
      if (config.uplink().isPresent()) {
        // One that is not there is refused while nothing has been taken away.
        var _ = NodeLink.find(config, interfaces);
      }
      vswitch.requireOurs();
      new ExitChange(config, vswitch, interfaces).settle(LinuxHostNat::open);
      NodeLink link = NodeLink.find(config, interfaces);
      LinkWatch linkWatch = opened(new LinkWatch(config, link, interfaces));
      linkWatch.start();
      ExecutorService threads = HostSide.threads();
      open.push(threads::shutdownNow);
      PortPool ports = new PortPool(config, link, devices, threads, inbox::tell);
      HostSide host =
          new HostSide(
              config, link, bootId, endpoints, devices, interfaces, clock, threads, inbox::tell);
      FlowSwitch flowSwitch =
          opened(OpenFlowSwitch.open(config.openvswitch().managementSocket(), events));
      CachedView cache = new CachedView(config.stateDirectory());
      ClusterSide cluster =
          new ClusterSide(
              nodeRecord(config, link),
              Stores.description(config),
              () -> Stores.open(config, cache.cluster(), clock),
              cache,
              inbox::tell,
              clock);
      Optional<HostNat> nat = hostNat(config);
      this.reconciler =
          new Reconciler(
              config,
              link,
              leases,
              new RowSide(vswitch, inbox::tell),
              new FlowSide(flowSwitch, inbox::tell),
              host,
              new NatSide(nat, threads, inbox::tell),
              new GatewayProbe(flowSwitch),
              new Requests(config, host.bootId(), clock, ports, cluster),
              ports,
              new PodWatch(
                  endpoints,
                  devices,
                  new LinuxSandboxProbe(),
                  link.mtu(),
                  config.ipam().reclaimAfter(),
                  threads,
                  inbox::tell),
              cluster,
              clock);
      opened(new ReconcilerThread(inbox, reconciler, this::fail)).start();
      opened(cluster);
      join(config, cluster, cache, inbox);
      opened(
          CniServer.open(
              config.cniSocket(),
              new AgentHandler(
                  config, inbox, host, nat, flowSwitch, cluster, reconciler::lastSpace, clock)));
      opened(
          AdminServer.open(
              config.adminSocket(),
              new AgentAdmin(config, inbox, host, cluster, linkWatch, clock),
              clock));
    } catch (IOException | AgentException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Takes up the cluster where the last life left it, and waits a moment for the store: with it the
   * first pods have their blocks at once. Without it the node works with what it has.
   */
  private void join(AgentConfig config, ClusterSide cluster, CachedView cache, Inbox inbox)
      throws AgentException {
    Optional<ClusterView> known = cache.read();
    if (known.isEmpty() && leases.blocks().isEmpty()) {
      // A new node: it has no pods that would lose their peers by this.
      known =
          Optional.of(new ClusterView(config.cluster().ranges(), List.of(), List.of(), List.of()));
    }
    known.ifPresent(view -> inbox.tell(new Event.NodesMoved(view)));
    try {
      Optional<String> obstacle =
          cluster.start().get(STORE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (obstacle.isPresent()) {
        throw new AgentException(obstacle.get());
      }
    } catch (TimeoutException e) {
      LOG.warn("the cluster's store has not answered yet: {}", Stores.description(config));
    } catch (ExecutionException e) {
      throw new IllegalStateException("the first round with the store", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AgentException("interrupted while joining the cluster");
    }
  }

  /** Makes the reservations of the configuration those of the database; others stay. */
  private static void reserve(IpamConfig ipam, LeaseDatabase leases) throws IOException {
    for (Reservation earlier : leases.reservations()) {
      if (earlier.reason().equals(CONFIGURED) && !ipam.reserved().contains(earlier.range())) {
        leases.unreserve(earlier.range());
      }
    }
    Set<AddressRange> there =
        leases.reservations().stream().map(Reservation::range).collect(Collectors.toSet());
    for (AddressRange range : ipam.reserved()) {
      // One that an administrator made stays his when it leaves the configuration.
      if (!there.contains(range)) {
        leases.reserve(range, CONFIGURED);
      }
    }
    leases.sync();
  }

  /**
   * Starts the agent. It serves CNI requests from now on, and answers them with "try again later"
   * as long as Open vSwitch is not there.
   *
   * @throws AgentException the cluster or the machine is not as configured
   */
  static Agent start(AgentConfig config) throws IOException, AgentException {
    Agent agent = new Agent(config);
    LOG.info("node={} leases={}", config.node(), config.leaseDirectory());
    return agent;
  }

  private static ProcessLock locked(String field, Path directory)
      throws IOException, AgentException {
    return switch (ProcessLock.tryAcquire(directory)) {
      case ProcessLock.Attempt.Acquired(ProcessLock lock) -> lock;
      case ProcessLock.Attempt.HeldBy(String pid) ->
          throw new AgentException(
              "%s: %s (expected: one of its own; process %s has it)"
                  .formatted(field, directory, pid));
    };
  }

  private static Optional<HostNat> hostNat(AgentConfig config) throws AgentException {
    try {
      return config.uplink().isPresent() ? Optional.empty() : Optional.of(LinuxHostNat.open());
    } catch (EndpointException e) {
      throw new AgentException(String.valueOf(e.getMessage()));
    }
  }

  private NodeRecord nodeRecord(AgentConfig config, NodeLink link) throws IOException {
    return new NodeRecord(
        config.node(),
        Owner.of(config.stateDirectory()),
        link.addresses(),
        link.mac(),
        OS,
        Optional.of(link.addresses().getFirst()),
        BuildVersion.text(),
        clock.instant());
  }

  private static SessionOptions databaseOptions(AgentConfig config) {
    return SessionOptions.of(OvsdbAddress.parse(config.openvswitch().database()));
  }

  private static void makePrivate(Path directory) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  private void fail(Throwable cause) {
    LOG.error("the agent stops: {}", String.valueOf(cause.getMessage()), cause);
    failure = Optional.of(cause);
    end.countDown();
  }

  /** Completes when everything found at the start is as wanted and requests are served. */
  CompletableFuture<Void> ready() {
    return reconciler.ready();
  }

  boolean hasFailed() {
    return failure.isPresent();
  }

  void awaitEnd() throws InterruptedException {
    end.await();
  }

  /** For the shutdown hook: ends the agent and waits until it has closed its parts. */
  void stop() {
    end.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        LOG.warn("close failed: {}", String.valueOf(e.getMessage()));
      }
    }
    closed.countDown();
  }

  /** Brings what the sessions tell to the reconciler. */
  private record Events(
      Inbox inbox, AgentConfig.Exit exit, BridgeClaim claim, Consumer<Throwable> onForeign)
      implements VswitchListener, OpenFlowSwitch.Listener {
    @Override
    public void connected(VswitchSnapshot snapshot) {
      LOG.info("ovsdb=up");
      changed(snapshot);
    }

    @Override
    public void disconnected(String reason) {
      LOG.warn("ovsdb=down reason=\"{}\"", reason);
      inbox.databaseMoved();
    }

    @Override
    public void changed(VswitchSnapshot snapshot) {
      claim.obstacle(snapshot).map(AgentException::new).ifPresent(onForeign);
      inbox.databaseMoved();
    }

    @Override
    public void switchUp() {
      LOG.info("openflow=up");
      inbox.tell(new Event.SwitchUp());
    }

    @Override
    public void switchDown(String reason) {
      LOG.warn("openflow=down reason=\"{}\"", reason);
      inbox.tell(new Event.SwitchDown(reason));
    }

    @Override
    public void frame(byte[] frame) {
      ArpFrame.parse(frame)
          .filter(arp -> arp.operation() == ArpFrame.REPLY)
          .filter(arp -> isNextHop(arp.sender()))
          .ifPresent(arp -> inbox.gatewayAnswered(Family.IPV4, arp.senderMac()));
      NeighborFrame.parse(frame)
          .filter(neighbor -> neighbor.type() == NeighborFrame.ADVERTISEMENT)
          .filter(neighbor -> isNextHop(neighbor.target()))
          .ifPresent(neighbor -> inbox.gatewayAnswered(Family.IPV6, neighbor.mac()));
    }

    private boolean isNextHop(IpAddress sender) {
      return exit instanceof AgentConfig.UplinkConfig uplink
          && (uplink.gateway().equals(sender)
              || uplink.ipv6().filter(ipv6 -> ipv6.gateway().equals(sender)).isPresent());
    }
  }
}
