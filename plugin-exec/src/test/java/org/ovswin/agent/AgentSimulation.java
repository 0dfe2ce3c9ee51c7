package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ovswin.cni.PortMapping;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.openflow.Flow;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.pipeline.Pipeline;

/**
 * One random course of events. What the agent has promised is checked after every one of them:
 *
 * <ul>
 *   <li>an address is given only when flows, row and endpoint of its old holder are gone, and none
 *       of them is on its way
 *   <li>an ADD is acknowledged when the lease is on disk and packets flow, and nothing that the
 *       agent does takes that away before the DEL
 *   <li>a DEL is acknowledged when the journal on disk says so and nothing can be delivered
 *   <li>when all faults are over, rows, flows and endpoints are those of the held leases, every
 *       caller has his answer, and the agent does next to nothing
 * </ul>
 */
final class AgentSimulation {
  private static final int EVENTS = 250;
  private static final int CONTAINERS = 8;

  /** Twice what is kept when the pool has been found empty again and again. */
  private static final int MOST_FREE = 128;

  private final Random random;
  private final Path directory;
  private final AgentConfig config;
  private final TestClock clock = new TestClock();
  private final Machine machine = new Machine();
  private final Map<Attachment, PodView> acknowledged = new LinkedHashMap<>();
  private final Map<Ipv4Address, String> lastHolder = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();

  /** What was asked last for each container: an earlier call's answer may be overtaken by it. */
  private final Map<Integer, Waiting> latest = new HashMap<>();

  private final Set<Integer> peers = new TreeSet<>();
  private AgentLife agent;
  private int lives;

  /** A caller that has no answer yet. */
  private record Waiting(Verb verb, int container, CompletableFuture<?> done) {}

  private enum Verb {
    ADD,
    DELETE
  }

  /** One change outside or inside the agent. */
  private interface Change {
    void make() throws IOException;
  }

  AgentSimulation(long seed, Path directory) throws IOException {
    this.random = new Random(seed);
    this.directory = directory;
    // Few, so that some pods find one and others do not.
    this.config = seed % 2 == 0 ? Cluster.CONFIG : Cluster.withReadyPorts(2);
    this.agent = new AgentLife(machine, clock, directory.resolve("life0"), Cluster.BOOT, config);
    machine.start();
  }

  void run() throws IOException {
    for (int i = 0; i < EVENTS; i++) {
      event();
      checkAnswers();
    }
    recover();
    checkQuiet();
    for (int container = 0; container < CONTAINERS; container++) {
      delete(container);
    }
    agent.settle(Duration.ofSeconds(8));
    checkAnswers();
    assertThat(waiting).isEmpty();
    assertThat(agent.leases.leases()).isEmpty();
    checkQuiet();
    agent.close();
  }

  private void event() throws IOException {
    switch (random.nextInt(42)) {
      case 0, 1, 2, 3 -> add(random.nextInt(CONTAINERS));
      case 4, 5 -> delete(random.nextInt(CONTAINERS));
      case 6, 7, 8, 9, 10, 11, 12 -> turn();
      case 13, 14, 15, 16 -> hostTask();
      case 17, 18 -> commitRows();
      case 19, 20, 21 -> update();
      case 22, 23 -> machine.work();
      case 24, 25, 26, 27 -> answerFlows();
      case 28 -> peers();
      case 29, 30 -> clock.advance(Duration.ofMillis(random.nextInt(2000)));
      case 31 -> gatewayAnswers();
      case 32 -> fault();
      case 33, 34, 35 -> repair();
      case 36 -> crash();
      case 37 -> agent.dieAfter(1 + random.nextInt(20));
      case 38, 39 -> RandomBlocks.tell(agent, random);
      default -> {
        // A stretch without trouble, so that pods come up and are there for what follows.
        if (random.nextInt(4) == 0) {
          repairAll();
          guarded(() -> agent.settle());
          agent.leases.leases().forEach(this::remember);
        }
      }
    }
  }

  // Callers.

  private void add(int container) {
    // Few host ports, so that they are fought for.
    PortMapping[] mappings =
        container % 2 == 0
            ? new PortMapping[] {Cluster.tcp(8080 + container % 4, 80)}
            : new PortMapping[0];
    Instant deadline = clock.instant().plusMillis(random.nextInt(20_000));
    call(new Waiting(Verb.ADD, container, agent.add(container, deadline, mappings)));
  }

  private void delete(int container) {
    // From now on the pod may go at any moment.
    acknowledged.remove(Cluster.attachment(container));
    call(new Waiting(Verb.DELETE, container, agent.delete(container)));
  }

  private void call(Waiting call) {
    waiting.add(call);
    latest.put(call.container(), call);
  }

  private void checkAnswers() throws IOException {
    for (Waiting call : List.copyOf(waiting)) {
      if (!call.done().isDone()) {
        continue;
      }
      waiting.remove(call);
      if (call.done().isCompletedExceptionally()) {
        assertThat(call.done().exceptionNow())
            .as("%s", call)
            .isInstanceOf(org.ovswin.cni.CniException.class);
        continue;
      }
      switch (call.verb()) {
        case ADD -> checkAdded(call, (PodView) call.done().resultNow());
        case DELETE -> checkDeleted(call);
      }
    }
  }

  private void checkAdded(Waiting call, PodView pod) throws IOException {
    Optional<Lease> durable = onDisk(call.container());
    assertThat(durable.map(AgentSimulation::address))
        .as("on disk: %s", call)
        .contains((Ipv4Address) pod.address());
    boolean lost = machine.lostDevices.contains(pod.hostName());
    assertThat(machine.devices.containsKey(pod.hostName()))
        .as("endpoint: %s", call)
        .isEqualTo(!lost);
    if (!lost && !machine.flowsWereLost()) {
      assertThat(machine.isReachable(pod)).as("reachable: %s", call).isTrue();
    }
    if (Optional.ofNullable(latest.get(call.container())).map(Waiting::verb).orElse(call.verb())
        == Verb.ADD) {
      acknowledged.put(Cluster.attachment(call.container()), pod);
    }
  }

  private void checkDeleted(Waiting call) throws IOException {
    if (!call.equals(latest.get(call.container()))) {
      return;
    }
    Attachment attachment = Cluster.attachment(call.container());
    Optional<Lease> left = onDisk(call.container());
    assertThat(left.map(Lease::phase))
        .as("on disk: %s", call)
        .isNotEqualTo(Optional.of(Lease.Phase.HELD));
    if (machine.devices.containsKey(
        left.map(lease -> PodView.of(lease).hostName()).orElse(PodView.hostName(attachment)))) {
      // What is left of it goes later, and is silent until then.
      assertThat(left).as("on disk: %s", call).isPresent();
      assertThat(machine.hasFlows(PodView.of(left.orElseThrow()))).as("flows: %s", call).isFalse();
    }
  }

  private static int container(Lease lease) {
    return IntStream.range(0, CONTAINERS)
        .filter(number -> lease.attachment().equals(Cluster.attachment(number)))
        .findFirst()
        .orElseThrow();
  }

  private static Ipv4Address address(Lease lease) {
    return (Ipv4Address) lease.addresses().getFirst();
  }

  private Optional<Lease> onDisk(int container) throws IOException {
    return LeaseDatabase.read(agent.journal).leases().stream()
        .filter(lease -> lease.attachment().equals(Cluster.attachment(container)))
        .findFirst();
  }

  // What the agent does, and what it leads to.

  /** Makes a change that is the agent's doing: no acknowledged pod may suffer from it. */
  private void byAgent(Change change) throws IOException {
    List<PodView> reachable = acknowledged.values().stream().filter(machine::isReachable).toList();
    change.make();
    for (PodView pod : reachable) {
      assertThat(machine.isReachable(pod)).as("still reachable: %s", pod).isTrue();
    }
  }

  private void turn() throws IOException {
    List<Lease> before = agent.leases.leases();
    Set<Long> comingBefore = comingFlows();
    AgentLife turned = agent;
    guarded(agent::turn);
    if (turned != agent) {
      return;
    }
    List<Lease> after = agent.leases.leases();
    for (Lease lease : before) {
      if (!isIn(after, lease)) {
        checkGone(lease, comingFlows());
      }
    }
    for (Lease lease : after) {
      if (!isIn(before, lease)) {
        // Also of its old holder there is nothing, whenever that was let go.
        checkGone(lease, comingBefore);
        Optional.ofNullable(lastHolder.get(address(lease))).ifPresent(old -> checkGone(old, lease));
        remember(lease);
      }
    }
  }

  private static boolean isIn(List<Lease> leases, Lease lease) {
    return leases.stream()
        .anyMatch(
            other ->
                other.attachment().equals(lease.attachment())
                    && other.addresses().equals(lease.addresses()));
  }

  /** The agent may be killed in the middle of what it does. */
  private void guarded(Change change) throws IOException {
    try {
      byAgent(change);
    } catch (AgentLife.Killed e) {
      crash();
    }
  }

  /** The cookies of flows on their way to the switch. */
  private Set<Long> comingFlows() {
    return agent.flowSwitch.underWay().stream().map(Flow::cookie).collect(Collectors.toSet());
  }

  /**
   * That nothing is there, or on its way, of the address and of the attachment.
   *
   * @param coming flows on their way; of a pod that has just come, those before it: on a ready port
   *     its own start with it
   */
  private void checkGone(Lease lease, Set<Long> coming) {
    long cookie = Pipeline.podCookie(address(lease));
    assertThat(machine.hasFlows(PodView.of(lease))).as("flows of free %s", lease).isFalse();
    assertThat(coming).as("flows on their way to free %s", lease).doesNotContain(cookie);
    checkGone(PodView.of(lease).hostName(), lease);
  }

  private void checkGone(String device, Lease lease) {
    assertThat(machine.devices).as("free %s", lease).doesNotContainKey(device);
    if (machine.readyDevices.contains(device)) {
      return;
    }
    assertThat(machine.podRows()).as("free %s", lease).doesNotContain(device);
    assertThat(agent.vswitch.underWay())
        .as("free %s", lease)
        .noneMatch(
            change ->
                change instanceof VswitchChange.PutPort put && put.port().name().equals(device));
  }

  private void remember(Lease lease) {
    String device = PodView.of(lease).hostName();
    // It has been found gone, so its earlier address has no holder any more.
    lastHolder.values().remove(device);
    lastHolder.put(address(lease), device);
  }

  private void hostTask() throws IOException {
    if (!agent.tasks.isEmpty()) {
      byAgent(() -> agent.runTask(random.nextInt(agent.tasks.size())));
    }
  }

  private void update() {
    if (agent.vswitch.isUp()) {
      agent.vswitch.update();
    }
  }

  private void answerFlows() throws IOException {
    if (agent.flowSwitch.hasUntold() && random.nextBoolean()) {
      agent.flowSwitch.tell();
    } else if (agent.flowSwitch.hasRequests()) {
      byAgent(() -> agent.flowSwitch.answerLater());
    }
  }

  private void commitRows() throws IOException {
    for (Lease lease : agent.leases.leases()) {
      PodView pod = PodView.of(lease);
      if (agent
          .vswitch
          .underWay()
          .contains(new VswitchChange.DeletePort(Cluster.BRIDGE, pod.hostName()))) {
        // The port's number may soon be another's, with these flows.
        assertThat(machine.hasFlows(pod)).as("flows of %s, whose row goes", lease).isFalse();
        assertThat(agent.flowSwitch.underWay())
            .as("flows on their way to %s, whose row goes", lease)
            .noneMatch(flow -> flow.cookie() == Pipeline.podCookie(pod.address()));
      }
    }
    byAgent(() -> agent.vswitch.commit());
  }

  private void gatewayAnswers() {
    if (!agent.flowSwitch.sent().isEmpty()) {
      agent.inbox.gatewayAnswered(Family.IPV4, Cluster.GATEWAY_MAC);
    }
  }

  // The world outside.

  private void peers() {
    int peer = 2 + random.nextInt(5);
    if (!peers.remove(peer)) {
      peers.add(peer);
    }
    tellPeers();
  }

  private void tellPeers() {
    List<Cluster.Node> nodes = new ArrayList<>();
    peers.forEach(peer -> nodes.add(Cluster.node(peer)));
    // One that has our address, and one that has another's: they are to be left out.
    nodes.add(Cluster.node(90, "10.244.90.0/29", "192.0.2.10"));
    nodes.add(Cluster.node(1, "10.244.2.4/30", "192.0.2.77"));
    agent.nodes(nodes.toArray(Cluster.Node[]::new));
  }

  private void fault() throws IOException {
    switch (random.nextInt(8)) {
      case 0 -> loseDatabase();
      case 1 -> {
        loseSession();
        machine.kill();
      }
      case 2 -> loseSession();
      case 3 -> machine.loseFlows();
      case 4 -> agent.endpoints.failNext(1 + random.nextInt(3));
      case 5 -> machine.loseSandbox(random.nextInt(CONTAINERS));
      case 6 -> {
        if (agent.flowSwitch.hasRequests()) {
          byAgent(() -> agent.flowSwitch.refuse(random));
        }
      }
      default -> agent.vswitch.refuse();
    }
  }

  private void loseDatabase() throws IOException {
    if (agent.vswitch.isUp()) {
      if (random.nextBoolean()) {
        commitRows();
      }
      agent.vswitch.lose();
    }
  }

  private void loseSession() throws IOException {
    if (agent.flowSwitch.isUp()) {
      if (random.nextBoolean()) {
        byAgent(() -> agent.flowSwitch.performPartly(random));
      }
      agent.disconnectFlows("gone");
    }
  }

  private void repair() {
    switch (random.nextInt(4)) {
      case 0 -> machine.start();
      case 1 -> {
        if (!agent.flowSwitch.isUp() && machine.hasBridge()) {
          agent.connectFlows();
        }
      }
      case 2 -> agent.vswitch.update();
      default -> machine.missingSandboxes.remove(Cluster.sandbox(random.nextInt(CONTAINERS)));
    }
  }

  private void repairAll() {
    machine.start();
    machine.missingSandboxes.clear();
    agent.endpoints.failNext(0);
    tellPeers();
  }

  /** Killed, and started again; what was on its way outside may still happen, or not. */
  private void crash() throws IOException {
    if (random.nextBoolean()) {
      commitRows();
    }
    if (random.nextBoolean()) {
      byAgent(() -> agent.flowSwitch.performPartly(random));
    }
    while (!agent.tasks.isEmpty()) {
      if (random.nextBoolean()) {
        byAgent(() -> agent.runTask(0));
      } else {
        agent.tasks.removeFirst();
      }
    }
    // Nobody hears the answers of the dead.
    waiting.clear();
    Path survivor = directory.resolve("life" + ++lives);
    agent.crash(survivor);
    agent = new AgentLife(machine, clock, survivor, Cluster.BOOT, config);
    Set<Attachment> known = new HashSet<>();
    for (Lease lease : agent.leases.leases()) {
      remember(lease);
      if (lease.phase() == Lease.Phase.HELD) {
        known.add(lease.attachment());
      }
    }
    assertThat(known).as("after the crash").containsAll(acknowledged.keySet());
    tellPeers();
  }

  // When all is over.

  private void recover() throws IOException {
    agent.dieAfter(Integer.MAX_VALUE);
    repairAll();
    for (Lease lease : agent.leases.leases()) {
      // As a runtime does with a pod whose namespace is gone.
      if (machine.lostDevices.contains(PodView.of(lease).hostName())) {
        delete(container(lease));
      }
    }
    guarded(() -> agent.settle(Duration.ofSeconds(35)));
    checkAnswers();
    assertThat(waiting).as("callers without an answer").isEmpty();
    assertThat(agent.reconciler.ready()).as("ready").isCompleted();
  }

  private void checkQuiet() throws IOException {
    List<PodView> held = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (Lease lease : agent.leases.leases()) {
      assertThat(lease.phase()).as("%s", lease).isEqualTo(Lease.Phase.HELD);
      held.add(PodView.of(lease));
      names.add(PodView.of(lease).hostName());
    }
    assertThat(machine.devices.keySet()).as("endpoints").isEqualTo(names);
    Set<String> free = new TreeSet<>(machine.readyRows());
    free.removeAll(names);
    assertThat(free.size()).as("free ports: %s", free).isLessThanOrEqualTo(MOST_FREE);
    assertThat(machine.readyDevices).as("devices of ready ports").containsAll(free);
    names.removeAll(machine.readyRows());
    assertThat(machine.podRows()).as("rows").isEqualTo(names);
    assertThat(
            machine.flowsBeyond(
                agent.leases.blocks(),
                held,
                peers.stream()
                    .map(Cluster::node)
                    .map(
                        node ->
                            new org.ovswin.pipeline.NodeState.Peer(
                                node.record().node(),
                                (Ipv4Address) node.record().address(),
                                node.record().mac(),
                                List.of(node.block().block())))
                    .toList(),
                NodeView.Startup.OVER))
        .as("flows")
        .isEmpty();
    int applies = agent.flowSwitch.applies();
    int transactions = agent.vswitch.applies();
    int attachCalls = agent.endpoints.attachCalls();
    agent.settle(Duration.ofSeconds(3));
    assertThat(agent.flowSwitch.applies()).as("bundles when quiet").isEqualTo(applies);
    assertThat(agent.vswitch.applies())
        .as("transactions when quiet")
        .isLessThanOrEqualTo(transactions + 1);
    assertThat(agent.endpoints.attachCalls()).as("attach when quiet").isEqualTo(attachCalls);
  }
}
