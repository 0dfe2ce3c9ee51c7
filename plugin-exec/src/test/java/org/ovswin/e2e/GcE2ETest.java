package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.lease.Allocation;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.LeaseRequest;
import org.ovswin.ipam.lease.Stickiness;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** Leases whose pods went without a DEL: who finds them, and who may take them back. */
class GcE2ETest {
  @RegisterExtension final Cluster cluster = Cluster.ofNodes(1).readyPorts(4);

  private List<String> leases() {
    return Footprint.of(cluster, "node1").leases();
  }

  private void awaitGone(String address) {
    Cluster.eventually()
        .untilAsserted(() -> assertThat(leases()).noneMatch(lease -> lease.contains(address)));
  }

  /**
   * The machine was rebooted: no sandbox of before is there, but the runtime may make one again.
   */
  @Test
  void leasesOfAnEarlierBoot_areReclaimedAtStart_unlessTheirSandboxIsThere() throws Exception {
    LabNode node = cluster.node(1);
    Pod gone = cluster.pod(1, "gone");
    Pod kept = cluster.pod(1, "kept");
    node.stopAgent();
    cluster.lab().delSandbox("gone");
    Path directory = AgentConfigFile.read(node.configuration()).leaseDirectory();
    try (LeaseDatabase leases =
        LeaseDatabase.open(directory, LeaseOptions.of(InstantSource.system()))) {
      for (Pod pod : List.of(gone, kept)) {
        giveToEarlierBoot(leases, new Attachment(pod.containerId(), Pod.IF_NAME));
      }
      leases.sync();
    }
    node.startAgent();
    awaitGone(gone.address());
    assertThat(leases()).anyMatch(lease -> lease.contains(kept.address()));
    cluster.allTalk(kept, cluster.pod(1, "new"));
    cluster.delete(gone);
  }

  /** The same lease, as a machine has it that was rebooted since. */
  static void giveToEarlierBoot(LeaseDatabase leases, Attachment attachment) {
    Lease lease = leases.lease(attachment).orElseThrow();
    leases.withdraw(attachment);
    leases.release(attachment);
    Allocation again =
        leases.allocate(
            new LeaseRequest(
                attachment,
                lease.network(),
                lease.podNamespace(),
                lease.podName(),
                "2e4b9c1a-0000-4000-8000-000000000001",
                lease.intent(),
                Set.of(Family.IPV4),
                lease.addresses(),
                Stickiness.NONE));
    assertThat(again).isInstanceOf(Allocation.Allocated.class);
  }

  /** The runtime may still send a DEL for it: nothing but an order takes such a lease back. */
  @Test
  void ipamGc_listsFirst_andTakesBackWhenTold() {
    LabNode node = cluster.node(1);
    Pod alive = cluster.pod(1, "alive");
    Pod gone = cluster.pod(1, "gone");
    assertThat(OvsWin.on(node, "ipam", "gc").out()).contains("nothing to take back");
    cluster.lab().delSandbox("gone");
    Footprint before = Footprint.of(cluster, "node1");

    OvsWin dryRun = OvsWin.on(node, "ipam", "gc");
    assertThat(dryRun.exitCode()).as(dryRun.err()).isZero();
    assertThat(dryRun.out())
        .contains(gone.address(), "default/gone", "sandbox", "--yes")
        .doesNotContain(alive.address());
    assertThat(Footprint.of(cluster, "node1").leases()).isEqualTo(before.leases());

    OvsWin real = OvsWin.on(node, "ipam", "gc", "--yes");
    assertThat(real.exitCode()).as(real.err()).isZero();
    assertThat(real.out()).contains(gone.address(), "1 lease taken back");
    awaitGone(gone.address());
    assertThat(OvsWin.on(node, "ipam", "gc").out()).contains("nothing to take back");
    cluster.allTalk(alive, cluster.pod(1, "new"));
    cluster.delete(gone);
  }

  @Test
  void ipamRelease_ofAnAddressInUse_isRefusedUnlessForced() {
    LabNode node = cluster.node(1);
    Pod pod = cluster.pod(1, "pod");
    OvsWin refused = OvsWin.on(node, "ipam", "release", pod.address());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains(pod.address(), "default/pod", "--force");
    cluster.lab().checkPod(pod);

    OvsWin forced = OvsWin.on(node, "ipam", "release", pod.address(), "--force");
    assertThat(forced.exitCode()).as(forced.err()).isZero();
    awaitGone(pod.address());
    OvsWin history = OvsWin.on(node, "ipam", "history", pod.address());
    assertThat(history.out()).contains("default/pod");
  }

  /** CNI specification 1.1.0, GC: what the runtime does not name is nobody's. */
  @Test
  void cniGc_takesBackWhatTheRuntimeDoesNotKnow() {
    LabNode node = cluster.node(1);
    Pod known = cluster.pod(1, "known");
    Pod other = cluster.pod(1, "other");
    Pod unknown = cluster.pod(1, "unknown");
    Cni cni = Cni.on(node);
    Cni.Answer gc = cni.gc(known.containerId(), other.containerId());
    assertThat(gc.succeeded()).as(gc.out()).isTrue();
    assertThat(leases()).hasSize(2).noneMatch(lease -> lease.contains(unknown.address()));
    assertThat(node.flows()).doesNotContain(unknown.address());
    cluster.allTalk(known, other);

    assertThat(cni.gc(known.containerId(), other.containerId()).succeeded()).as("again").isTrue();
    cluster.allTalk(known, other);
  }
}
