package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.sandbox.cni.NetworkConfigList;
import org.ovswin.sandbox.cni.RuntimeConf;

/** Plugins of the CNI project behind ovs-win on a node whose host forwards. */
class ChainGatewayE2ETest extends Chains {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1).gateway().readyPorts(4);

  @Override
  Cluster cluster() {
    return cluster;
  }

  @Test
  void behindUs_portmapFromNodeAndWorld_works_andLeavesNothing() throws Exception {
    Footprint before = Footprint.of(cluster, "node1");
    NetworkConfigList network =
        list(
            "1.0.0",
            "{\"type\": \"ovs-win\", \"ovsWin\": {\"link\": \"any\"}}",
            "{\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}}");
    RuntimeConf attachment =
        attachment(
            "c0ffee",
            """
            {"portMappings": [{"hostPort": 30080, "containerPort": 80, "protocol": "tcp"}]}
            """);

    Host pod = new Host("raw", netns, address(add(network, attachment), 0));

    Cluster.holds(
        cluster.probes().hostPortTcp("from the node", node.host(), node.host(), WEB, pod),
        cluster
            .probes()
            .hostPortTcp("from the world", cluster.lab().external(), node.host(), WEB, pod));
    del(network, attachment);
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
    assertThat(natRules()).doesNotContain(pod.address()).doesNotContain("c0ffee");
  }
}
