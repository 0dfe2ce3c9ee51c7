package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/**
 * What becomes of pods to whom something happens that nobody tells the agent. A subclass has the
 * cluster, of one node that takes pods back after {@link #GRACE}.
 */
abstract class OddEventsScenarios {
  static final String GRACE = "4s";

  private static final String CONTAINER = "c0ffee";

  /** The test's own. */
  abstract Cluster cluster();

  private LabNode node;
  private Cni cni;

  /** In gateway mode; its ports are up to the subclass. */
  static Cluster ofOneNode() {
    return Cluster.ofNodes(1)
        .gateway()
        .configured(Settings.ipam("{reclaimAfter: %s}".formatted(GRACE)));
  }

  @BeforeEach
  void node() {
    node = cluster().node(1);
    cni = Cni.on(node);
  }

  private List<String> leases() {
    return Footprint.of(cluster(), "node1").leases();
  }

  private void awaitReclaimed(String address) {
    Cluster.eventually()
        .untilAsserted(() -> assertThat(leases()).noneMatch(lease -> lease.contains(address)));
  }

  private List<String> portsOf(String containerId) {
    String id = "external_ids:ovs-win-container-id=" + containerId;
    return Stream.of("Port", "Interface")
        .flatMap(table -> node.vsctl("--columns=name", "--bare", "find", table, id).lines())
        .toList();
  }

  @Test
  void deviceDeleted_checkSaysSo_andItIsMadeAgain() {
    Path netns = cluster().lab().addSandbox("raw");
    Pod other = cluster().pod(1, "other");
    Cni.Answer added = cni.add(CONTAINER, netns);
    String mac = added.json().at("/interfaces/1/mac").asText();
    node.shell().run("ip", "link", "del", added.json().at("/interfaces/0/name").asText());
    Cni.Answer check = cni.check(CONTAINER, netns, added);
    if (!check.succeeded()) {
      assertThat(check.code()).as(check.out()).isEqualTo(101);
    }
    Cluster.eventually()
        .untilAsserted(() -> assertThat(cni.check(CONTAINER, netns, added).out()).isEmpty());
    assertThat(node.shell().in(netns).run("ip", "link", "show", "eth0")).contains(mac);
    Cluster.holds(cluster().probes().ping("made again", other.host(), added.address()));
    assertThat(cni.add(CONTAINER, netns).address()).as("repeated").isEqualTo(added.address());
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    cluster().lab().delSandbox("raw");
  }

  @Test
  void deviceDeletedInThePod_hostPortAndTrafficComeBack() {
    Pod pod = cluster().pod(1, "pod", HostPort.tcp(30080, 8080));
    Pod other = cluster().pod(1, "other");
    node.shell().in(pod.host().netns()).run("ip", "link", "del", "eth0");
    cluster().eventuallyAllTalk(pod, other);
    assertThat(leases()).hasSize(2);
  }

  @Test
  void sandboxDeletedWithoutDel_isReclaimed_andALateDelSucceeds() {
    Pod pod = cluster().pod(1, "pod");
    Path netns = cluster().lab().addSandbox("raw");
    Cni.Answer added = cni.add(CONTAINER, netns, Cni.withHostPort(30081));
    cluster().lab().delSandbox("raw");
    awaitReclaimed(added.address());
    assertThat(node.flows()).doesNotContain(added.address());
    assertThat(node.shell().run("nft", "list", "table", "inet", "ovs-win")).doesNotContain("30081");
    Cluster.eventually().untilAsserted(() -> assertThat(portsOf(CONTAINER)).isEmpty());
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    cluster().allTalk(pod, cluster().pod(1, "new"));
  }

  /** The answer must not be that of before: its interface went with the sandbox. */
  @Test
  void sandboxMadeAnewAtItsPath_addAgainAtOnce_attachesIt() {
    Pod other = cluster().pod(1, "other");
    for (int i = 0; i < 10; i++) {
      Path netns = cluster().lab().addSandbox("raw");
      Cni.Answer added = cni.add(CONTAINER, netns);
      cluster().lab().delSandbox("raw");
      cluster().lab().addSandbox("raw");
      Cni.Answer again = cni.add(CONTAINER, netns);
      assertThat(again.address()).as(again.out()).isEqualTo(added.address());
      Cluster.holds(cluster().probes().ping("made anew", other.host(), added.address()));
      assertThat(cni.check(CONTAINER, netns, again).out()).isEmpty();
      assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
      cluster().lab().delSandbox("raw");
    }
  }

  /** Nothing is at the path any more, but a process lives in the namespace. */
  @Test
  void pathOfARunningPodGone_nothingIsTaken() {
    Path netns = cluster().lab().addSandbox("raw");
    Path second = netns.resolveSibling(netns.getFileName() + "-2");
    Pod other = cluster().pod(1, "other");
    Cni.Answer added = cni.add(CONTAINER, netns);
    node.shell().run("touch", second.toString());
    node.shell().run("mount", "--bind", netns.toString(), second.toString());
    try {
      cluster().lab().delSandbox("raw");
      Cni.Answer check = cni.check(CONTAINER, netns, added);
      assertThat(check.code()).as(check.out()).isEqualTo(101);
      assertThat(check.out()).contains("sandbox " + netns + ": missing");
      // Longer than the grace: a look every second would have taken it back by now.
      node.shell().run("sleep", "8");
      assertThat(leases()).anyMatch(lease -> lease.contains(added.address()));
      Cluster.holds(cluster().probes().ping("it lives", other.host(), added.address()));
    } finally {
      node.shell().run("umount", "-l", second.toString());
      node.shell().run("rm", second.toString());
    }
    awaitReclaimed(added.address());
  }

  /** The machine was rebooted: a journal and rows, and no device and no namespace of before. */
  @Test
  void reboot_oldLeasesAndRowsGo_andAnAddOfTheSameContainerSucceeds() throws Exception {
    Pod gone = cluster().pod(1, "gone");
    Path reused = cluster().lab().addSandbox("reused");
    Path same = cluster().lab().addSandbox("same");
    Cni.Answer old = cni.add("old", reused);
    Cni.Answer before = cni.add(CONTAINER, same);
    node.killAgent();
    node.killOvs();
    for (String name : List.of("gone", "reused", "same")) {
      cluster().lab().delSandbox(name);
    }
    Path directory = AgentConfigFile.read(node.configuration()).leaseDirectory();
    try (LeaseDatabase leases =
        LeaseDatabase.open(directory, LeaseOptions.of(InstantSource.system()))) {
      GcE2ETest.giveToEarlierBoot(leases, new Attachment(gone.containerId(), Pod.IF_NAME));
      GcE2ETest.giveToEarlierBoot(leases, new Attachment("old", Pod.IF_NAME));
      GcE2ETest.giveToEarlierBoot(leases, new Attachment(CONTAINER, Pod.IF_NAME));
      leases.sync();
    }
    // The runtime has begun: one path is another pod's, one that of the same container.
    cluster().lab().addSandbox("reused");
    cluster().lab().addSandbox("same");
    node.startOvs();
    node.startAgent();
    awaitReclaimed(gone.address());
    awaitReclaimed(old.address());
    awaitReclaimed(before.address());
    assertThat(node.shell().in(reused).run("ip", "-o", "link")).doesNotContain("eth0");

    Pod fresh = cluster().pod(1, "fresh");
    Cni.Answer again = cni.add(CONTAINER, same);
    Cni.Answer another = cni.add("another", reused);
    assertThat(List.of(fresh.address(), again.address(), another.address()))
        .doesNotHaveDuplicates();
    Cluster.holds(
        cluster().probes().ping("the same container", fresh.host(), again.address()),
        cluster().probes().ping("at a path of before", fresh.host(), another.address()));
    assertThat(cni.check(CONTAINER, same, again).succeeded()).isTrue();
    for (String container : List.of(CONTAINER, "another", "old")) {
      assertThat(cni.delWithoutNetns(container).succeeded()).isTrue();
    }
    cluster().lab().delSandbox("reused");
    cluster().lab().delSandbox("same");
    cluster().delete(gone);
  }
}
