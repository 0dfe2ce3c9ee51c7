package org.ovswin.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;

/**
 * The demonstration: pods on every node, then what they can and cannot do, each as one {@link
 * Proof}. Prints nothing; the listener is told each proof as soon as it is there.
 */
public final class DemoRun {
  private static final int FIRST_HOST_PORT = 30_080;
  private static final int WEB_PORT = 8080;
  private static final int UDP_PORT = 5353;

  private final Lab lab;
  private final LeaseView leases;
  private final Listener listener;
  private final Probes probes;
  private final List<Proof> proofs = new ArrayList<>();

  /** Told each proof, in order, by one thread. */
  @FunctionalInterface
  public interface Listener {
    void proved(Proof proof);
  }

  private DemoRun(Lab lab, LeaseView leases, Listener listener) {
    this.lab = lab;
    this.leases = leases;
    this.listener = listener;
    this.probes = lab.probes();
  }

  /**
   * Adds pods to a lab whose nodes are started, and proves.
   *
   * @param podsPerNode at least 2: one cannot talk to itself
   * @return all proofs, in order; only the first when the pods could not be added
   */
  public static List<Proof> run(Lab lab, int podsPerNode, LeaseView leases, Listener listener) {
    if (podsPerNode < 2) {
      throw new IllegalArgumentException("pods: %d (expected: at least 2)".formatted(podsPerNode));
    }
    return new DemoRun(lab, leases, listener).prove(podsPerNode);
  }

  private List<Proof> prove(int podsPerNode) {
    List<Pod> pods = new ArrayList<>();
    tell(
        Proof.of(
            "attach %d pods to each of %d nodes".formatted(podsPerNode, lab.nodes().size()),
            () -> {
              pods.addAll(lab.addPods(podSpecs(podsPerNode)));
              return pods.stream().map(Pod::toString).collect(Collectors.joining(", "));
            }));
    if (!pods.isEmpty()) {
      pings(pods);
      world(pods);
      hostPorts(pods);
      transfers(pods);
      forgeries(pods);
      tell(deletion(pods));
    }
    return List.copyOf(proofs);
  }

  /** The first pod of every node has ports on its node. */
  private List<PodSpec> podSpecs(int podsPerNode) {
    List<PodSpec> specs = new ArrayList<>();
    for (LabNode node : lab.nodes()) {
      for (int i = 1; i <= podsPerNode; i++) {
        List<HostPort> hostPorts =
            i == 1
                ? List.of(
                    HostPort.tcp(FIRST_HOST_PORT, WEB_PORT),
                    HostPort.udp(FIRST_HOST_PORT, UDP_PORT))
                : List.of();
        specs.add(new PodSpec(node.name(), node.name() + "-pod" + i, hostPorts));
      }
    }
    return specs;
  }

  private void pings(List<Pod> pods) {
    for (LabNode node : lab.nodes()) {
      List<Pod> own = of(node, pods);
      own.stream()
          .gather(Gatherers.windowSliding(2))
          .forEach(
              pair ->
                  tell(
                      probes.ping(
                          "pod to pod on " + node.name(),
                          pair.getFirst().host(),
                          pair.getLast().address())));
    }
    for (Pair pair : nodePairs(pods)) {
      tell(probes.ping("pod to pod " + pair.title(), pair.a().host(), pair.b().address()));
    }
  }

  private void world(List<Pod> pods) {
    for (LabNode node : lab.nodes()) {
      Pod pod = of(node, pods).getLast();
      Host world = lab.external();
      tell(
          probes.ping("pod of %s to external".formatted(node.name()), pod.host(), world.address()));
      tell(
          probes.seenAs(
              "external sees the address of " + node.name(), pod.host(), world, node.address()));
    }
  }

  private void hostPorts(List<Pod> pods) {
    for (Pod pod : pods) {
      Host node = lab.node(pod.node()).host();
      for (HostPort port : pod.hostPorts()) {
        String name = "external to a pod by %s port of %s".formatted(port.protocol(), pod.node());
        tell(
            switch (port.protocol()) {
              case TCP -> probes.hostPortTcp(name, lab.external(), node, port, pod.host());
              case UDP -> probes.hostPortUdp(name, lab.external(), node, port, pod.host());
            });
      }
    }
  }

  private void transfers(List<Pod> pods) {
    List<Pair> pairs = new ArrayList<>();
    for (LabNode node : lab.nodes()) {
      List<Pod> own = of(node, pods);
      pairs.add(new Pair("on " + node.name(), own.getFirst(), own.getLast()));
    }
    pairs.addAll(nodePairs(pods));
    for (Pair pair : pairs) {
      tell(probes.udp("UDP " + pair.title(), pair.a().host(), pair.b().host()));
      tell(probes.transfer("TCP 1 MB " + pair.title(), pair.a().host(), pair.b().host()));
    }
  }

  /** One pod of the first node lies to a neighbour and to a pod of the last node. */
  private void forgeries(List<Pod> pods) {
    List<Pod> first = of(lab.nodes().getFirst(), pods);
    Pod liar = first.getFirst();
    forgeries(liar, first.getLast(), pods);
    if (lab.nodes().size() > 1) {
      forgeries(liar, of(lab.nodes().getLast(), pods).getFirst(), pods);
    }
  }

  private void forgeries(Pod liar, Pod victim, List<Pod> pods) {
    Optional<Pod> third =
        pods.stream().filter(pod -> !pod.equals(liar) && !pod.equals(victim)).findFirst();
    // With two pods in all there is no third to impersonate: then it is the world.
    probes
        .forgeries(
            liar.host(),
            victim.host(),
            third.map(Pod::address).orElse(lab.external().address()),
            third.map(Pod::mac).orElse(Topology.EXTERNAL_MAC),
            liar.gateway())
        .forEach(this::tell);
  }

  private Proof deletion(List<Pod> pods) {
    Pod gone = of(lab.nodes().getLast(), pods).getLast();
    List<Pod> witnesses =
        List.of(of(lab.nodes().getLast(), pods).getFirst(), pods.getFirst()).stream()
            .distinct()
            .toList();
    return Proof.of(
        "DEL of %s leaves nothing".formatted(gone.name()),
        () -> {
          PodTraces traces = PodTraces.of(lab.node(gone.node()), gone, leases);
          int flows = traces.flowCount();
          lab.delPod(gone);
          for (Proof silence :
              Parallel.map(witnesses, pod -> probes.silent("", pod.host(), gone.address()))) {
            if (!silence.passed()) {
              throw new Proof.Refuted(silence.detail());
            }
          }
          traces.requireGone();
          return "%s answers no more; its %d flows, port %s and lease are gone"
              .formatted(gone, flows, gone.port());
        });
  }

  /** Two pods and what lies between them. */
  private record Pair(String title, Pod a, Pod b) {}

  /** For each two nodes, a pod of each. */
  private List<Pair> nodePairs(List<Pod> pods) {
    List<Pair> pairs = new ArrayList<>();
    List<LabNode> nodes = lab.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = i + 1; j < nodes.size(); j++) {
        LabNode a = nodes.get(i);
        LabNode b = nodes.get(j);
        pairs.add(
            new Pair(
                "from %s to %s".formatted(a.name(), b.name()),
                of(a, pods).getFirst(),
                of(b, pods).getLast()));
      }
    }
    return pairs;
  }

  private static List<Pod> of(LabNode node, List<Pod> pods) {
    return pods.stream().filter(pod -> Objects.equals(pod.node(), node.name())).toList();
  }

  /** Not what comes of a lab that Ctrl-C takes down meanwhile: that shows nothing. */
  private void tell(Proof proof) {
    if (lab.closed()) {
      throw lab.takenDown();
    }
    proofs.add(proof);
    listener.proved(proof);
  }
}
