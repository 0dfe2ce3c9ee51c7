package org.ovswin.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.lab.Pod;
import org.ovswin.sandbox.cni.NetworkConfigList;
import org.ovswin.sandbox.cni.PluginException;
import org.ovswin.sandbox.cni.RuntimeConf;
import org.ovswin.sandbox.cni.ValidAttachment;

/** One pod with interfaces in two networks of one node, as a runtime attaches it with libcni. */
class InterfacesE2ETest extends Chains {
  private static final String CONTAINER = "c0ffee";

  @RegisterExtension
  static final Cluster cluster =
      Cluster.ofNodes(1)
          .gateway()
          .configured(Settings.ranges("10.244.0.0/16 /24", "fd00:10:244::/56 /64"));

  private final NetworkConfigList pods = network("pods", "10.0.0.53");
  private final NetworkConfigList storage = network("storage", "10.0.0.54");
  private Pod peer;

  @Override
  Cluster cluster() {
    return cluster;
  }

  private static NetworkConfigList network(String name, String nameserver) {
    try {
      return NetworkConfigList.parse(
          """
          {"cniVersion": "1.1.0", "name": "%s", "plugins": [
            {"type": "ovs-win", "ovsWin": {"link": "any"}, "dns": {"nameservers": ["%s"]}}]}
          """
              .formatted(name, nameserver)
              .getBytes(UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void makePeer() {
    peer = cluster.pod(1, "peer");
  }

  @AfterEach
  void deleteAll() throws Exception {
    for (NetworkConfigList network : List.of(storage, pods)) {
      for (String ifName : List.of("eth0", "net1")) {
        del(network, interfaceOf(ifName));
      }
    }
  }

  private RuntimeConf interfaceOf(String ifName) {
    return new RuntimeConf(
        CONTAINER, netns.toString(), ifName, Map.of("IgnoreUnknown", "1"), Map.of());
  }

  private ObjectNode add(NetworkConfigList network, String ifName) throws Exception {
    return add(network, interfaceOf(ifName));
  }

  private static List<String> addresses(ObjectNode result) {
    return IntStream.range(0, result.path("ips").size()).mapToObj(i -> address(result, i)).toList();
  }

  private PluginException.Refused refusal(Work<?> work) {
    return catchThrowableOfType(PluginException.Refused.class, () -> chain("cache", work));
  }

  private String inPod(String words) {
    return node.shell().in(netns).run(words.split(" "));
  }

  /** Rules that are not the kernel's own, of both families. */
  private List<String> rules() {
    return Stream.of(inPod("ip rule"), inPod("ip -6 rule"))
        .flatMap(String::lines)
        .filter(rule -> !rule.contains("from all"))
        .toList();
  }

  /** From another pod, from the node and into the world; nothing is bound to a device. */
  private void answersAndSendsFrom(List<String> addresses) {
    for (String address : addresses) {
      boolean ipv4 = address.contains(".");
      Host there = new Host("raw", netns, address);
      Host near = ipv4 ? peer.host() : peer.host().at(ipv6OfPeer());
      Host own = ipv4 ? node.host() : node.host().at(node.ipv6Address());
      Host world = ipv4 ? cluster.lab().external() : cluster.lab().externalIpv6();
      Cluster.holds(
          cluster.probes().ping("from a pod", near, address),
          cluster.probes().ping("from the node", own, address),
          cluster.probes().transfer("TCP from a pod", near, there),
          cluster.probes().transfer("TCP from the node", own, there));
      for (Host to : List.of(near, world)) {
        assertThat(inPod("ping -n -c 2 -i 0.05 -w 5 -I %s %s".formatted(address, to.address())))
            .contains(" 2 received");
      }
    }
  }

  private String ipv6OfPeer() {
    return node.shell()
        .in(peer.host().netns())
        .run("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "global")
        .replaceFirst("(?s).*inet6 ([0-9a-f:]+)/.*", "$1");
  }

  @Test
  void furtherInterface_isReachedAtItsAddresses_andAnswersFromThem() throws Exception {
    List<String> eth0 = addresses(add(pods, "eth0"));
    assertThat(rules()).as("of the only interface").isEmpty();
    List<String> net1 = addresses(add(storage, "net1"));
    answersAndSendsFrom(eth0);
    answersAndSendsFrom(net1);
    assertThat(rules()).hasSize(2);

    inPod("ip rule del from " + net1.getFirst());
    check(pods, interfaceOf("eth0"));
    PluginException.Refused refused =
        refusal(
            chain -> {
              chain.check(storage, interfaceOf("net1"));
              return chain;
            });
    assertThat(refused.code()).isEqualTo(101);
    assertThat(refused).hasMessageContaining("net1 rule").hasMessageContaining(net1.getFirst());
    node.restartAgent();
    check(storage, interfaceOf("net1"));
    answersAndSendsFrom(net1);

    del(storage, interfaceOf("net1"));
    Cluster.eventually().untilAsserted(() -> assertThat(rules()).isEmpty());
    check(pods, interfaceOf("eth0"));
    answersAndSendsFrom(eth0);
  }

  /**
   * Nothing is inherited: the pod has no way out of its own accord until there is an eth0 again.
   */
  @Test
  void firstInterfaceDeleted_furtherOneStaysAsItWas() throws Exception {
    add(pods, "eth0");
    List<String> net1 = addresses(add(storage, "net1"));
    del(pods, interfaceOf("eth0"));
    Cluster.eventually()
        .untilAsserted(() -> assertThat(inPod("ip -o link")).doesNotContain("eth0"));

    check(storage, interfaceOf("net1"));
    answersAndSendsFrom(net1);
    assertThat(inPod("ip route")).doesNotContain("default");
    node.restartAgent();
    assertThat(inPod("ip route")).doesNotContain("default");

    List<String> eth0 = addresses(add(pods, "eth0"));
    assertThat(inPod("ip route")).contains("default via 10.244.0.1 dev eth0");
    check(pods, interfaceOf("eth0"));
    check(storage, interfaceOf("net1"));
    answersAndSendsFrom(eth0);
    answersAndSendsFrom(net1);
  }

  @Test
  void twoNetworks_resultsAndChecksAreEachTheirOwn() throws Exception {
    ObjectNode eth0 = add(pods, "eth0");
    ObjectNode net1 = add(storage, "net1");
    assertThat(eth0.at("/dns/nameservers").toString()).isEqualTo("[\"10.0.0.53\"]");
    assertThat(net1.at("/dns/nameservers").toString()).isEqualTo("[\"10.0.0.54\"]");
    assertThat(names(eth0)).containsExactly(eth0.at("/interfaces/0/name").asText(), "eth0");
    assertThat(names(net1)).containsExactly(net1.at("/interfaces/0/name").asText(), "net1");
    assertThat(names(net1)).doesNotContainAnyElementsOf(names(eth0));
    assertThat(addresses(net1)).hasSize(2).doesNotContainAnyElementsOf(addresses(eth0));
    assertThat(eth0.path("routes").findValuesAsText("dst")).containsExactly("0.0.0.0/0", "::/0");
    assertThat(net1.path("routes")).isEmpty();

    assertThat(add(pods, "eth0")).as("repeated").isEqualTo(eth0);
    assertThat(add(storage, "net1")).as("repeated").isEqualTo(net1);
    check(pods, interfaceOf("eth0"));
    check(storage, interfaceOf("net1"));
    // A port that was there before its pod says a moment later whose it is.
    Cluster.eventually()
        .untilAsserted(
            () ->
                assertThat(
                        node.vsctl("--columns=external_ids", "list", "Port")
                            + node.vsctl("--columns=external_ids", "list", "Interface"))
                    .contains("ovs-win-network=pods", "ovs-win-network=storage"));
  }

  private static List<String> names(ObjectNode result) {
    return result.path("interfaces").findValuesAsText("name");
  }

  @Test
  void interfaceOfAnotherNetwork_isRefused_andItsDelAndCheckAreNotMeant() throws Exception {
    add(pods, "eth0");
    PluginException.Refused refused = refusal(chain -> chain.add(storage, interfaceOf("eth0")));
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused).hasMessageContaining("CNI_IFNAME: eth0").hasMessageContaining("pods");

    // As runtimes do after an ADD that failed.
    del(storage, interfaceOf("eth0"));
    check(pods, interfaceOf("eth0"));
    Cni.Answer unknown = Cni.on(node).check(CONTAINER, netns, new Cni.Answer(0, "{\"ips\": []}"));
    assertThat(unknown.code()).as("CHECK in network ovs-win").isEqualTo(3);
    del(pods, interfaceOf("eth0"));
    assertThat(add(storage, "eth0").path("routes")).hasSize(2);
  }

  /** What the runtime lists for one network says nothing of the others. */
  @Test
  void gc_ofOneNetwork_leavesTheOthersAlone() throws Exception {
    String eth0 = address(add(pods, "eth0"), 0);
    String net1 = address(add(storage, "net1"), 0);
    Set<ValidAttachment> none = Set.of();

    gc("empty", pods, Set.of(new ValidAttachment(CONTAINER, "eth0")));
    gc("empty", storage, Set.of(new ValidAttachment(CONTAINER, "net1")));
    gc("empty", network("another", "10.0.0.55"), none);
    check(pods, interfaceOf("eth0"));
    check(storage, interfaceOf("net1"));

    // The name of an interface of the other network keeps nothing in this one.
    gc("empty", storage, Set.of(new ValidAttachment(CONTAINER, "eth0")));
    assertThat(Footprint.of(cluster, "node1").leases())
        .anyMatch(lease -> lease.contains(eth0))
        .noneMatch(lease -> lease.contains(net1));
    assertThat(rules()).isEmpty();
    check(pods, interfaceOf("eth0"));

    String kept = address(add(storage, "net1"), 0);
    gc("empty", pods, none);
    assertThat(Footprint.of(cluster, "node1").leases())
        .anyMatch(lease -> lease.contains(kept))
        .noneMatch(lease -> lease.contains(eth0));
    check(storage, interfaceOf("net1"));
  }
}
