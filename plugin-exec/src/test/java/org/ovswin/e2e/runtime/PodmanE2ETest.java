package org.ovswin.e2e.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.e2e.Cluster;
import org.ovswin.e2e.OvsWin;
import org.ovswin.lab.LabNode;

/**
 * Containers of podman in our network. After each test its containers are removed, and then neither
 * podman nor the node has anything left of them.
 */
class PodmanE2ETest {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  private static Podman podman;
  private static LabNode node;

  @BeforeAll
  static void install() throws Exception {
    node = cluster.node(1);
    podman = Podman.on(cluster.lab(), node);
  }

  @AfterAll
  static void uninstall() throws Exception {
    podman.close();
  }

  @AfterEach
  void nothingLeft() throws Exception {
    podman.removeAll();
  }

  @Test
  void containers_severalAtOnce_talkToEachOtherAndTheWorld() {
    List<CompletableFuture<Container>> starting =
        Cluster.names("c", 4)
            .map(name -> CompletableFuture.supplyAsync(() -> podman.start(name)))
            .toList();
    List<Container> containers = starting.stream().map(CompletableFuture::join).toList();
    assertThat(containers).extracting(Container::address).doesNotHaveDuplicates();
    Talk.all(cluster, node, containers);
  }

  @Test
  void hostPort_leadsToTheContainer() throws Exception {
    podman.start("web", "-p", "30080:8080");
    Talk.answers(cluster.lab().external(), node.host(), 30080);
  }

  @Test
  void pod_containersShareOneAddress() throws Exception {
    Container other = podman.start("other");
    podman.pod("pod", "-p", "30081:8080");
    Container first = podman.start("first", "--pod", "pod");
    Container second = podman.start("second", List.of("sleep", "1000"), "--pod", "pod");
    assertThat(second.exec("ip", "address").out())
        .contains("eth0")
        .isEqualTo(first.exec("ip", "address").out());
    Talk.reaches(second, other.address());
    Talk.answers(cluster.lab().external(), node.host(), 30081);
  }

  @Test
  void stoppedContainer_freesItsAddress_andStartsAgain() {
    Container other = podman.start("other");
    Container before = podman.start("restarted");
    podman.run("stop", "-t", "0", "restarted");
    Cluster.eventually()
        .untilAsserted(
            () -> assertThat(leases()).contains(other.address()).doesNotContain(before.address()));
    podman.run("start", "restarted");
    Talk.all(cluster, node, List.of(podman.container("restarted"), other));
    podman.run("restart", "-t", "0", "restarted");
    Talk.all(cluster, node, List.of(podman.container("restarted"), other));
  }

  @Test
  void containerThatEndsByItself_freesItsAddress() {
    Container ended = podman.start("ended", List.of("sleep", "2"));
    Cluster.eventually().untilAsserted(() -> assertThat(leases()).doesNotContain(ended.address()));
  }

  @Test
  void agentKilled_containersGoOnTalking() {
    List<Container> containers = List.of(podman.start("a"), podman.start("b"));
    node.killAgent();
    Talk.all(cluster, node, containers);
    node.startAgent();
    Talk.all(cluster, node, containers);
  }

  @Test
  void requestedAddress_isTheContainers() {
    Container fixed = podman.start("fixed", "--ip", "10.244.0.77");
    assertThat(fixed.address()).isEqualTo("10.244.0.77");
    Talk.all(cluster, node, List.of(fixed, podman.start("other")));
  }

  @Test
  void twoNetworks_twoInterfacesWithAddresses() throws Exception {
    podman.network("second");
    Container other = podman.start("other");
    Container both = podman.start("both", "--network", "ovs-win,second", "-p", "30080:8080");
    Talk.reaches(both, other.address());
    Talk.reaches(other, addressOf(both, "eth0"));
    Talk.reaches(other, addressOf(both, "eth1"));
    Talk.answers(cluster.lab().external(), node.host(), 30080);
    assertThat(addressOf(both, "eth1")).isNotEqualTo(addressOf(both, "eth0"));
  }

  private static String addressOf(Container container, String ifName) {
    Matcher matcher =
        Pattern.compile("inet ([0-9.]+)/")
            .matcher(container.exec("ip", "-4", "-o", "address", "show", ifName).out());
    assertThat(matcher.find()).as("%s has an address", ifName).isTrue();
    return matcher.group(1);
  }

  private static String leases() {
    return OvsWin.on(node, "ipam", "show", "--leases").out();
  }
}
