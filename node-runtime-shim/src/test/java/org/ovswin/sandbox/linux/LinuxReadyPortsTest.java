package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.EndpointSpec.TxChecksum;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;

class LinuxReadyPortsTest {
  private static final String BRIDGE = "br7";
  private static final String PORT = "owr-1";
  private static final MacAddress MAC = MacAddress.parse("0e:2a:0a:f4:01:05");

  @RegisterExtension final Namespaces namespaces = new Namespaces();

  private Path node = Path.of("/");
  private LinuxReadyPorts ports;

  @BeforeEach
  void open() throws IOException {
    node = namespaces.create();
    ports = Netns.call(node, () -> LinuxReadyPorts.open(BRIDGE));
    inNode(() -> ports.prepare(List.of(PORT, "owr-2"), 1400, TxChecksum.COMPUTED));
  }

  @AfterEach
  void remove() throws IOException {
    ports.close();
    LinuxReadyPorts.removeAllOf(nodeName());
    assertThat(Netns.names()).noneMatch(name -> name.startsWith(nodeName() + "-"));
  }

  private void inNode(Netns.Action<IOException> action) throws IOException {
    Netns.run(node, action);
  }

  private String nodeName() {
    return Namespaces.nameOf(node);
  }

  private String inner() {
    return nodeName() + "-ovs-win-" + BRIDGE;
  }

  private static EndpointSpec spec(Path sandbox) {
    return spec(sandbox, "10.244.1.5", MAC);
  }

  private static EndpointSpec spec(Path sandbox, String address, MacAddress mac) {
    return EndpointSpec.withGateway(
            PORT,
            sandbox.toString(),
            "eth0",
            mac,
            InetPrefix.parse(address + "/24"),
            InetPrefix.parseAddress("10.244.1.1"),
            1400)
        .on(EndpointSpec.Port.READY);
  }

  private Endpoint attach(EndpointSpec spec) throws IOException {
    return Netns.call(node, () -> ports.attach(spec));
  }

  private void detach(EndpointSpec spec) throws IOException {
    inNode(() -> ports.detach(spec));
  }

  private List<EndpointProblem> check(EndpointSpec spec) throws IOException {
    return Netns.call(node, () -> ports.check(spec));
  }

  /** A Linux bridge as the switch: it takes packets before the host's stack, as one does. */
  private void makeSwitch() throws Exception {
    Shell.run("ip", "-n", nodeName(), "link", "add", BRIDGE, "type", "bridge");
    Shell.run("ip", "-n", nodeName(), "addr", "add", "10.244.1.1/24", "dev", BRIDGE);
    Shell.run("ip", "-n", nodeName(), "link", "set", BRIDGE, "up");
    Shell.run("ip", "-n", nodeName(), "link", "set", PORT, "master", BRIDGE);
  }

  private static String ping(Path pod) throws Exception {
    return Shell.run(
        "ip", "netns", "exec", Namespaces.nameOf(pod), "ping", "-c", "1", "-W", "5", "10.244.1.1");
  }

  @Test
  void prepare_again_leavesThemAsTheyAre() throws Exception {
    JsonNode before = Shell.ip(nodeName(), "link", "show", PORT);
    inNode(() -> ports.prepare(List.of(PORT, "owr-3"), 1400, TxChecksum.COMPUTED));
    assertThat(Shell.ip(nodeName(), "link", "show", PORT).get(0).get("address"))
        .isEqualTo(before.get(0).get("address"));
    JsonNode outer = Shell.ip(nodeName(), "addr", "show", "owr-3").get(0);
    assertThat(outer.get("operstate").asText()).isEqualTo("UP");
    assertThat(outer.get("addr_info")).isEmpty();
    JsonNode innerEnd = Shell.ip(inner(), "addr", "show", "owr-3").get(0);
    assertThat(innerEnd.get("addr_info")).isEmpty();
    assertThat(Shell.ip(inner(), "link")).as("no probe is left").hasSize(4);
  }

  @Test
  void prepare_foreignLinkOfThatName_isLeftAlone() throws Exception {
    Shell.run("ip", "-n", nodeName(), "link", "add", "owr-9", "type", "bridge");
    assertThatThrownBy(
            () -> inNode(() -> ports.prepare(List.of("owr-9"), 1400, TxChecksum.COMPUTED)))
        .isInstanceOfSatisfying(
            EndpointException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NAME_IN_USE))
        .hasMessageContaining("owr-9");
  }

  @Test
  void attach_podEnd_isWhatIpShows() throws Exception {
    Path pod = namespaces.create();
    Endpoint endpoint = attach(spec(pod));

    assertThat(check(spec(pod))).isEmpty();
    JsonNode eth0 = Shell.ip(Namespaces.nameOf(pod), "addr", "show", "eth0").get(0);
    assertThat(eth0.get("address").asText()).isEqualTo(MAC.toString());
    assertThat(eth0.get("mtu").asInt()).isEqualTo(1400);
    assertThat(eth0.get("operstate").asText()).isEqualTo("UP");
    assertThat(eth0.findValuesAsText("local")).containsExactly("10.244.1.5");
    assertThat(Shell.run("ip", "-n", Namespaces.nameOf(pod), "route").lines().map(String::strip))
        .containsExactly(
            "default via 10.244.1.1 dev eth0 proto static",
            "10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.5");
    assertThat(Shell.ip(nodeName(), "link", "show", PORT).get(0).get("address").asText())
        .isEqualTo(endpoint.hostMac().toString());
  }

  @Test
  void attach_firstPacketAfterwards_reachesTheSwitch() throws Exception {
    makeSwitch();
    Path pod = namespaces.create();
    attach(spec(pod));
    assertThat(ping(pod)).contains(" 0% packet loss");
  }

  @Test
  void attach_again_adoptsAndCorrects() throws Exception {
    Path pod = namespaces.create();
    Endpoint first = attach(spec(pod));
    Shell.run("ip", "-n", Namespaces.nameOf(pod), "route", "del", "default");
    assertThat(check(spec(pod)))
        .extracting(EndpointProblem::toString)
        .containsExactly("eth0 route: missing (expected: 0.0.0.0/0 via 10.244.1.1)");
    // As after a restart: nothing is known but what the kernel has.
    ports.close();
    assertThat(attach(spec(pod))).isEqualTo(first);
    assertThat(check(spec(pod))).isEmpty();
  }

  @Test
  void attach_otherMac_isRemade() throws Exception {
    Path pod = namespaces.create();
    attach(spec(pod));
    Shell.run(
        "ip", "-n", Namespaces.nameOf(pod), "link", "set", "eth0", "address", "02:00:00:00:00:01");
    assertThat(check(spec(pod)))
        .extracting(EndpointProblem::toString)
        .containsExactly("eth0 mac: 02:00:00:00:00:01 (expected: %s)".formatted(MAC));
    attach(spec(pod));
    assertThat(check(spec(pod))).isEmpty();
  }

  @Test
  void attach_portThatIsNotThere_isMade() throws Exception {
    inNode(() -> ports.remove(Set.of(PORT, "owr-2")));
    assertThat(Shell.ip(inner(), "link")).hasSize(1);
    Path pod = namespaces.create();
    attach(spec(pod));
    assertThat(check(spec(pod))).isEmpty();
  }

  @Test
  void detach_thenAnotherPod_hasThePortForItself() throws Exception {
    makeSwitch();
    Path first = namespaces.create();
    Path second = namespaces.create();
    attach(spec(first));
    detach(spec(first));
    detach(spec(first));
    assertThat(Shell.ip(Namespaces.nameOf(first), "link")).hasSize(1);

    EndpointSpec other = spec(second, "10.244.1.6", MacAddress.parse("0e:2a:0a:f4:01:06"));
    attach(other);
    assertThat(check(other)).isEmpty();
    assertThat(ping(second)).contains(" 0% packet loss");
  }

  /** As the bandwidth plugin leaves them, which counts on the device's going with the pod. */
  @Test
  void detach_queueingOfAnotherPlugin_isNotTheNextPods() throws Exception {
    Path pod = namespaces.create();
    attach(spec(pod));
    Shell.run(
        "tc",
        "-n",
        nodeName(),
        "qdisc",
        "add",
        "dev",
        PORT,
        "root",
        "tbf",
        "rate",
        "1mbit",
        "burst",
        "1540",
        "latency",
        "25ms");
    Shell.run("tc", "-n", nodeName(), "qdisc", "add", "dev", PORT, "ingress");
    detach(spec(pod));
    assertThat(Shell.run("tc", "-n", nodeName(), "qdisc", "show", "dev", PORT))
        .doesNotContain("tbf")
        .doesNotContain("ingress");
  }

  @Test
  void attach_predecessorGoesWithItsNamespace_waitsForThat() throws Exception {
    Path first = namespaces.create();
    attach(spec(first));
    Netns.delete(Namespaces.nameOf(first));
    detach(spec(first));
    Path second = namespaces.create();
    attach(spec(second));
    assertThat(check(spec(second))).isEmpty();
  }

  /** Whoever forgot the first pod: the second does not get its packets, nor the other way round. */
  @Test
  void attach_predecessorIsAlive_failsAndTakesItOffThePort() throws Exception {
    Path first = namespaces.create();
    Path second = namespaces.create();
    attach(spec(first));
    EndpointSpec other = spec(second, "10.244.1.6", MacAddress.parse("0e:2a:0a:f4:01:06"));

    assertThatThrownBy(() -> attach(other))
        .isInstanceOfSatisfying(
            EndpointException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SYSTEM))
        .hasMessageContaining("another pod's interface");

    assertThat(Shell.ip(Namespaces.nameOf(first), "link")).hasSize(1);
    attach(other);
    assertThat(check(other)).isEmpty();
  }

  @Test
  void attach_interfaceInTheSandboxIsForeign_isLeftAlone() throws Exception {
    Path pod = namespaces.create();
    Shell.run("ip", "-n", Namespaces.nameOf(pod), "link", "add", "eth0", "type", "bridge");
    assertThatThrownBy(() -> attach(spec(pod)))
        .isInstanceOfSatisfying(
            EndpointException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NAME_IN_USE))
        .hasMessageContaining("eth0");
    assertThat(check(spec(pod)))
        .extracting(EndpointProblem::toString)
        .containsExactly(
            "eth0 in %s: missing or another link (expected: an interface on port %s)"
                .formatted(pod, PORT));
  }

  @Test
  void attach_missingSandbox_saysSo() throws Exception {
    Path pod = namespaces.create();
    Netns.delete(Namespaces.nameOf(pod));
    assertThatThrownBy(() -> attach(spec(pod)))
        .isInstanceOfSatisfying(
            EndpointException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SANDBOX_MISSING));
  }

  @Test
  void attach_kernelRefusesARoute_leavesNothingInThePod() throws Exception {
    Path pod = namespaces.create();
    EndpointSpec good = spec(pod);
    EndpointSpec spec =
        new EndpointSpec(PORT, good.sandbox(), "eth0", MAC, List.of(), good.routes(), 1400)
            .on(EndpointSpec.Port.READY);
    assertThatThrownBy(() -> attach(spec)).hasMessageContaining("ENETUNREACH");
    assertThat(Shell.ip(Namespaces.nameOf(pod), "link")).hasSize(1);
    attach(good);
    assertThat(check(good)).isEmpty();
  }

  @Test
  void inUse_podSetsItsInterfaceDown_isStillHeld() throws Exception {
    Path pod = namespaces.create();
    assertThat(Netns.<Set<String>, IOException>call(node, ports::inUse)).isEmpty();
    attach(spec(pod));
    assertThat(Netns.<Set<String>, IOException>call(node, ports::inUse)).containsExactly(PORT);
    Shell.run("ip", "-n", Namespaces.nameOf(pod), "link", "set", "eth0", "down");
    assertThat(Netns.<Set<String>, IOException>call(node, ports::inUse)).isEmpty();
    assertThat(Netns.<Boolean, IOException>call(node, () -> ports.holds(spec(pod)))).isTrue();
    detach(spec(pod));
    assertThat(Netns.<Boolean, IOException>call(node, () -> ports.holds(spec(pod)))).isFalse();
  }

  @Test
  void removeAll_takesBothEndsAway() throws Exception {
    ports.close();
    inNode(() -> LinuxReadyPorts.removeAll(BRIDGE));
    assertThat(Netns.names()).doesNotContain(inner());
  }
}
