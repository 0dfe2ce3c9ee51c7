package org.ovswin.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ovswin.lab.Teardown.Standing;
import org.ovswin.sandbox.linux.Netns;

/**
 * A small cluster out of network namespaces, from {@link #open} to {@link #close}.
 *
 * <p>Whatever ends the process that made it, nothing stays: an exception and Ctrl-C go through
 * {@link #close}; after a {@code kill -9} the kernel ends the lab's processes, and the next {@code
 * open} finds the ledger and does the rest. Only {@link #keep} leaves a lab up.
 *
 * <p>Safe for use by several threads. Several labs may be open at once, also by several processes:
 * the names of all they make start with their ids.
 */
public final class Lab implements AutoCloseable {
  private static final String WAS_KILLED = "its process was killed; took down what it left";

  private final String id;
  private final LabSpec spec;
  private final LabHold hold;
  private final Progress progress;
  private final Shell shell;
  private final Topology topology;
  private final List<LabNode> nodes;
  private final Pods pods;
  private final List<Pod> attached = new CopyOnWriteArrayList<>();
  private State state = State.OPEN;

  private enum State {
    OPEN,
    KEPT,
    CLOSED
  }

  private Lab(LabHold hold, LabSpec spec, Progress progress) {
    this.id = hold.id();
    this.spec = spec;
    this.hold = hold;
    this.progress = progress;
    this.shell = new Shell(id);
    this.topology = new Topology(hold.ledger(), shell, id, spec);
    this.pods = new Pods(hold.ledger(), id);
    this.nodes =
        IntStream.rangeClosed(1, spec.nodes())
            .mapToObj(
                number ->
                    new LabNode(number, topology, hold.directory(), shell, hold.children(), spec))
            .toList();
  }

  /**
   * Takes away what killed labs left, then builds the namespaces and wires of a new one. Nothing
   * runs in it yet: see {@link #startNodes}.
   *
   * @throws LabException when something is missing on this machine or cannot be made; nothing is
   *     left then
   */
  public static Lab open(LabSpec spec, Progress progress) {
    Prerequisites.check();
    recover(spec.base(), progress);
    Lab lab = new Lab(LabHold.take(spec.base(), spec.lifetime()), spec, progress);
    lab.hold.closeOnShutdown(lab);
    try {
      lab.build();
      return lab;
    } catch (RuntimeException | Error e) {
      if (lab.closed()) {
        throw lab.takenDown();
      }
      lab.closeAfter(e);
      throw e;
    }
  }

  private void build() {
    progress.step("lab %s: fabric, external, %d nodes".formatted(id, spec.nodes()));
    nodes.forEach(node -> node.prepare(spec.launcher()));
    topology.build();
  }

  /** Starts Open vSwitch and the agent of every node, all at once, and waits for all. */
  public void startNodes() {
    try {
      Parallel.map(nodes, this::start);
    } catch (RuntimeException e) {
      throw closed() ? takenDown() : e;
    }
  }

  private String start(LabNode node) {
    node.startOvs();
    String ready = node.startAgent();
    progress.step(ready);
    return ready;
  }

  /** Adds a pod to a node whose agent runs. */
  public Pod addPod(String node, String name, HostPort... hostPorts) {
    return addPod(new PodSpec(node, name, List.of(hostPorts)));
  }

  /**
   * As {@link #addPod(String, String, HostPort...)}.
   *
   * @throws LabException with the plugin's error and the ends of the node's logs
   */
  public Pod addPod(PodSpec spec) {
    Pod pod = pods.add(node(spec.node()), spec);
    attached.add(pod);
    return pod;
  }

  /** Adds pods all at once, as a runtime does; the first failure is thrown when all have ended. */
  public List<Pod> addPods(List<PodSpec> specs) {
    return Parallel.map(specs, this::addPod);
  }

  /** Has the plugin detach the pod and deletes its sandbox; may be repeated. */
  public void delPod(Pod pod) {
    pods.delete(node(pod.node()), pod.name(), pod.hostPorts());
    attached.remove(pod);
  }

  /** The pods that {@link #addPod} has added and {@link #delPod} has not deleted, oldest first. */
  public List<Pod> pods() {
    return List.copyOf(attached);
  }

  /**
   * Makes a sandbox that no plugin has seen, for callers that speak CNI themselves.
   *
   * @return the path of its namespace, which the lab takes away
   */
  public Path addSandbox(String name) {
    return pods.createSandbox(name);
  }

  /** Deletes a sandbox that {@link #addSandbox} made; may be repeated. */
  public void delSandbox(String name) {
    pods.deleteSandbox(name);
  }

  /**
   * Has the plugin check the pod.
   *
   * @throws LabException with the difference that it found
   */
  public void checkPod(Pod pod) {
    pods.check(node(pod.node()), pod);
  }

  public String id() {
    return id;
  }

  public List<LabNode> nodes() {
    return nodes;
  }

  /** A node by its name. */
  public LabNode node(String name) {
    return nodes.stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "node: %s (expected: one of %s)"
                        .formatted(name, nodes.stream().map(LabNode::name).toList())));
  }

  /** The host outside the cluster. It knows no route to a pod. */
  public Host external() {
    return new Host("external", topology.netns("external"), Topology.EXTERNAL_ADDRESS);
  }

  /** The same host by its IPv6 address, where the lab has any. */
  public Host externalIpv6() {
    return external().at(Topology.EXTERNAL_IPV6);
  }

  /** The router between nodes and outside world. */
  public Host fabric() {
    return new Host("fabric", topology.netns("fabric"), Topology.GATEWAY);
  }

  /** Holds all files of the lab. Readable by its owner only. */
  public Path directory() {
    return hold.directory();
  }

  /** Questions to put to this lab. */
  public Probes probes() {
    return new Probes(shell);
  }

  /** A shell whose commands run in no namespace of the lab, but are marked as the lab's. */
  Shell shell() {
    return shell;
  }

  /** The ends of all nodes' logs, for the message of a failure. */
  public String logTails() {
    return nodes.stream().map(LabNode::logTails).collect(Collectors.joining());
  }

  /** Commands for a person who wants to look around in the lab, one a line. */
  public List<String> lookAround() {
    List<String> commands = new ArrayList<>();
    commands.add("ip netns list | grep " + id);
    nodes.forEach(node -> commands.addAll(node.lookAround()));
    commands.add("nsenter --net=%s -- ip address".formatted(external().netns()));
    return List.copyOf(commands);
  }

  /**
   * Whether the lab was taken down, perhaps by Ctrl-C while another thread still works on it. Waits
   * while it is being taken down.
   */
  public synchronized boolean closed() {
    return state == State.CLOSED;
  }

  /** Instead of the many errors that work on a lab gives when it is taken down meanwhile. */
  LabException takenDown() {
    return new LabException("lab %s: taken down while it was in use".formatted(id));
  }

  /**
   * Leaves the lab up when this process ends, until {@link #down} takes it down.
   *
   * @throws LabException when its specification says that it ends with its owner
   */
  public synchronized void keep() {
    if (spec.lifetime() != LabSpec.Lifetime.UNTIL_DOWN || state != State.OPEN) {
      throw new LabException(
          "lab %s: %s, %s (expected: UNTIL_DOWN, OPEN)".formatted(id, spec.lifetime(), state));
    }
    hold.ledger().record(new Ledger.Entry.Kept());
    state = State.KEPT;
    hold.release();
  }

  /** Takes everything down that the lab made. Idempotent; nothing after {@link #keep}. */
  @Override
  public synchronized void close() {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSED;
    hold.takeDown();
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** The labs under this directory that somebody left up or that are in use. */
  public static List<String> list(Path base) {
    LabDirectory labs = new LabDirectory(base);
    return labs.locked(labs::ids);
  }

  /**
   * What is there of a lab under this directory: its namespaces, processes and files. Empty after
   * {@link #close}.
   */
  public static List<String> leftovers(Path base, String id) {
    List<String> left = new ArrayList<>();
    try {
      LabDirectory labs = new LabDirectory(base);
      Netns.names().stream()
          .filter(name -> name.startsWith(id + "-"))
          .forEach(name -> left.add("namespace " + name));
      Teardown.marked(id).forEach(process -> left.add("process " + process.pid()));
      if (Files.exists(labs.of(id))) {
        left.add("directory " + labs.of(id));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(left);
  }

  /**
   * Takes down a lab that was kept, or whose process was killed.
   *
   * @throws LabException when there is no such lab, or its process still runs
   */
  public static void down(Path base, String id) {
    LabDirectory labs = new LabDirectory(base);
    labs.<Boolean>locked(
        () -> {
          if (!labs.ids().contains(id)) {
            throw new LabException("lab: %s (expected: one of %s)".formatted(id, labs.ids()));
          }
          if (standing(labs, id) instanceof Standing.InUse(ProcessId owner)) {
            throw new LabException(
                "lab %s: its process %d runs (expected: ended)".formatted(id, owner.pid()));
          }
          Teardown.undo(id, labs.of(id));
          return true;
        });
  }

  /**
   * Takes down all labs that were kept or whose process was killed, and tells each in one line.
   * Those in use stay, which is told too.
   *
   * @return the ids of the labs that were taken down
   */
  public static List<String> downAll(Path base, Progress progress) {
    return takeDown(
        base,
        progress,
        (id, standing) ->
            switch (standing) {
              case Standing.InUse(ProcessId owner) -> {
                progress.step("lab %s: stays, its process %d runs".formatted(id, owner.pid()));
                yield Optional.empty();
              }
              case Standing.KeptUp _ -> Optional.of("taken down");
              case Standing.Abandoned _ -> Optional.of(WAS_KILLED);
            });
  }

  /**
   * Takes down the labs whose process was killed, and tells each in one line. Kept labs and those
   * in use stay.
   *
   * @return the ids of the labs that were taken down
   */
  public static List<String> recover(Path base, Progress progress) {
    return takeDown(
        base,
        progress,
        (id, standing) ->
            standing instanceof Standing.Abandoned ? Optional.of(WAS_KILLED) : Optional.empty());
  }

  /** Says of a lab what to tell when it is taken down; empty when it stays. */
  private interface Verdict {
    Optional<String> of(String id, Standing standing);
  }

  /** A lab that will not go is told, and is in nobody's way: its names are its own. */
  private static List<String> takeDown(Path base, Progress progress, Verdict verdict) {
    LabDirectory labs = new LabDirectory(base);
    return labs.locked(
        () -> {
          List<String> taken = new ArrayList<>();
          for (String id : labs.ids()) {
            Optional<String> told = verdict.of(id, standing(labs, id));
            if (told.isEmpty()) {
              continue;
            }
            try {
              Teardown.undo(id, labs.of(id));
              taken.add(id);
              progress.step("lab %s: %s".formatted(id, told.get()));
            } catch (RuntimeException e) {
              progress.step("lab %s: cannot be taken down: %s".formatted(id, e.getMessage()));
            }
          }
          return List.copyOf(taken);
        });
  }

  private static Standing standing(LabDirectory labs, String id) throws IOException {
    return Teardown.standing(Ledger.read(labs.of(id)));
  }
}
