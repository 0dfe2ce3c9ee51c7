package org.ovswin.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a node has because of one pod: flows, a port of the bridge, a lease. Looked up while the pod
 * is there; asked again after its DEL, when none of it may be left. A port that was there before
 * the pod stays, and says then that it is nobody's.
 */
final class PodTraces {
  private final LabNode node;
  private final Pod pod;
  private final LeaseView leases;

  private PodTraces(LabNode node, Pod pod, LeaseView leases) {
    this.node = node;
    this.pod = pod;
    this.leases = leases;
  }

  /**
   * Finds the traces of a pod that is attached.
   *
   * @throws Proof.Refuted when one of them is not there even now: its absence would show nothing
   */
  static PodTraces of(LabNode node, Pod pod, LeaseView leases) throws Proof.Refuted {
    PodTraces traces = new PodTraces(node, pod, leases);
    if (traces.flows().isEmpty() || !traces.hasPort() || !traces.hasLease()) {
      throw new Proof.Refuted(
          "%s before DEL: %d flows, port %s %s, lease %s (expected: all there)"
              .formatted(
                  pod,
                  traces.flows().size(),
                  pod.port(),
                  traces.hasPort() ? "there" : "missing",
                  traces.hasLease() ? "there" : "missing"));
    }
    return traces;
  }

  int flowCount() {
    return flows().size();
  }

  /**
   * @throws Proof.Refuted naming each trace that is still there
   */
  void requireGone() throws Proof.Refuted {
    List<String> left = new ArrayList<>();
    flows().forEach(flow -> left.add("flow " + flow.strip()));
    if (isReadyPort()) {
      if (isOfPod()) {
        left.add("pod of port " + pod.port());
      }
    } else {
      if (hasPort()) {
        left.add("port " + pod.port());
      }
      if (node.shell().outcome("ip", "link", "show", "dev", pod.port()).exitCode() == 0) {
        left.add("interface " + pod.port());
      }
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
    return node.vsctl("list-ports", LabNode.BRIDGE).lines().anyMatch(pod.port()::equals);
  }

  /** It was there before the pod. */
  private boolean isReadyPort() {
    return node.vsctl("--if-exists", "get", "Interface", pod.port(), "external_ids")
        .contains("ready-port");
  }

  private boolean isOfPod() {
    return node.vsctl("--if-exists", "get", "Port", pod.port(), "external_ids")
        .contains(pod.containerId());
  }

  private boolean hasLease() {
    return leases.lease(pod.node(), pod.address()).isPresent();
  }
}
