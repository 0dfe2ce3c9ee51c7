package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/**
 * Nodes with an uplink, on a kernel with Open vSwitch's datapath, SCTP and netem: run by {@code
 * ./verify --kernel}.
 */
@Tag("kernel")
class KernelDatapathE2ETest {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(2);

  @Test
  void pods_talkOnANodeAcrossNodesOutwardAndByHostPorts_throughTheKernel() {
    LabNode node = cluster.node(1);
    assertThat(node.appctl("dpctl/dump-dps")).contains("system@ovs-system");
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080), HostPort.udp(30080, 5353));
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    cluster.allTalk(a, b, c);
  }

  @Test
  void transferBetweenNodes_arrivesWhole_whenTheLinkIsSlowAndLosesPackets() {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    LabNode node = cluster.node(1);
    node.shell()
        .run(
            "tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "5ms", "2ms", "loss",
            "2%");
    try {
      Cluster.holds(cluster.probes().transfer("TCP over a bad link", a.host(), b.host()));
      assertThat(node.shell().run("tc", "-s", "qdisc", "show", "dev", "eth0"))
          .containsPattern("dropped [1-9]");
    } finally {
      node.shell().run("tc", "qdisc", "del", "dev", "eth0", "root");
    }
  }

  /** The server waits for one association, so that it ends with the test. */
  @Test
  void sctp_passesBetweenNodes() {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    String heard =
        cluster
            .node(1)
            .shell()
            .run(
                "sh",
                "-ec",
                """
                nsenter --net=%s socat -T 20 -u SCTP4-LISTEN:5000 - &
                server=$!
                nsenter --net=%s socat -u EXEC:'echo hello' SCTP4-CONNECT:%s:5000,retry=50,interval=0.1
                wait $server
                """
                    .formatted(b.host().netns(), a.host().netns(), b.address()));
    assertThat(heard).isEqualTo("hello\n");
  }
}
