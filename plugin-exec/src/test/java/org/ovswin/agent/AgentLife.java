package org.ovswin.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.PortMapping;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;

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
  final Reconciler reconciler;
  final LeaseDatabase leases;
  final Inbox inbox = new Inbox();
  final FakeCluster cluster = new FakeCluster();

  /** Calls for endpoints and interfaces that a thread of the pool would make. */
  final List<Runnable> tasks = new ArrayList<>();

  /** Whether the agent had the switch in reach when it planned the task that is being run. */
  private boolean plannedInReach;

  private int callsToLive = Integer.MAX_VALUE;
  private int steps;

  AgentLife(Machine machine, TestClock clock, Path journal) throws IOException {
    this(machine, clock, journal, Cluster.BOOT);
  }

  AgentLife(Machine machine, TestClock clock, Path journal, String bootId) throws IOException {
    this.machine = machine;
    this.clock = clock;
    this.journal = journal;
    this.leases = LeaseDatabase.open(journal, LeaseOptions.of(clock));
    leases.addBlock(Cluster.BLOCK);
    this.vswitch = new FakeVswitch(machine, inbox::databaseMoved, this::countCall);
    this.flowSwitch = new FakeFlowSwitch(machine, this::countCall);
    this.endpoints = new FakeEndpoints(machine, () -> plannedInReach && isSwitchInReach());
    this.interfaces = new FakeHostInterfaces(machine);
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
    HostSide host =
        new HostSide(Cluster.CONFIG, bootId, endpoints, interfaces, clock, executor, inbox::tell);
    this.reconciler =
        new Reconciler(
            Cluster.CONFIG,
            leases,
            new RowSide(vswitch, inbox::tell),
            new FlowSide(flowSwitch, inbox::tell),
            host,
            new GatewayProbe(flowSwitch),
            new Requests(Cluster.CONFIG, bootId, clock, cluster),
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
    CompletableFuture<Void> done = new CompletableFuture<>();
    Attachment attachment = Cluster.attachment(number);
    Instant deadline = clock.instant().plusSeconds(30);
    if (!inbox.offer(new Event.Delete(attachment, deadline, done))) {
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

  /** Everything outside answers at once, and the next hop too, until nothing is left to do. */
  void settle() throws IOException {
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
        inbox.gatewayAnswered(Cluster.GATEWAY_MAC);
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
