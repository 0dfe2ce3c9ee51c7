package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.LabSpec;
import org.ovswin.lab.Pod;
import org.ovswin.lab.PodSpec;
import org.ovswin.lab.Probes;
import org.ovswin.lab.Progress;
import org.ovswin.lab.Proof;

/**
 * A cluster to test: a lab with Open vSwitch and agents, opened for each test, or once for the
 * class where the field is static.
 *
 * <p>After every test its pods are deleted, and then no node may have a lease, port, veth or flow
 * that it did not start with; after the lab is closed, nothing on the machine may carry its name.
 */
public final class Cluster
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  /** How long anything may take that is to happen by itself. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What the build compiled. */
  public static final Path LAUNCHER =
      Path.of(System.getProperty("basedir", "."), "target/dist/bin/ovs-win-cni").toAbsolutePath();

  private static final Path LABS = Path.of("/run/ovs-win-lab");

  private final int nodes;
  private UnaryOperator<String> configuration = UnaryOperator.identity();
  private Start start = Start.ALL;
  private Scope scope = Scope.TEST;
  private Optional<Lab> lab = Optional.empty();
  private List<Footprint> empty = List.of();

  private enum Scope {
    TEST,
    CLASS
  }

  private enum Start {
    ALL,
    NONE
  }

  private LabSpec.Exit exit = LabSpec.Exit.UPLINK;
  private LabSpec.Wires wires = LabSpec.Wires.OF_EXIT;
  private OptionalInt readyPorts = OptionalInt.empty();

  private Cluster(int nodes) {
    this.nodes = nodes;
  }

  public static Cluster ofNodes(int nodes) {
    return new Cluster(nodes);
  }

  /** With another text in every agent's configuration file. */
  public Cluster configured(UnaryOperator<String> edit) {
    configuration = edit;
    return this;
  }

  /** With so many ports on each node that wait for pods; with 0 each pod brings its own. */
  public Cluster readyPorts(int wanted) {
    readyPorts = OptionalInt.of(wanted);
    return this;
  }

  /** All nodes in gateway mode. */
  public Cluster gateway() {
    exit = LabSpec.Exit.GATEWAY;
    return this;
  }

  /** The nodes and the world have IPv6 addresses, in whatever mode. */
  public Cluster dualWires() {
    wires = LabSpec.Wires.DUAL;
    return this;
  }

  /** Nothing runs yet: the test starts the nodes. */
  Cluster notStarted() {
    start = Start.NONE;
    return this;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    scope = Scope.CLASS;
    open();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (scope == Scope.TEST) {
      open();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      if (context.getExecutionException().isEmpty()) {
        lab().pods().forEach(this::delete);
        requireNothingOfPods();
      }
    } finally {
      context.getExecutionException().ifPresent(this::explain);
      if (scope == Scope.TEST) {
        close();
      } else {
        lab().pods().forEach(this::delete);
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (scope == Scope.CLASS) {
      close();
    }
  }

  private void open() {
    assertThat(LAUNCHER).as("compiled by the build from src/main/c").isExecutable();
    LabSpec spec = LabSpec.of(nodes, LAUNCHER).withBase(LABS).withExit(exit).withWires(wires);
    Lab opened =
        Lab.open(
            readyPorts.isPresent() ? spec.withReadyPorts(readyPorts.getAsInt()) : spec,
            Progress.silent());
    lab = Optional.of(opened);
    try {
      for (LabNode node : opened.nodes()) {
        edit(node, configuration);
      }
      if (start == Start.ALL) {
        opened.startNodes();
        opened.nodes().forEach(this::awaitReadyPorts);
        rememberEmpty(opened.nodes().toArray(LabNode[]::new));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** So that the first pods do not bring their own: which of both they do is no accident. */
  private void awaitReadyPorts(LabNode node) {
    if (readyPorts.orElse(16) > 0) {
      eventually()
          .untilAsserted(
              () ->
                  assertThat(
                          node.vsctl("--bare", "--columns=name", "find", "Interface", "ofport>0"))
                      .as("ports of %s, needs the kernel's macvlan", node.name())
                      .contains("owr-"));
    }
  }

  /** From now on this is how these nodes have to look when their pods are deleted. */
  void rememberEmpty(LabNode... started) {
    empty = Stream.of(started).map(node -> Footprint.of(this, node.name())).toList();
  }

  private void close() {
    String id = lab().id();
    lab().close();
    assertThat(Lab.leftovers(LABS, id)).as("left behind by lab " + id).isEmpty();
  }

  private void requireNothingOfPods() {
    eventually()
        .untilAsserted(
            () -> {
              for (Footprint before : empty) {
                Footprint now = Footprint.of(this, before.node());
                assertThat(now.leases())
                    .as("leases of %s", before.node())
                    .isEqualTo(before.leases());
                assertThat(now.ports()).as("ports of %s", before.node()).isEqualTo(before.ports());
                assertThat(now.veths()).as("veths of %s", before.node()).isEqualTo(before.veths());
                assertThat(now.flows().size())
                    .as("flows of %s: %s", before.node(), now.flows())
                    .isEqualTo(before.flows().size());
              }
            });
  }

  /** The nodes' logs go with the failure: the lab that has them is gone when it is read. */
  private void explain(Throwable failure) {
    try {
      failure.addSuppressed(new LabException(lab().logTails()));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  public Lab lab() {
    return lab.orElseThrow(() -> new IllegalStateException("no lab (expected: inside a test)"));
  }

  public LabNode node(int number) {
    return lab().node("node" + number);
  }

  public Probes probes() {
    return lab().probes();
  }

  /** Rewrites a node's configuration file. */
  void edit(LabNode node, UnaryOperator<String> edit) {
    try {
      Files.writeString(node.configuration(), edit.apply(Files.readString(node.configuration())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Pod pod(int node, String name, HostPort... hostPorts) {
    return lab().addPod("node" + node, name, hostPorts);
  }

  /** Pods of these names on one node, added all at once. */
  List<Pod> pods(int node, Stream<String> names) {
    return lab().addPods(names.map(name -> new PodSpec("node" + node, name, List.of())).toList());
  }

  void delete(Pod pod) {
    lab().delPod(pod);
  }

  /** For what comes by itself, if not at once. */
  public static ConditionFactory eventually() {
    return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100));
  }

  /** The proofs pass now. */
  public static void holds(Proof... proofs) {
    assertThat(proofs)
        .allSatisfy(proof -> assertThat(proof.passed()).as(proof.toString()).isTrue());
  }

  /**
   * The pods talk TCP to each other in a ring, and TCP and UDP to the world, which sees their
   * node's address; their host ports lead to them.
   */
  void allTalk(Pod... pods) {
    holds(conversations(pods).toArray(Proof[]::new));
  }

  /** As {@link #allTalk}, perhaps not yet. */
  void eventuallyAllTalk(Pod... pods) {
    eventually().untilAsserted(() -> allTalk(pods));
  }

  private List<Proof> conversations(Pod... pods) {
    List<Proof> proofs = new ArrayList<>();
    for (int i = 0; i < pods.length; i++) {
      Pod a = pods[i];
      Pod b = pods[(i + 1) % pods.length];
      if (!a.equals(b)) {
        proofs.add(probes().transfer("TCP between pods", a.host(), b.host()));
      }
      String node = lab().node(a.node()).address();
      proofs.add(probes().seenAs("TCP and UDP to the world", a.host(), lab().external(), node));
      proofs.addAll(hostPorts(a));
    }
    return proofs;
  }

  private List<Proof> hostPorts(Pod pod) {
    LabNode node = lab().node(pod.node());
    return pod.hostPorts().stream()
        .map(
            port ->
                switch (port.protocol()) {
                  case TCP ->
                      probes()
                          .hostPortTcp(
                              "TCP host port", lab().external(), node.host(), port, pod.host());
                  case UDP ->
                      probes()
                          .hostPortUdp(
                              "UDP host port", lab().external(), node.host(), port, pod.host());
                })
        .toList();
  }

  /** Names with a number behind. */
  public static Stream<String> names(String stem, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> stem + i);
  }
}
