package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.ovswin.cni.CniException;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.PortMapping;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.sandbox.HostNat;

/**
 * One agent from its start to its crash on a {@link Machine}, on the test's own thread: everything
 * that is asynchronous waits for the test to let it happen.
 */
final class AgentLife {
  /** Thrown by the call into the outside world in which the agent is killed. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  final Machine machine;
  final TestClock clock;
  final Path journal;
  final FakeVswitch vswitch;
  final FakeFlowSwitch flowSwitch;
  final FakeEndpoints endpoints;
  final FakeHostInterfaces interfaces;
  final FakeHostNat nat = new FakeHostNat();
  final Reconciler reconciler;
  final LeaseDatabase leases;
  final Inbox inbox = new Inbox();
  final FakeCluster cluster = new FakeCluster();
  private final HostSide host;
  private final AgentConfig config;

  /** Calls for endpoints and interfaces that a thread of the pool would make. */
  final List<Runnable> tasks = new ArrayList<>();

  /** Whether the agent had the switch in reach when it planned the task that is being run. */
  private boolean plannedInReach;

  private int callsToLive = Integer.MAX_VALUE;
  private int steps;

  private static final Duration QUIET = Duration.ofMillis(50);

  AgentLife(Machine machine, TestClock clock, Path journal) throws IOException {
    this(machine, clock, journal, Cluster.BOOT);
  }

  AgentLife(Machine machine, TestClock clock, Path journal, String bootId) throws IOException {
    this(machine, clock, journal, bootId, Cluster.CONFIG);
  }

  /** On a node whose host is the pods' gateway. */
  static AgentLife gateway(Machine machine, TestClock clock, Path journal) throws IOException {
    return new AgentLife(machine, clock, journal, Cluster.BOOT, Cluster.GATEWAY_CONFIG);
  }

  AgentLife(Machine machine, TestClock clock, Path journal, String bootId, AgentConfig config)
      throws IOException {
    this.machine = machine;
    this.clock = clock;
    this.journal = journal;
    this.leases = LeaseDatabase.open(journal, LeaseOptions.of(clock));
    leases.addBlock(Cluster.BLOCK);
    this.vswitch = new FakeVswitch(machine, inbox::databaseMoved, this::countCall);
    this.flowSwitch = new FakeFlowSwitch(machine, this::countCall);
    this.endpoints = new FakeEndpoints(machine, () -> plannedInReach && isSwitchInReach());
    this.interfaces = new FakeHostInterfaces(machine);
    FakeReadyPorts readyPorts = new FakeReadyPorts(machine, endpoints);
    Set<String> inUse = new HashSet<>(endpoints.list());
    inUse.addAll(readyPorts.inUse());
    EarlierBoot.withdraw(leases, bootId, inUse);
    Executor executor =
        task -> {
          countCall();
          boolean inReach = isSwitchInReach();
          tasks.add(
              () -> {
                plannedInReach = inReach;
                task.run();
              });
        };
    this.config = config;
    this.host =
        new HostSide(
            config,
            Cluster.LINK,
            bootId,
            endpoints,
            readyPorts,
            interfaces,
            clock,
            executor,
            inbox::tell);
    PortPool ports = new PortPool(config, Cluster.LINK, readyPorts, executor, inbox::tell);
    this.reconciler =
        new Reconciler(
            config,
            Cluster.LINK,
            leases,
            new RowSide(vswitch, inbox::tell),
            new FlowSide(flowSwitch, inbox::tell),
            host,
            new NatSide(Optional.of(nat), executor, inbox::tell),
            new GatewayProbe(flowSwitch),
            new Requests(config, bootId, clock, ports, cluster),
            ports,
            new PodWatch(
                endpoints,
                readyPorts,
                machine::sandbox,
                Cluster.LINK.mtu(),
                config.ipam().reclaimAfter(),
                executor,
                inbox::tell),
            cluster,
            clock);
  }

  /** The agent is killed in its {@code calls}-th call from now into the outside world. */
  void dieAfter(int calls) {
    callsToLive = calls;
  }

  private void countCall() {
    if (--callsToLive == 0) {
      throw new Killed();
    }
  }

  /** Whether the agent knows both what rows and what flows there are. */
  private boolean isSwitchInReach() {
    return vswitch.isUp() && flowSwitch.isKnown();
  }

  /** One turn of the reconciler's thread. */
  void turn() throws IOException {
    try {
      inbox.take(Duration.ZERO).forEach(reconciler::take);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    steps++;
    reconciler.step();
  }

  /** What answers runtimes; it waits for {@link #turn}s on another thread. */
  AgentHandler handler() {
    Optional<HostNat> translation =
        config.uplink().isPresent() ? Optional.empty() : Optional.of(nat);
    return new AgentHandler(
        config, inbox, host, translation, flowSwitch, cluster, reconciler::lastSpace, clock);
  }

  int steps() {
    return steps;
  }

  CompletableFuture<PodView> add(int number, PortMapping... portMappings) {
    return add(number, clock.instant().plusSeconds(30), portMappings);
  }

  CompletableFuture<PodView> add(int number, Instant deadline, PortMapping... portMappings) {
    return add(Cluster.request(number, deadline, portMappings));
  }

  CompletableFuture<PodView> add(CniRequest request) {
    CompletableFuture<PodView> done = new CompletableFuture<>();
    if (!inbox.offer(new Event.Add(request, done))) {
      throw new AssertionError("no room for " + request);
    }
    return done;
  }

  CompletableFuture<Void> delete(int number) {
    return delete(Cluster.request(number, clock.instant().plusSeconds(30)));
  }

  CompletableFuture<Void> delete(CniRequest request) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Attachment attachment = new Attachment(request.containerId(), request.ifName());
    if (!inbox.offer(new Event.Delete(attachment, request.network(), request.deadline(), done))) {
      throw new AssertionError("no room for a DEL");
    }
    return done;
  }

  NodeView look() throws IOException {
    CompletableFuture<NodeView> answer = new CompletableFuture<>();
    inbox.tell(new Event.Look(answer));
    turn();
    return answer.join();
  }

  void nodes(Cluster.Node... nodes) {
    inbox.tell(new Event.NodesMoved(Cluster.view(List.of(nodes))));
  }

  /** What the store says of the node's blocks. */
  void blocks(
      List<IpPrefix> adopt, List<IpPrefix> drop, Set<IpPrefix> open, Map<IpPrefix, String> closed) {
    inbox.tell(new Event.BlocksMoved(adopt, drop, open, closed, new CompletableFuture<>()));
  }

  /** Everything is there and answers, and there is one other node. */
  void becomeReady() throws IOException {
    nodes(Cluster.node(2));
    settle();
    assertThat(reconciler.ready()).isCompleted();
  }

  /** The error that a call was answered with. */
  static CniException refusal(CompletableFuture<?> answer) {
    assertThat(answer).isCompletedExceptionally();
    return (CniException) answer.exceptionNow();
  }

  void connect() {
    vswitch.update();
    connectFlows();
  }

  void connectFlows() {
    flowSwitch.connect();
    inbox.tell(new Event.SwitchUp());
  }

  void disconnectFlows(String reason) {
    flowSwitch.disconnect();
    inbox.tell(new Event.SwitchDown(reason));
  }

  /** Lets one task of the pool run. */
  void runTask(int index) {
    tasks.remove(index).run();
  }

  /** All but the switch's OpenFlow side answers. */
  void answerRowsAndTasks() {
    machine.work();
    vswitch.commit();
    vswitch.update();
    while (!tasks.isEmpty()) {
      runTask(0);
    }
  }

  void answerAll() {
    answerRowsAndTasks();
    while (flowSwitch.isBusy()) {
      flowSwitch.answer();
    }
  }

  /** Everything outside answers at once, and the next hop too, until nothing is left to do. */
  void settle() throws IOException {
    settleNow();
    if (leases.leases().stream().anyMatch(lease -> lease.phase() == Lease.Phase.WITHDRAWN)) {
      // Ports of pods that are gone are deleted when nobody has asked for anything for a while.
      clock.advance(QUIET);
      settleNow();
    }
  }

  private void settleNow() throws IOException {
    for (int round = 0; round < 100; round++) {
      int asked = flowSwitch.sent().size();
      machine.work();
      vswitch.commit();
      vswitch.update();
      if (!flowSwitch.isUp() && machine.hasBridge()) {
        connectFlows();
      }
      while (!tasks.isEmpty()) {
        runTask(0);
      }
      while (flowSwitch.isBusy()) {
        flowSwitch.answer();
      }
      turn();
      if (flowSwitch.sent().size() > asked) {
        inbox.gatewayAnswered(Family.IPV4, Cluster.GATEWAY_MAC);
        turn();
      }
      machine.work();
      boolean told =
          vswitch.snapshot().equals(machine.snapshot())
              && flowSwitch.isUp() == machine.hasBridge()
              && !reconciler.patience().isZero();
      if (told && tasks.isEmpty() && !flowSwitch.isBusy() && !vswitch.isBusy()) {
        return;
      }
    }
    throw new AssertionError("no end to what the agent does");
  }

  /** As {@link #settle}, over a while. */
  void settle(Duration duration) throws IOException {
    Instant end = clock.instant().plus(duration);
    while (clock.instant().isBefore(end)) {
      settle();
      clock.advance(Duration.ofSeconds(1));
    }
    settle();
  }

  /** The next life on the same machine, after a kill -9; its journal is in the directory. */
  AgentLife restarted(Path directory) throws IOException {
    Path survivor = directory.resolve("journal" + clock.instant().toEpochMilli());
    crash(survivor);
    return new AgentLife(machine, clock, survivor);
  }

  /** Ends as by kill -9: what was not synced is lost. The journal is then in {@code survivor}. */
  void crash(Path survivor) throws IOException {
    Files.createDirectories(survivor);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(journal)) {
      for (Path file : files) {
        Files.copy(file, survivor.resolve(file.getFileName()));
      }
    }
    leases.close();
  }

  void close() throws IOException {
    leases.close();
  }
}
