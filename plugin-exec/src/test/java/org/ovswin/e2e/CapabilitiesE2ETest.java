package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** What a runtime may ask of a pod's interface, on a node whose own stack forwards. */
class CapabilitiesE2ETest {
  private static final String CONTAINER = "c0ffee";
  private static final String MAC = "02:00:00:00:00:77";

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1).gateway();

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

  private static String runtime(String fields) {
    return Cni.with("\"runtimeConfig\": {" + fields + "}");
  }

  @Test
  void mac_isThePodsAndItTalks_alsoAfterARestart() {
    Pod other = cluster.pod(1, "other");
    String config = runtime("\"mac\": \"" + MAC + "\"");
    Cni.Answer added = cni.add(CONTAINER, netns, config);
    assertThat(added.json().at("/interfaces/1/mac").asText()).as(added.out()).isEqualTo(MAC);
    assertThat(inPod("ip", "link", "show", "eth0")).contains(MAC);
    Host pod = new Host("raw", netns, added.address());
    Cluster.holds(cluster.probes().transfer("from it", pod, other.host()));
    node.restartAgent();
    assertThat(cni.check(CONTAINER, netns, added).succeeded()).isTrue();
    Cluster.holds(cluster.probes().transfer("to it", other.host(), pod));

    assertThat(cni.add(CONTAINER, netns, config)).isEqualTo(added);
    assertThat(cni.add(CONTAINER, netns).code()).as("another MAC").isEqualTo(4);
    Path second = cluster.lab().addSandbox("second");
    Cni.Answer taken = cni.add("second", second, config);
    cluster.lab().delSandbox("second");
    assertThat(taken.code()).as(taken.out()).isEqualTo(7);
    assertThat(taken.out()).contains(MAC, "mac");
  }

  @Test
  void bandwidth_isMeteredInTheSwitch() {
    Cni.Answer added =
        cni.add(
            CONTAINER,
            netns,
            runtime(
                "\"bandwidth\": {\"ingressRate\": 8000000, \"ingressBurst\": 800000,"
                    + " \"egressRate\": 4000000, \"egressBurst\": 400000}"));
    assertThat(added.succeeded()).as(added.out()).isTrue();
    assertThat(node.ofctl("dump-meters")).contains("rate=8000", "rate=4000");
    assertThat(cni.check(CONTAINER, netns, added).out()).isEmpty();
    String meter = node.ofctl("dump-meters").replaceFirst("(?s).*meter=(\\d+).*", "$1");
    node.ofctl("mod-meter", "meter=" + meter + ",kbps,band=type=drop,rate=99");
    Cni.Answer check = cni.check(CONTAINER, netns, added);
    assertThat(check.code()).as(check.out()).isEqualTo(101);
    assertThat(check.out()).contains("meter of the bandwidth");
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    Cluster.eventually()
        .untilAsserted(() -> assertThat(node.ofctl("dump-meters")).doesNotContain("rate="));
  }

  @Test
  void hostIp_onlyThatAddressLeadsToThePod() {
    Cni.Answer added =
        cni.add(
            CONTAINER,
            netns,
            runtime(
                "\"portMappings\": [{\"hostPort\": 30080, \"containerPort\": 8080,"
                    + " \"hostIP\": \"127.0.0.1\"}]"));
    assertThat(added.succeeded()).as(added.out()).isTrue();
    Host pod = new Host("raw", netns, added.address());
    Host self = node.host();
    HostPort port = HostPort.tcp(30080, 8080);
    Cluster.holds(cluster.probes().hostPortTcp("loopback", self, self.at("127.0.0.1"), port, pod));
    assertThat(
            cluster
                .probes()
                .hostPortTcp("world", cluster.lab().external(), self, port, pod)
                .passed())
        .isFalse();
  }

  @Test
  void sctpPort_isInTheHostsRules() {
    cni.add(
        CONTAINER,
        netns,
        runtime(
            "\"portMappings\": [{\"hostPort\": 3868, \"containerPort\": 3868,"
                + " \"protocol\": \"sctp\"}]"));
    assertThat(node.shell().run("nft", "list", "table", "inet", "ovs-win"))
        .contains("sctp", "3868");
  }

  private String inPod(String... words) {
    return node.shell().in(netns).run(words);
  }
}
