package org.ovswin.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node has because of one pod: flows, a port of the bridge, a veth, a lease. Looked up while
 * the pod is there; asked again after its DEL, when none of it may be left.
 */
final class PodTraces {
  private static final Pattern PEER_INDEX = Pattern.compile("eth0@if(\\d+):");

  private final LabNode node;
  private final Pod pod;
  private final LeaseView leases;
  private final String port;

  private PodTraces(LabNode node, Pod pod, LeaseView leases, String port) {
    this.node = node;
    this.pod = pod;
    this.leases = leases;
    this.port = port;
  }

  /**
   * Finds the traces of a pod that is attached.
   *
   * @throws Proof.Refuted when one of them is not there even now: its absence would show nothing
   */
  static PodTraces of(Shell shell, LabNode node, Pod pod, LeaseView leases) throws Proof.Refuted {
    PodTraces traces = new PodTraces(node, pod, leases, port(shell, node, pod));
    if (traces.flows().isEmpty() || !traces.hasPort() || !traces.hasLease()) {
      throw new Proof.Refuted(
          "%s before DEL: %d flows, port %s %s, lease %s (expected: all there)"
              .formatted(
                  pod,
                  traces.flows().size(),
                  traces.port,
                  traces.hasPort() ? "there" : "missing",
                  traces.hasLease() ? "there" : "missing"));
    }
    return traces;
  }

  /** The node's end of the pod's veth: the interface that the pod's own names by its index. */
  private static String port(Shell shell, LabNode node, Pod pod) throws Proof.Refuted {
    String link = shell.in(pod.host().netns()).run("ip", "-o", "link", "show", "dev", "eth0");
    Matcher peer = PEER_INDEX.matcher(link);
    if (!peer.find()) {
      throw new Proof.Refuted("%s: %s (expected: a veth)".formatted(pod, link.strip()));
    }
    Pattern named = Pattern.compile("(?m)^" + peer.group(1) + ": ([^@:]+)[@:]");
    Matcher name = named.matcher(node.shell().run("ip", "-o", "link", "show"));
    if (!name.find()) {
      throw new Proof.Refuted(
          "%s: no interface %s on %s (expected: its veth's other end)"
              .formatted(pod, peer.group(1), node.name()));
    }
    return name.group(1);
  }

  int flowCount() {
    return flows().size();
  }

  String port() {
    return port;
  }

  /**
   * @throws Proof.Refuted naming each trace that is still there
   */
  void requireGone() throws Proof.Refuted {
    List<String> left = new ArrayList<>();
    flows().forEach(flow -> left.add("flow " + flow.strip()));
    if (hasPort()) {
      left.add("port " + port);
    }
    if (node.shell().outcome("ip", "link", "show", "dev", port).exitCode() == 0) {
      left.add("interface " + port);
    }
    leases.lease(pod.node(), pod.address()).ifPresent(lease -> left.add("lease " + lease));
    if (!left.isEmpty()) {
      throw new Proof.Refuted("after DEL of %s there is still: %s".formatted(pod, left));
    }
  }

  private List<String> flows() {
    Pattern mention = mention(pod);
    return node.flows().lines().filter(line -> mention.matcher(line).find()).toList();
  }

  /**
   * The pod's address as text or in a hexadecimal number (cookie, register), or its MAC address.
   */
  static Pattern mention(Pod pod) {
    String hex = Integer.toHexString(pod.host().inetAddress().hashCode());
    return Pattern.compile(
        "(?<![0-9.])%s(?![0-9])|0x[0-9a-f]*%s(?![0-9a-f])|%s"
            .formatted(Pattern.quote(pod.address()), hex, pod.mac()));
  }

  private boolean hasPort() {
    return node.vsctl("list-ports", LabNode.BRIDGE).lines().anyMatch(port::equals);
  }

  private boolean hasLease() {
    return leases.lease(pod.node(), pod.address()).isPresent();
  }
}
