package org.ovswin.e2e;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.LabSpec;
import org.ovswin.lab.Pod;
import org.ovswin.lab.Probes;

/** A node whose host forwards and one with an adapter in the bridge, of both families. */
class MixedIpv6E2ETest {
  @RegisterExtension
  final Cluster cluster =
      Cluster.ofNodes(2)
          .dualWires()
          .configured(Settings.ranges("10.244.0.0/16 /24", "fd00:10:244::/56 /64"))
          .notStarted();

  @Test
  void podsOfAGatewayAndAnUplinkNode_talkIpv6_withTheirOwnAddresses() {
    LabNode gateway = cluster.node(1);
    LabNode uplink = cluster.node(2);
    cluster.edit(
        gateway,
        text ->
            text.replace(
                gateway.exitText(LabSpec.Exit.UPLINK), gateway.exitText(LabSpec.Exit.GATEWAY)));
    for (LabNode node : new LabNode[] {gateway, uplink}) {
      node.startOvs();
      node.startAgent();
    }
    cluster.rememberEmpty(gateway, uplink);
    HostPort port = HostPort.tcp(30080, 8080);
    Pod a = cluster.pod(1, "a", port);
    Pod b = cluster.pod(2, "b", port);
    cluster.eventuallyAllTalk(a, b);

    Host a6 = BothFamiliesScenarios.ipv6(cluster, a);
    Host b6 = BothFamiliesScenarios.ipv6(cluster, b);
    Host gateway6 = BothFamiliesScenarios.ipv6(gateway);
    Host uplink6 = BothFamiliesScenarios.ipv6(uplink);
    Probes probes = cluster.probes();
    Cluster.holds(
        probes.seenAs("gateway's pod to uplink's", a6, b6, a6.address()),
        probes.seenAs("uplink's pod to gateway's", b6, a6, b6.address()),
        probes.transfer("gateway's pod to uplink's", a6, b6),
        probes.transfer("uplink's pod to gateway's", b6, a6),
        probes.seenAs("to the world", a6, cluster.lab().externalIpv6(), gateway6.address()),
        probes.seenAs("to the world", b6, cluster.lab().externalIpv6(), uplink6.address()),
        probes.transfer("gateway's node to uplink's pod", gateway6, b6),
        probes.transfer("uplink's node to gateway's pod", uplink6, a6),
        probes.hostPortTcp("gateway's pod to uplink's port", a6, uplink6, port, b6),
        probes.hostPortTcp("uplink's pod to gateway's port", b6, gateway6, port, a6));
  }
}
