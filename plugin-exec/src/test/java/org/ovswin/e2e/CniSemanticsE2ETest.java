package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.lab.Host;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/**
 * What runtimes rely on (CNI specification 1.1.0, section 2): repeated, late and crossing calls.
 */
class CniSemanticsE2ETest {
  private static final String CONTAINER = "c0ffee";

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  private LabNode node;
  private Cni cni;
  private Path netns;

  @BeforeEach
  void sandbox() {
    node = cluster.node(1);
    cni = Cni.on(node);
    netns = cluster.lab().addSandbox("raw");
  }

  @AfterEach
  void noSandbox() {
    cluster.lab().delSandbox("raw");
    assertThat(cni.delWithoutNetns(CONTAINER).succeeded()).isTrue();
  }

  @Test
  void addTwice_sameResult_nothingMoreIsMade() {
    Cni.Answer first = cni.add(CONTAINER, netns);
    Footprint after = Footprint.of(cluster, "node1");
    Cni.Answer second = cni.add(CONTAINER, netns);
    assertThat(first.succeeded()).as(first.out()).isTrue();
    assertThat(second).isEqualTo(first);
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(after);
  }

  @Test
  void addTwice_anotherSandbox_isRefusedAndNothingChanges() {
    Cni.Answer first = cni.add(CONTAINER, netns);
    Footprint after = Footprint.of(cluster, "node1");
    Path other = cluster.lab().addSandbox("other");
    Cni.Answer second = cni.add(CONTAINER, other);
    cluster.lab().delSandbox("other");
    assertThat(first.succeeded()).as(first.out()).isTrue();
    assertThat(second.code()).as(second.out()).isEqualTo(4);
    assertThat(second.out()).contains("CNI_NETNS", netns.toString());
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(after);
  }

  @Test
  void delTwice_andOfAnUnknownContainer_succeeds() {
    cni.add(CONTAINER, netns);
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    assertThat(cni.del("never-seen", netns).succeeded()).isTrue();
  }

  /** What is left when DEL has answered is in the journal. */
  @Test
  void del_agentIsKilledRightAfterTheAnswer_theRestGoesAfterItsRestart() {
    Footprint before = Footprint.of(cluster, "node1");
    cni.add(CONTAINER, netns);
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    cluster.node(1).restartAgent();
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @Test
  void addAfterDel_ofTheSameSandbox_waitsForItsTeardown() {
    for (int i = 0; i < 5; i++) {
      Cni.Answer added = cni.add(CONTAINER, netns);
      assertThat(added.succeeded()).as(added.out()).isTrue();
      assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    }
    Cni.Answer other = cni.add("another", netns);
    assertThat(other.succeeded()).as(other.out()).isTrue();
    assertThat(cni.del("another", netns).succeeded()).isTrue();
  }

  @Test
  void del_sandboxIsGone_succeedsAndFreesEverything() {
    Footprint before = Footprint.of(cluster, "node1");
    cni.add(CONTAINER, netns);
    cluster.lab().delSandbox("raw");
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @Test
  void check_afterAdd_passes() {
    Cni.Answer added = cni.add(CONTAINER, netns);
    Cni.Answer check = cni.check(CONTAINER, netns, added);
    assertThat(check.succeeded()).as(check.out()).isTrue();
  }

  @Test
  void check_unknownContainer_isToldSo() {
    Cni.Answer added = cni.add(CONTAINER, netns);
    assertThat(cni.check("unknown", netns, added).code()).isEqualTo(3);
  }

  @Test
  void check_anotherNamespaceOrAddressThanAdded_isCode101() {
    Cni.Answer added = cni.add(CONTAINER, netns);
    Path other = cluster.lab().addSandbox("other");
    Cni.Answer elsewhere = cni.check(CONTAINER, other, added);
    cluster.lab().delSandbox("other");
    assertThat(elsewhere.code()).as(elsewhere.out()).isEqualTo(101);
    assertThat(elsewhere.out()).contains("CNI_NETNS", netns.toString());

    Cni.Answer told = new Cni.Answer(0, added.out().replace(added.address(), "10.244.0.250"));
    Cni.Answer wrong = cni.check(CONTAINER, netns, told);
    assertThat(wrong.code()).as(wrong.out()).isEqualTo(101);
    assertThat(wrong.out()).contains("prevResult.ips", added.address());
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage(
            "port",
            "endpoint",
            (test, added) ->
                test.node
                    .shell()
                    .run("ip", "link", "del", added.json().at("/interfaces/0/name").asText())),
        damage("address", "address", (test, added) -> test.inPod("address flush dev eth0")),
        damage("route", "route", (test, added) -> test.inPod("route del default")),
        damage("link", "endpoint", (test, added) -> test.inPod("link del eth0")),
        damage(
            "flow",
            "flow",
            (test, added) -> test.node.ofctl("del-flows", "ip,nw_dst=" + added.address())));
  }

  /** What somebody does to a pod behind the agent's back. */
  interface Damage {
    void to(CniSemanticsE2ETest test, Cni.Answer added);
  }

  private static Arguments damage(String what, String named, Damage damage) {
    return Arguments.argumentSet(what, named, damage);
  }

  private void inPod(String words) {
    node.shell().in(netns).run(("ip " + words).split(" "));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void check_damaged_namesWhatDiffers(String named, Damage damage) {
    Cni.Answer added = cni.add(CONTAINER, netns);
    damage.to(this, added);
    Cni.Answer check = cni.check(CONTAINER, netns, added);
    if (named.equals("endpoint")) {
      // A device that is gone may have been made again by now, or be about to be.
      assertThat(check.succeeded() || check.code() == 101).as(check.out()).isTrue();
      assertThat(check.out()).matches("|.*\"(endpoint|port|flows)\\b.*\\n");
      return;
    }
    assertThat(check.code()).as(check.out()).isEqualTo(101);
    assertThat(check.out()).contains(named);
  }

  @Test
  void portRowDeleted_comesBack_andCheckPassesAgain() {
    Pod pod = cluster.pod(1, "pod");
    Cni.Answer added = cni.add(CONTAINER, netns);
    node.vsctl("del-port", added.json().at("/interfaces/0/name").asText());
    Cluster.eventually()
        .untilAsserted(() -> assertThat(cni.check(CONTAINER, netns, added).out()).isEmpty());
    Cluster.holds(cluster.probes().ping("the port is back", pod.host(), added.address()));
  }

  @RepeatedTest(3)
  void addWhileDel_oneContainer_endsAttachedOrNot() {
    cni.add(CONTAINER, netns);
    CompletableFuture<Cni.Answer> del =
        CompletableFuture.supplyAsync(() -> cni.del(CONTAINER, netns));
    Cni.Answer add = cni.add(CONTAINER, netns);
    assertThat(del.join().succeeded()).isTrue();
    if (add.succeeded()) {
      // Whichever came first: the pod is whole, or gone.
      Cni.Answer check = cni.check(CONTAINER, netns, add);
      assertThat(check.succeeded() || check.code() == 3).as(check.out()).isTrue();
    } else {
      assertThat(add.code()).as(add.out()).isEqualTo(11);
    }
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    Cni.Answer again = cni.add(CONTAINER, netns);
    assertThat(again.succeeded()).as(again.out()).isTrue();
  }

  @RepeatedTest(3)
  void addTwiceAtOnce_oneAttachment_twiceTheSameResult() {
    CompletableFuture<Cni.Answer> other =
        CompletableFuture.supplyAsync(() -> cni.add(CONTAINER, netns));
    Cni.Answer one = cni.add(CONTAINER, netns);
    assertThat(one.succeeded()).as(one.out()).isTrue();
    assertThat(other.join()).isEqualTo(one);
    assertThat(Footprint.of(cluster, "node1").leases()).hasSize(1);
  }

  @Test
  void add_anotherInterfaceOfTheContainer_isAnAttachmentOfItsOwn() {
    Pod pod = cluster.pod(1, "pod");
    Cni second = cni.forInterface("net1");
    Cni.Answer eth0 = cni.add(CONTAINER, netns);
    Cni.Answer net1 = second.add(CONTAINER, netns);
    assertThat(net1.address()).isNotEqualTo(eth0.address());
    assertThat(net1.json().at("/interfaces/1/name").asText()).isEqualTo("net1");
    assertThat(second.add(CONTAINER, netns)).as("again").isEqualTo(net1);
    Cluster.holds(
        cluster.probes().ping("eth0 beside net1", pod.host(), eth0.address()),
        cluster.probes().ping("net1, which answers by itself", pod.host(), net1.address()),
        cluster.probes().ping("net1, from the node", node.host(), net1.address()),
        cluster.probes().transfer("net1", pod.host(), new Host("raw", netns, net1.address())));
    node.shell()
        .in(netns)
        .run("ping", "-c1", "-w5", "-I", net1.address(), cluster.lab().external().address());

    assertThat(second.del(CONTAINER, netns).succeeded()).isTrue();
    assertThat(Footprint.of(cluster, "node1").leases())
        .hasSize(2)
        .noneMatch(lease -> lease.contains(net1.address()));
    Cluster.holds(cluster.probes().ping("eth0 without net1", pod.host(), eth0.address()));
  }

  @Test
  void del_configurationHasChanged_succeedsAndFreesEverything() {
    Footprint before = Footprint.of(cluster, "node1");
    cni.add(CONTAINER, netns, Cni.withHostPort(30080));
    String changed =
        Cni.with(
                "\"ipam\": {\"type\": \"host-local\"},"
                    + " \"runtimeConfig\": {\"portMappings\": 7}, \"prevResult\": \"gone\"")
            .replace("any\"", "any\", \"old\": 1")
            .replace("1.0.0", "0.3.1");
    Cni.Answer del = cni.del(CONTAINER, netns, changed);
    assertThat(del.succeeded()).as(del.out()).isTrue();
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @Test
  void del_withoutNamespace_freesWhatIsOutsideOfIt() {
    Footprint before = Footprint.of(cluster, "node1");
    cni.add(CONTAINER, netns);
    assertThat(cni.delWithoutNetns(CONTAINER).succeeded()).isTrue();
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @Test
  void add_nameIsTakenInTheSandbox_isCode4AndNothingChanges() {
    node.shell().in(netns).run("ip", "link", "add", "eth0", "type", "veth");
    Footprint before = Footprint.of(cluster, "node1");
    Cni.Answer answer = cni.add(CONTAINER, netns);
    assertThat(answer.code()).as(answer.out()).isEqualTo(4);
    assertThat(answer.out()).contains("CNI_IFNAME: eth0");
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  /** Its routes would be the host's. */
  @Test
  void add_namespaceOfTheAgentItself_isCode4AndNothingChanges() {
    Footprint before = Footprint.of(cluster, "node1");
    String routes = node.shell().run("ip", "route");
    for (String own : List.of("/proc/self/ns/net", node.host().netns().toString())) {
      Cni.Answer answer = cni.forInterface("pod0").add(CONTAINER, Path.of(own));
      assertThat(answer.code()).as(answer.out()).isEqualTo(4);
      assertThat(answer.out()).contains("CNI_NETNS: " + own);
    }
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
    assertThat(node.shell().run("ip", "route")).isEqualTo(routes);
  }

  @Test
  void add_agentIsStopped_isCode11InTime_andADelLeavesNothing() {
    Footprint before = Footprint.of(cluster, "node1");
    Cni hasty = cni.within(Duration.ofMillis(500));
    String agent = String.valueOf(node.agentProcess().orElseThrow().pid());
    node.shell().run("kill", "-STOP", agent);
    try {
      Cni.Answer add = hasty.add(CONTAINER, netns);
      assertThat(add.code()).as(add.out()).isEqualTo(11);
      assertThat(add.out()).contains("did not answer within 500 ms");
      assertThat(hasty.del(CONTAINER, netns).code()).isEqualTo(11);
      assertThat(hasty.status().code()).isEqualTo(50);
    } finally {
      node.shell().run("kill", "-CONT", agent);
    }
    // What the agent finds in its socket now is an ADD that nobody waits for any more.
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    Cluster.eventually()
        .untilAsserted(() -> assertThat(Footprint.of(cluster, "node1")).isEqualTo(before));
  }

  @Test
  void addTwentyAtOnce_allDiffer_allTalk() {
    List<Pod> pods = cluster.pods(1, Cluster.names("pod", 20));
    Map<String, Long> holders =
        pods.stream().collect(Collectors.groupingBy(Pod::address, Collectors.counting()));
    assertThat(holders).hasSize(20);
    IntStream.range(0, 20)
        .forEach(
            i ->
                Cluster.holds(
                    cluster
                        .probes()
                        .transfer("ring", pods.get(i).host(), pods.get((i + 1) % 20).host())));
  }
}
