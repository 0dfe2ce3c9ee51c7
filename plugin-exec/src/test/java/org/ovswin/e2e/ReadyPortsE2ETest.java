package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** Pods on ports that waited for them ({@code openvswitch.readyPorts}), and the pods after them. */
class ReadyPortsE2ETest {
  private static final int READY = 4;

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1).gateway().readyPorts(READY);

  private final LabNode node = cluster.node(1);
  private final Cni cni = Cni.on(node);

  @BeforeEach
  void portsAreReady() {
    Cluster.eventually()
        .untilAsserted(() -> assertThat(numbered()).hasSizeGreaterThanOrEqualTo(READY));
  }

  /** The ready ports that the switch has. */
  private Set<String> numbered() {
    return node.vsctl("--bare", "--columns=name", "find", "Interface", "ofport>0")
        .lines()
        .filter(name -> name.startsWith("owr-"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String hostEnd(Cni.Answer added) {
    return added.json().at("/interfaces/0/name").asText();
  }

  @Test
  void morePodsThanPorts_talk_andTheNextOnesHaveTheirPorts() {
    List<Pod> first = cluster.pods(1, Cluster.names("first", READY + 2));
    cluster.allTalk(first.toArray(Pod[]::new));
    first.forEach(cluster::delete);
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080), HostPort.udp(30080, 5353));
    Pod b = cluster.pod(1, "b");
    cluster.allTalk(a, b);
  }

  @Test
  void add_check_del_portStaysAndSaysWhoseItIs() {
    Path netns = cluster.lab().addSandbox("raw");
    Cni.Answer added = cni.add("c0ffee", netns);
    String port = hostEnd(added);
    assertThat(port).startsWith("owr-");
    assertThat(cni.check("c0ffee", netns, added).out()).isEmpty();
    assertThat(cni.add("c0ffee", netns).out()).as("repeated").isEqualTo(added.out());
    Cluster.eventually()
        .untilAsserted(
            () -> assertThat(node.vsctl("get", "Port", port, "external_ids")).contains("c0ffee"));
    assertThat(cni.del("c0ffee", netns).succeeded()).isTrue();
    assertThat(cni.del("c0ffee", netns).succeeded()).as("repeated").isTrue();
    Cluster.eventually()
        .untilAsserted(
            () ->
                assertThat(node.vsctl("get", "Port", port, "external_ids").strip())
                    .isEqualTo("{}"));
    assertThat(numbered()).contains(port);
    cluster.lab().delSandbox("raw");
  }

  /** As runtimes do: the namespace goes as soon as DEL has answered, and the next pod comes. */
  @Test
  void churn_everyPodsFirstPacketPasses() {
    Pod peer = cluster.pod(1, "peer");
    for (int i = 0; i < 3 * READY; i++) {
      Pod pod = cluster.pod(1, "churn" + i);
      Cluster.holds(cluster.probes().ping("first packet", pod.host(), peer.address()));
      cluster.delete(pod);
    }
  }

  @Test
  void agentAndSwitchKilled_podsKeepTheirPorts() {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(1, "b");
    cluster.node(1).killAgent();
    Cluster.holds(cluster.probes().ping("without an agent", a.host(), b.address()));
    cluster.node(1).killVswitchd();
    cluster.node(1).startOvs();
    cluster.node(1).startAgent();
    cluster.eventuallyAllTalk(a, b);
    cluster.allTalk(a, b, cluster.pod(1, "c"));
  }

  @Test
  void portDeleted_isMadeAgainWithItsPod() {
    Path netns = cluster.lab().addSandbox("raw");
    Pod other = cluster.pod(1, "other");
    Cni.Answer added = cni.add("c0ffee", netns);
    node.shell().run("ip", "link", "del", hostEnd(added));
    Cluster.eventually()
        .untilAsserted(() -> assertThat(cni.check("c0ffee", netns, added).out()).isEmpty());
    Cluster.holds(cluster.probes().ping("made again", other.host(), added.address()));
    assertThat(cni.del("c0ffee", netns).succeeded()).isTrue();
    cluster.lab().delSandbox("raw");
  }
}
