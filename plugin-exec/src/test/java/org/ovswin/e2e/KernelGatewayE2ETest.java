package org.ovswin.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.Pod;
import org.ovswin.lab.Shell;
import org.ovswin.sandbox.cni.NetworkConfigList;
import org.ovswin.sandbox.cni.RuntimeConf;

/**
 * Nodes whose host forwards, on a kernel with Open vSwitch's datapath, SCTP, netem and ifb: the
 * short selection of {@code ./verify}. Each test is one whole path, because starting is dear there.
 */
@Tag("kernel")
class KernelGatewayE2ETest extends Chains {
  @RegisterExtension
  static final Cluster cluster =
      Cluster.ofNodes(2)
          .gateway()
          .configured(Settings.ranges("10.244.0.0/16 /24", "fd00:10:244::/56 /64"));

  private static final NetworkConfigList ALONE =
      parsed(
          """
          {"cniVersion": "1.0.0", "name": "chained", "plugins": [
            {"type": "ovs-win", "ovsWin": {"link": "any"},
             "capabilities": {"portMappings": true}}]}
          """);

  @Override
  Cluster cluster() {
    return cluster;
  }

  private static NetworkConfigList parsed(String text) {
    try {
      return NetworkConfigList.parse(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void podsOfBothFamilies_talkOnANodeAcrossNodesOutwardAndByHostPorts_throughTheKernel()
      throws Exception {
    assertThat(node.appctl("dpctl/dump-dps")).contains("system@ovs-system");
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080), HostPort.udp(30053, 5353));
    Pod c = cluster.pod(2, "c");
    RuntimeConf attachment = attachment("c0ffee", "{}");
    ObjectNode result = add(ALONE, attachment);
    Host raw6 = new Host("raw", netns, address(result, 1));

    cluster.allTalk(a, c);
    // The neighbour advertisements are the switch's own: the kernel has no action for them.
    Cluster.holds(
        cluster.probes().ping("IPv6 on a node", a.host(), raw6.address()),
        cluster.probes().ping("IPv6 across nodes", c.host(), raw6.address()));

    del(ALONE, attachment);
  }

  /** The node's own host ports lead there as well as those of the world. */
  @Test
  void sctp_passesBetweenNodes_andByAHostPort() throws Exception {
    Pod c = cluster.pod(2, "c");
    RuntimeConf attachment =
        attachment(
            "c0ffee",
            """
            {"portMappings": [{"hostPort": 30132, "containerPort": 5000, "protocol": "sctp"}]}
            """);
    String pod = address(add(ALONE, attachment), 0);

    assertThat(heardBySctp(c.host(), pod + ":5000")).isEqualTo("hello\n");
    assertThat(heardBySctp(cluster.lab().external(), node.address() + ":30132"))
        .isEqualTo("hello\n");

    del(ALONE, attachment);
  }

  /** The server waits for one association, so that it ends with the test. */
  private String heardBySctp(Host client, String asked) {
    return node.shell()
        .run(
            "sh",
            "-ec",
            """
            nsenter --net=%s socat -T 20 -u SCTP4-LISTEN:5000 - &
            server=$!
            nsenter --net=%s socat -u EXEC:'echo hello' SCTP4-CONNECT:%s,retry=50,interval=0.1
            wait $server
            """
                .formatted(netns, client.netns(), asked));
  }

  @Test
  void transferBetweenNodes_arrivesWhole_whenTheLinkIsSlowAndLosesPackets() {
    Pod a = cluster.pod(1, "a");
    Pod c = cluster.pod(2, "c");
    Shell shell = node.shell();
    shell.run("sh", "-c", "tc qdisc add dev eth0 root netem delay 5ms 2ms loss 2%");
    try {
      Cluster.holds(cluster.probes().transfer("TCP over a bad link", a.host(), c.host()));
      assertThat(shell.run("tc", "-s", "qdisc", "show", "dev", "eth0"))
          .containsPattern("dropped [1-9]");
    } finally {
      shell.run("tc", "qdisc", "del", "dev", "eth0", "root");
    }
  }

  /** What a pod sends, the plugin leads through an ifb, which the userspace tests' kernel lacks. */
  @Test
  void bandwidthPluginBehindUs_limitsWhatThePodSends_andLeavesNothing() throws Exception {
    Pod other = cluster.pod(1, "other");
    Footprint before = Footprint.of(cluster, "node1");
    NetworkConfigList network =
        list(
            "1.0.0",
            "{\"type\": \"ovs-win\", \"ovsWin\": {\"link\": \"veth\"}}",
            "{\"type\": \"bandwidth\", \"capabilities\": {\"bandwidth\": true}}");
    RuntimeConf attachment =
        attachment(
            "c0ffee", "{\"bandwidth\": {\"egressRate\": 80000000, \"egressBurst\": 8000000}}");

    Host pod = new Host("raw", netns, address(add(network, attachment), 0));

    Cluster.holds(cluster.probes().transfer("from a limited pod", pod, other.host()));
    String ifbs = node.shell().run("ip", "-o", "link", "show", "type", "ifb");
    assertThat(ifbs.lines()).hasSize(1);
    String ifb = ifbs.strip().replaceFirst("^\\d+: ([^:@]+)[:@].*", "$1");
    assertThat(node.shell().run("tc", "-s", "qdisc", "show", "dev", ifb))
        .contains("tbf", "80Mbit")
        .as("what went through")
        .containsPattern("Sent \\d{7,} bytes");
    del(network, attachment);
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
    assertThat(node.shell().run("ip", "-o", "link", "show", "type", "ifb")).isEmpty();
  }
}
