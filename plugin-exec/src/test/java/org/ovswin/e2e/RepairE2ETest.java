package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** What somebody else takes away comes back; what is somebody else's stays. */
class RepairE2ETest {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(2);

  /** Waits for an audit, which comes every 30 s. */
  @Test
  void flowsDeletedAndChanged_comeBackAtTheNextAudit_foreignOnesStay() {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    LabNode node = cluster.node(1);
    String foreign = "cookie=0x77, table=200, priority=7,udp,tp_dst=7 actions=drop";
    node.ofctl("add-flow", foreign.replace("actions", ",actions"));
    Footprint before = Footprint.of(cluster, "node1");
    assertThat(before.flows()).anyMatch(flow -> flow.contains("0x77"));

    node.ofctl("del-flows", "table=60");
    node.ofctl("del-flows", "table=20,ip,nw_src=" + a.address());
    node.ofctl("mod-flows", "table=90,actions=drop");
    assertThat(Footprint.of(cluster, "node1")).isNotEqualTo(before);

    Cluster.eventually()
        .untilAsserted(() -> assertThat(Footprint.of(cluster, "node1")).isEqualTo(before));
    cluster.allTalk(a, b, c);
    node.ofctl("del-flows", "cookie=0x77/-1");
  }

  @Test
  void uplinkPortDeleted_comesBack() {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    cluster.node(1).vsctl("del-port", "eth0");
    cluster.eventuallyAllTalk(a, b);
  }

  @Test
  void bridgeDeleted_comesBackWithEverything() {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(2, "b");
    cluster.node(1).vsctl("del-br", LabNode.BRIDGE);
    cluster.eventuallyAllTalk(a, b);
    cluster.allTalk(a, b, cluster.pod(1, "c"));
  }
}
