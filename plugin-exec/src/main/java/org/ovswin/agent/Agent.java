package org.ovswin.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.ovswin.cni.CniServer;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.file.FileBlockStore;
import org.ovswin.ipam.disk.ProcessLock;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ovsdb.jsonrpc.OvsdbAddress;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;
import org.ovswin.ovsdb.vswitch.Vswitch;
import org.ovswin.ovsdb.vswitch.VswitchListener;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.linux.LinuxEndpoints;
import org.ovswin.sandbox.linux.LinuxHostInterfaces;
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
  private static final Duration RELEASE_GRACE = Duration.ofMinutes(10);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final InstantSource clock = InstantSource.system();
  private final IpPrefix block;
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
      HostInterfaces interfaces = new LinuxHostInterfaces();
      BlockStore store = opened(openStore(config));
      this.block = claim(config, store, uplinkMac(config, interfaces));
      LeaseDatabase leases =
          opened(LeaseDatabase.open(config.leaseDirectory(), LeaseOptions.of(clock)));
      leases.addBlock(block);

      Inbox inbox = new Inbox();
      Events events = new Events(inbox, config.uplink().gateway());
      ExecutorService threads = HostSide.threads();
      open.push(threads::shutdownNow);
      HostSide host =
          new HostSide(
              config,
              block,
              Files.readString(BOOT_ID).strip(),
              new LinuxEndpoints(),
              interfaces,
              clock,
              threads,
              inbox::tell);
      Vswitch vswitch = opened(Vswitch.open(databaseOptions(config), events));
      FlowSwitch flowSwitch =
          opened(OpenFlowSwitch.open(config.openvswitch().managementSocket(), events));
      this.reconciler =
          new Reconciler(
              config,
              leases,
              new RowSide(vswitch, inbox::tell),
              new FlowSide(flowSwitch, inbox::tell),
              host,
              new GatewayProbe(flowSwitch),
              new Requests(config, host.bootId(), clock),
              clock);
      opened(new ReconcilerThread(inbox, reconciler, this::fail)).start();
      opened(store.watch(view -> inbox.tell(new Event.NodesMoved(view))));
      opened(
          CniServer.open(
              config.cniSocket(), new AgentHandler(config, block, inbox, host, flowSwitch, clock)));
    } catch (IOException | AgentException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private BlockStore openStore(AgentConfig config) throws IOException {
    return FileBlockStore.open(
        config.cluster().store().file(),
        new StoreOptions(
            ClusterRanges.of(
                new ClusterRange(config.cluster().cidr(), config.cluster().blockPrefixLength())),
            RELEASE_GRACE,
            clock));
  }

  /**
   * Starts the agent. It serves CNI requests from now on, and answers them with "try again later"
   * as long as Open vSwitch is not there.
   *
   * @throws AgentException the cluster or the machine is not as configured
   */
  static Agent start(AgentConfig config) throws IOException, AgentException {
    Agent agent = new Agent(config);
    LOG.info("node={} block={} leases={}", config.node(), agent.block, config.leaseDirectory());
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

  private static MacAddress uplinkMac(AgentConfig config, HostInterfaces interfaces)
      throws AgentException {
    String device = config.uplink().device();
    try {
      return interfaces
          .mac(device)
          .map(mac -> MacAddress.parse(mac.toString()))
          .orElseThrow(
              () ->
                  new AgentException(
                      "uplink.device: "
                          + device
                          + " (expected: a network device of this machine)"));
    } catch (EndpointException e) {
      throw new AgentException("uplink.device: " + device + ": " + e.getMessage());
    }
  }

  private IpPrefix claim(AgentConfig config, BlockStore store, MacAddress mac)
      throws IOException, AgentException {
    UUID owner = Owner.of(config.stateDirectory());
    NodeRecord record =
        new NodeRecord(
            config.node(),
            owner,
            List.of(config.uplink().address()),
            mac,
            OS,
            Optional.empty(),
            BuildVersion.text(),
            clock.instant());
    if (store.register(record) instanceof Registration.NameTaken taken) {
      throw new AgentException(taken.message());
    }
    Claim outcome =
        config.cluster().block().isPresent()
            ? store.claim(config.node(), owner, config.cluster().block().get())
            : store.claim(config.node(), owner, Family.IPV4, 1);
    return switch (outcome) {
      case Claim.Claimed claimed ->
          config.cluster().block().orElseGet(() -> claimed.held().getFirst().block());
      case Claim.Exhausted exhausted -> throw new AgentException(exhausted.message());
      case Claim.NameTaken taken -> throw new AgentException(taken.message());
      case Claim.BlockTaken taken -> throw new AgentException(taken.message());
      case Claim.Denied denied -> throw new AgentException(denied.message());
    };
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

  IpPrefix block() {
    return block;
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
  private record Events(Inbox inbox, IpAddress gateway)
      implements VswitchListener, OpenFlowSwitch.Listener {
    @Override
    public void connected(VswitchSnapshot snapshot) {
      LOG.info("ovsdb=up");
      inbox.databaseMoved();
    }

    @Override
    public void disconnected(String reason) {
      LOG.warn("ovsdb=down reason=\"{}\"", reason);
      inbox.databaseMoved();
    }

    @Override
    public void changed(VswitchSnapshot snapshot) {
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
          .filter(arp -> arp.sender().equals(gateway))
          .ifPresent(arp -> inbox.gatewayAnswered(arp.senderMac()));
    }
  }
}
