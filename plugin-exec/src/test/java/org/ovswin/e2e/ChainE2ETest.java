package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.lab.Host;
import org.ovswin.lab.Pod;
import org.ovswin.sandbox.cni.NetworkConfigList;
import org.ovswin.sandbox.cni.RuntimeConf;
import org.ovswin.sandbox.cni.ValidAttachment;

/** Plugins of the CNI project behind and in front of ovs-win, with traffic. */
class ChainE2ETest extends Chains {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1).readyPorts(4);

  @Override
  Cluster cluster() {
    return cluster;
  }

  /** As clusters have it: host ports, sysctls and limits by plugins behind ours. */
  @ParameterizedTest
  @ValueSource(strings = {"0.3.1", "0.4.0", "1.0.0"})
  void behindUs_tuningBandwidthToThePodAndPortmapFromTheNode_work_andLeaveNothing(String version)
      throws Exception {
    Pod other = cluster.pod(1, "other");
    Footprint before = Footprint.of(cluster, "node1");
    String[] plugins = {
      "{\"type\": \"ovs-win\"}",
      "{\"type\": \"tuning\", \"sysctl\": {\"net.ipv4.ip_default_ttl\": \"77\"},"
          + " \"mtu\": 1300, \"dataDir\": \"%s\"}".formatted(directory.resolve("tuning")),
      "{\"type\": \"bandwidth\", \"capabilities\": {\"bandwidth\": true}}",
      "{\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}}"
    };
    NetworkConfigList network = list(version, plugins);
    RuntimeConf attachment =
        attachment(
            "c0ffee",
            """
            {"portMappings": [{"hostPort": 30080, "containerPort": 80, "protocol": "tcp"}],
             "bandwidth": {"ingressRate": 80000000, "ingressBurst": 8000000}}
            """);

    ObjectNode result = add(network, attachment);

    String veth = result.at("/interfaces/0/name").asText();
    Host pod = new Host("raw", netns, address(result, 0));
    assertThat(result.path("cniVersion").asText()).isEqualTo(version);
    assertThat(result.at("/interfaces/1/sandbox").asText()).isEqualTo(netns.toString());
    assertThat(node.shell().run("tc", "qdisc", "show", "dev", veth)).contains("tbf", "80Mbit");
    assertThat(node.shell().in(netns).run("ip", "link", "show", "eth0")).contains("mtu 1300");
    assertThat(node.shell().in(netns).run("cat", "/proc/sys/net/ipv4/ip_default_ttl").strip())
        .isEqualTo("77");
    Cluster.holds(
        cluster.probes().transfer("to a tuned and limited pod", other.host(), pod),
        cluster.probes().transfer("from a tuned and limited pod", pod, other.host()),
        cluster.probes().hostPortTcp("portmap's host port", node.host(), node.host(), WEB, pod));
    if (!version.equals("0.3.1")) {
      // Without portmap, which in Debian's version looks for IPv6 rules of every pod.
      check(list(version, Arrays.copyOf(plugins, 3)), attachment);
    }

    del(network, attachment);

    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
    assertThat(natRules()).doesNotContain(pod.address()).doesNotContain("c0ffee");
    try (Stream<Path> backups = Files.list(directory.resolve("tuning"))) {
      assertThat(backups).isEmpty();
    }
    del(network, attachment);
  }

  /** The result of a plugin in front stays in front, and the indexes of ours count from there. */
  @Test
  void behindLoopback_itsResultIsKept_andOursFollows() throws Exception {
    NetworkConfigList network =
        list("1.0.0", "{\"type\": \"loopback\"}", "{\"type\": \"ovs-win\"}");
    RuntimeConf attachment = attachment("c0ffee", "{}");

    ObjectNode result = add(network, attachment);

    assertThat(result.at("/interfaces/0/name").asText()).isEqualTo("lo");
    assertThat(result.at("/ips/0/address").asText()).isEqualTo("127.0.0.1/8");
    assertThat(result.at("/interfaces/2/name").asText()).isEqualTo("eth0");
    JsonNode ours = result.path("ips").get(result.path("ips").size() - 1);
    assertThat(ours.path("interface").asInt()).isEqualTo(2);
    assertThat(ours.path("address").asText()).startsWith("10.244.");
    check(network, attachment);
    del(network, attachment);
  }

  /** First what the runtime's own records know, then what only the agent does. */
  @Test
  void gc_asLibcniDoesIt_keepsTheListedOnly() throws Exception {
    NetworkConfigList network = list("1.1.0", "{\"type\": \"ovs-win\"}");
    Path second = cluster.lab().addSandbox("second");
    try {
      RuntimeConf kept = attachment("kept", "{}");
      RuntimeConf gone = new RuntimeConf("gone", second.toString(), "eth0");
      String keptAddress = address(add(network, kept), 0);
      String goneAddress = address(add(network, gone), 0);
      Set<ValidAttachment> valid = Set.of(new ValidAttachment("kept", "eth0"));

      gc("empty", network, valid);

      assertThat(Footprint.of(cluster, "node1").leases())
          .anyMatch(lease -> lease.contains(keptAddress))
          .noneMatch(lease -> lease.contains(goneAddress));
      gc("cache", network, valid);
      check(network, kept);
      gc("cache", network, Set.of());
      assertThat(Footprint.of(cluster, "node1").leases()).isEmpty();
    } finally {
      cluster.lab().delSandbox("second");
    }
  }
}
