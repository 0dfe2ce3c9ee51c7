package org.ovswin.e2e.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.e2e.Cluster;
import org.ovswin.e2e.OvsWin;
import org.ovswin.e2e.runtime.Containerd.CriPod;
import org.ovswin.e2e.runtime.cri.Cri;
import org.ovswin.lab.LabNode;

/**
 * Pods of containerd, made as a kubelet makes them, and containers of its command line. After each
 * test its pods are removed, and then the nodes have nothing left of them.
 */
class ContainerdE2ETest {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(2).gateway();

  private static Containerd containerd;
  private static Containerd farContainerd;
  private static LabNode node;

  @BeforeAll
  static void install() throws Exception {
    node = cluster.node(1);
    containerd = Containerd.on(cluster.lab(), node);
    farContainerd = Containerd.on(cluster.lab(), cluster.node(2));
  }

  @AfterAll
  static void uninstall() throws Exception {
    try (Containerd first = containerd) {
      farContainerd.close();
      assertThat(first.cri().version().getRuntimeName()).isEqualTo("containerd");
    }
  }

  @AfterEach
  void nothingLeft() {
    for (Containerd runtime : List.of(containerd, farContainerd)) {
      runtime.removeAll();
    }
  }

  @Test
  void pods_eightAtOnce_talkToEachOtherAndTheWorld() {
    List<CompletableFuture<CriPod>> starting =
        Cluster.names("pod", 8)
            .map(name -> CompletableFuture.supplyAsync(() -> containerd.run(name)))
            .toList();
    List<Container> pods =
        starting.stream().map(CompletableFuture::join).map(CriPod::container).toList();
    assertThat(pods).extracting(Container::address).doesNotHaveDuplicates();
    Talk.all(cluster, node, pods);
    assertThat(leases()).contains("shop/pod1", "shop/pod8");
  }

  @Test
  void hostPorts_leadToThePod() throws Exception {
    Container pod = containerd.run("web", port(Cri.Protocol.TCP, 30080)).container();
    Talk.answers(cluster.lab().external(), node.host(), 30080);
    Talk.reaches(containerd.run("other").container(), pod.address());
  }

  @Test
  void podsOfTwoNodes_talk() {
    Container here = containerd.run("here").container();
    Container there = farContainerd.run("there").container();
    Talk.reaches(here, there.address());
    Talk.reaches(there, here.address());
  }

  @Test
  void annotatedAddress_isThePods() {
    // Which block is this node's, the nodes settle among themselves.
    String address =
        containerd.run("neighbour").container().address().replaceFirst("[0-9]+$", "99");
    CriPod pod = containerd.run("fixed", Map.of("ovs-win.org/ip-addresses", address));
    assertThat(pod.container().address()).isEqualTo(address);
  }

  @Test
  void containerReplaced_podKeepsItsAddress() {
    CriPod pod = containerd.run("kept");
    containerd.cri().removeContainer(pod.containerId());
    CriPod again = containerd.started(pod.id(), pod.config(), 1);
    assertThat(again.container().address()).isEqualTo(pod.container().address());
    Talk.all(cluster, node, List.of(again.container(), containerd.run("other").container()));
  }

  @Test
  void stoppedPod_freesItsAddress() {
    CriPod pod = containerd.run("stopped");
    containerd.cri().stopPodSandbox(pod.id());
    Cluster.eventually()
        .untilAsserted(() -> assertThat(leases()).doesNotContain(pod.container().address()));
    containerd.cri().stopPodSandbox(pod.id());
  }

  @Test
  void containerdKilled_podsGoOnTalking_andAreRemovedAfterwards() throws Exception {
    List<Container> pods =
        Stream.of("a", "b").map(name -> containerd.run(name).container()).toList();
    containerd.restart();
    Talk.all(cluster, node, pods);
    Talk.reaches(containerd.run("c").container(), pods.getFirst().address());
  }

  @Test
  void agentKilled_podsGoOnTalking() {
    List<Container> pods =
        Stream.of("a", "b").map(name -> containerd.run(name).container()).toList();
    node.killAgent();
    Talk.all(cluster, node, pods);
    node.startAgent();
    Talk.all(cluster, node, pods);
    Talk.reaches(containerd.run("c").container(), pods.getFirst().address());
  }

  @Test
  void ctrRun_withCni_reachesAPod() {
    Container pod = containerd.run("pod").container();
    String said =
        containerd.ctrRun(
            "ctr",
            "ping -c 2 -W 5 %1$s && echo hello | nc -w 5 %1$s %2$d"
                .formatted(pod.address(), Talk.ECHO_PORT));
    assertThat(said).contains(" 0% packet loss", "hello");
  }

  private static Cri.PortMapping port(Cri.Protocol protocol, int hostPort) {
    return Cri.PortMapping.newBuilder()
        .setProtocol(protocol)
        .setHostPort(hostPort)
        .setContainerPort(Talk.ECHO_PORT)
        .build();
  }

  private static String leases() {
    return OvsWin.on(node, "ipam", "show", "--leases").out();
  }
}
