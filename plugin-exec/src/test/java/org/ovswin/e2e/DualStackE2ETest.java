package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** A cluster of both families: a pod has one address of each, or none at all. */
class DualStackE2ETest {
  private static final String CONTAINER = "c0ffee";
  private static final String WORLD = "2001:db8::1";
  private static final Pattern GLOBAL = Pattern.compile("inet6 ([0-9a-f:]+)/64 scope global");

  @RegisterExtension final Cluster cluster = Cluster.ofNodes(2).notStarted();

  private LabNode start(int number, String... ranges) {
    LabNode node = cluster.node(number);
    cluster.edit(node, Settings.ranges(ranges));
    node.startOvs();
    node.startAgent();
    return node;
  }

  @Test
  void pods_talkByBothFamilies_onANodeAndBetweenNodes() {
    String[] ranges = {"10.244.0.0/16 /24", "fd00:10:244::/56 /64"};
    LabNode first = start(1, ranges);
    cluster.rememberEmpty(first, start(2, ranges));
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    allTalkByBoth(a, b, c);
    Cluster.holds(cluster.probes().silent("IPv6 to the world", a.host(), WORLD));

    first.restartAgent();
    cluster.lab().checkPod(a);
    allTalkByBoth(a, b, c);
  }

  private void allTalkByBoth(Pod... pods) {
    cluster.eventuallyAllTalk(pods);
    for (Pod from : pods) {
      for (Pod to : pods) {
        Cluster.holds(cluster.probes().ping("IPv6", from.host(), ipv6(to)));
      }
    }
  }

  /** As the pod's own kernel has it. */
  private String ipv6(Pod pod) {
    String shown =
        cluster
            .node(1)
            .shell()
            .in(pod.host().netns())
            .run("ip", "-6", "-o", "address", "show", "dev", Pod.IF_NAME);
    Matcher address = GLOBAL.matcher(shown);
    assertThat(address.find()).as(shown).isTrue();
    return address.group(1);
  }

  @Test
  void add_result_hasAnAddressAGatewayAndARouteOfEachFamily() {
    LabNode node = start(1, "10.244.0.0/16 /24", "fd00:10:244::/56 /64");
    cluster.rememberEmpty(node);
    Path netns = cluster.lab().addSandbox("raw");
    Cni cni = Cni.on(node);
    Cni.Answer added = cni.add(CONTAINER, netns);
    assertThat(added.addresses())
        .satisfiesExactly(
            ipv4 -> assertThat(ipv4).startsWith("10.244.0."),
            ipv6 -> assertThat(ipv6).startsWith("fd00:10:244::"));
    assertThat(added.json().findValuesAsText("gateway"))
        .containsExactly("10.244.0.1", "fd00:10:244::1");
    assertThat(added.json().path("routes").findValuesAsText("dst"))
        .containsExactly("0.0.0.0/0", "::/0");
    Cni.Answer check = cni.check(CONTAINER, netns, added);
    assertThat(check.succeeded()).as(check.out()).isTrue();

    node.shell().in(netns).run("ip", "-6", "address", "flush", "dev", "eth0", "scope", "global");
    assertThat(cni.check(CONTAINER, netns, added).code()).isEqualTo(101);
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
  }

  /** The cluster has one block of IPv6, of which all but two addresses are reserved. */
  @Test
  void add_whenOneFamilyIsFull_givesNothingOfTheOther() {
    LabNode node = cluster.node(1);
    cluster.edit(node, Settings.ipam("{reserved: [\"fd00:10:244::4-fd00:10:244::ff\"]}"));
    start(1, "10.244.0.0/16 /24", "fd00:10:244::/120 /120");
    cluster.rememberEmpty(node);
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(1, "b");
    Footprint full = Footprint.of(cluster, node.name());
    Path netns = cluster.lab().addSandbox("third");
    Cni.Answer third = Cni.on(node).add(CONTAINER, netns);
    assertThat(third.code()).as(third.out()).isEqualTo(11);
    assertThat(third.out()).contains("fd00:10:244::/120", "full", "254 reserved");
    assertThat(Footprint.of(cluster, node.name())).isEqualTo(full);

    cluster.delete(a);
    Cni.Answer again = Cni.on(node).add(CONTAINER, netns);
    assertThat(again.addresses()).hasSize(2);
    Cluster.holds(
        cluster.probes().ping("IPv4", b.host(), again.addresses().getFirst()),
        cluster.probes().ping("IPv6", b.host(), again.addresses().getLast()));
    assertThat(Cni.on(node).del(CONTAINER, netns).succeeded()).isTrue();
  }

  @Test
  void clusterOfIpv6Only_itsPodsTalk() {
    LabNode first = start(1, "fd00:10:244::/56 /64");
    LabNode second = start(2, "fd00:10:244::/56 /64");
    cluster.rememberEmpty(first, second);
    Path one = cluster.lab().addSandbox("one");
    Path other = cluster.lab().addSandbox("other");
    String to = Cni.on(second).add(CONTAINER, other).address();
    assertThat(Cni.on(first).add(CONTAINER, one).addresses()).hasSize(1);
    Cluster.eventually()
        .untilAsserted(
            () -> assertThat(ping(one, to)).as("ping of %s", to).contains(" 2 received"));
    for (LabNode node : List.of(first, second)) {
      assertThat(Cni.on(node).delWithoutNetns(CONTAINER).succeeded()).isTrue();
    }
  }

  private String ping(Path netns, String to) {
    return cluster
        .node(1)
        .shell()
        .in(netns)
        .outcome("ping", "-n", "-c", "2", "-i", "0.05", "-w", "5", to)
        .text();
  }
}
