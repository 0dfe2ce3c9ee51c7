package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
