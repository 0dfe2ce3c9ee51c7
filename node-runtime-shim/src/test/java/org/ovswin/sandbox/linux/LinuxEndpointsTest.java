package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.EndpointsContract;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;

class LinuxEndpointsTest extends EndpointsContract {
  /** Who has 10.244.1.1? Tell 10.244.1.5 (RFC 826), padded to an Ethernet frame. */
  private static final String ARP_REQUEST_FOR_THE_GATEWAY =
      "ffffffffffff"
          + "0e2a0af40105"
          + "0806"
          + "0001080006040001"
          + "0e2a0af401050af40105"
          + "0000000000000af40101"
          + "00".repeat(18);

  @RegisterExtension final Namespaces namespaces = new Namespaces();

  /** The node: host ends are made here, not in the namespace of the machine. */
  private Path node = Path.of("/");

  @BeforeEach
  void makeNode() throws IOException {
    node = namespaces.create();
  }

  /** As if an agent in the node's namespace called. */
  @Override
  protected Endpoints endpoints() {
    return new InNamespace(node, new LinuxEndpoints());
  }

  @Override
  protected String newSandbox() throws IOException {
    return namespaces.create().toString();
  }

  @Override
  protected void deleteSandbox(String sandbox) throws IOException {
    Netns.delete(Namespaces.nameOf(Path.of(sandbox)));
  }

  @Override
  protected void makeForeign(String hostName) throws IOException {
    try (Rtnetlink netlink = Rtnetlink.open(node)) {
      netlink.createBridge(hostName);
    }
  }

  @Test
  void attach_podEnd_isWhatIpAndEthtoolShow() throws Exception {
    String sandbox = newSandbox();
    String pod = Namespaces.nameOf(Path.of(sandbox));
    Shell.run("ip", "-n", pod, "link", "set", "lo", "down");

    endpoints().attach(spec(sandbox));

    JsonNode eth0 = Shell.ip(pod, "addr", "show", "eth0").get(0);
    assertThat(eth0.get("address").asText()).isEqualTo(MAC.toString());
    assertThat(eth0.get("mtu").asInt()).isEqualTo(1400);
    assertThat(eth0.get("operstate").asText()).isEqualTo("UP");
    // One address only: IPv6 is off, or there would be a link-local one.
    assertThat(eth0.findValuesAsText("local")).containsExactly("10.244.1.5");
    assertThat(eth0.at("/addr_info/0/prefixlen").asInt()).isEqualTo(24);
    assertThat(Shell.run("ip", "-n", pod, "route").lines().map(String::strip))
        .containsExactly(
            "default via 10.244.1.1 dev eth0 proto static",
            "10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.5");
    assertThat(Shell.ip(pod, "link", "show", "lo").get(0).get("flags").toString())
        .contains("\"UP\"");
    assertThat(Shell.run("ip", "netns", "exec", pod, "ethtool", "-k", "eth0"))
        .contains("tx-checksumming: off");
  }

  @Test
  void attach_switchInTheKernel_leavesChecksumsToTheDevice() throws Exception {
    String sandbox = newSandbox();
    String pod = Namespaces.nameOf(Path.of(sandbox));
    EndpointSpec offloaded = spec(sandbox).withTxChecksum(EndpointSpec.TxChecksum.OFFLOADED);
    endpoints().attach(offloaded);
    assertThat(Shell.run("ip", "netns", "exec", pod, "ethtool", "-k", "eth0"))
        .contains("tx-checksumming: on");
    assertThat(endpoints().check(offloaded)).isEmpty();
    assertThat(endpoints().check(spec(sandbox)))
        .containsExactly(new EndpointProblem("eth0 tx checksum offload", "on", "off"));
    endpoints().attach(spec(sandbox));
    assertThat(endpoints().check(spec(sandbox))).isEmpty();
  }

  @Test
  void attach_podEndOfBothFamilies_isWhatIpShows() throws Exception {
    String sandbox = newSandbox();
    String pod = Namespaces.nameOf(Path.of(sandbox));
    // As container runtimes have it that were told to leave IPv6 off.
    sysctl(pod, "net.ipv6.conf.default.disable_ipv6=1");

    endpoints().attach(dualStack(sandbox));

    JsonNode eth0 = Shell.ip(pod, "addr", "show", "eth0").get(0);
    assertThat(eth0.findValuesAsText("local")).contains("10.244.1.5", "fd00:244:1::5");
    for (JsonNode address : eth0.get("addr_info")) {
      if (address.get("local").asText().startsWith("fd00")) {
        assertThat(address.get("prefixlen").asInt()).isEqualTo(64);
        assertThat(address.has("nodad")).as(address.toString()).isTrue();
        assertThat(address.has("tentative")).as(address.toString()).isFalse();
      }
    }
    assertThat(Shell.run("ip", "-n", pod, "-6", "route").lines().map(String::strip))
        .contains("default via fd00:244:1::1 dev eth0 proto static metric 1024 pref medium");
    assertThat(sysctl(pod, "net.ipv6.conf.eth0.accept_ra", "net.ipv6.conf.eth0.autoconf"))
        .contains("accept_ra = 0", "autoconf = 0");
    JsonNode hostEnd = Shell.ip(nodeName(), "addr", "show", HOST_NAME).get(0);
    assertThat(hostEnd.get("addr_info")).isEmpty();
  }

  @Test
  void attach_gatewayOutsideOfTheIpv6Prefix_isOnLink() throws Exception {
    String sandbox = newSandbox();
    EndpointSpec spec =
        EndpointSpec.withGateway(
            HOST_NAME,
            sandbox,
            "eth0",
            MAC,
            InetPrefix.parse("fd00:244:1::5/128"),
            InetPrefix.parseAddress("fd00:244:1::1"),
            1400);
    endpoints().attach(spec);
    assertThat(endpoints().check(spec)).isEmpty();
    assertThat(Shell.run("ip", "-n", Namespaces.nameOf(Path.of(sandbox)), "-6", "route"))
        .contains("default via fd00:244:1::1 dev eth0 proto static metric 1024 onlink");
  }

  @Test
  void attach_podListensToRouters_isCorrectedInPlace() throws Exception {
    EndpointSpec spec = dualStack(newSandbox());
    String pod = Namespaces.nameOf(Path.of(spec.sandbox()));
    Endpoint before = endpoints().attach(spec);
    sysctl(pod, "net.ipv6.conf.eth0.accept_ra=2");
    Shell.run("ip", "-n", pod, "-6", "route", "del", "default");
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::toString)
        .containsExactly(
            "eth0 route: missing (expected: 0:0:0:0:0:0:0:0/0 via fd00:244:1:0:0:0:0:1)",
            "eth0 IPv6: on, listening to routers (expected: on)");

    assertThat(endpoints().attach(spec)).isEqualTo(before);

    assertThat(endpoints().check(spec)).isEmpty();
  }

  @Test
  void attach_ipv6Only_firstPacketAfterwardsReachesTheSwitch() throws Exception {
    String sandbox = newSandbox();
    String pod = Namespaces.nameOf(Path.of(sandbox));
    Shell.run("ip", "-n", nodeName(), "link", "add", "br7", "type", "bridge");
    Shell.run("ip", "-n", nodeName(), "addr", "add", "fd00:244:1::1/64", "dev", "br7", "nodad");
    Shell.run("ip", "-n", nodeName(), "link", "set", "br7", "up");
    endpoints().attach(ipv6Only(sandbox));
    Shell.run("ip", "-n", nodeName(), "link", "set", HOST_NAME, "master", "br7");
    assertThat(Shell.run("ip", "netns", "exec", pod, "ping", "-c", "1", "-W", "5", "fd00:244:1::1"))
        .contains(" 0% packet loss");
  }

  private static String sysctl(String netns, String... settings) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", netns, "sysctl"));
    command.addAll(List.of(settings));
    return Shell.run(command.toArray(String[]::new));
  }

  @Test
  void attach_hostEnd_isUpWithoutAddressIpv6OrPromiscuity() throws Exception {
    Endpoint endpoint = endpoints().attach(spec(newSandbox()));

    JsonNode hostEnd = Shell.ip(nodeName(), "addr", "show", HOST_NAME).get(0);
    assertThat(hostEnd.get("address").asText()).isEqualTo(endpoint.hostMac().toString());
    assertThat(hostEnd.get("operstate").asText()).isEqualTo("UP");
    assertThat(hostEnd.get("mtu").asInt()).isEqualTo(1400);
    assertThat(hostEnd.get("promiscuity").asInt()).isZero();
    assertThat(hostEnd.get("addr_info")).isEmpty();
    assertThat(Netns.<Boolean, IOException>call(node, () -> Ipv6.isDisabled(HOST_NAME))).isTrue();
  }

  @Test
  void attach_gatewayOutsideOfThePrefix_isOnLink() throws Exception {
    String sandbox = newSandbox();
    EndpointSpec spec =
        EndpointSpec.withGateway(
            HOST_NAME,
            sandbox,
            "eth0",
            MAC,
            InetPrefix.parse("10.244.1.5/32"),
            InetPrefix.parseAddress("169.254.1.1"),
            1400);
    endpoints().attach(spec);
    assertThat(endpoints().check(spec)).isEmpty();
    assertThat(Shell.run("ip", "-n", Namespaces.nameOf(Path.of(sandbox)), "route"))
        .startsWith("default via 169.254.1.1 dev eth0 proto static onlink");
  }

  @Test
  void attach_whatDiffersOnlyInState_isCorrectedInPlace() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    String pod = Namespaces.nameOf(Path.of(spec.sandbox()));
    Endpoint before = endpoints().attach(spec);
    Shell.run("ip", "-n", pod, "route", "del", "default");
    Shell.run("ip", "-n", pod, "link", "set", "eth0", "mtu", "1450");
    Shell.run("ip", "-n", pod, "link", "set", "lo", "down");
    Shell.run("ip", "netns", "exec", pod, "ethtool", "-K", "eth0", "tx", "on");
    Shell.run("ip", "-n", nodeName(), "link", "set", HOST_NAME, "down");
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::toString)
        .containsExactly(
            HOST_NAME + " state: down (expected: up)",
            "eth0 mtu: 1450 (expected: 1400)",
            "eth0 route: missing (expected: 0.0.0.0/0 via 10.244.1.1)",
            "lo state: down (expected: up)",
            "eth0 tx checksum offload: on (expected: off)");

    assertThat(endpoints().attach(spec)).isEqualTo(before);

    assertThat(endpoints().check(spec)).isEmpty();
  }

  @Test
  void attach_otherMac_isRemade() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    Endpoint before = endpoints().attach(spec);
    String pod = Namespaces.nameOf(Path.of(spec.sandbox()));
    Shell.run("ip", "-n", pod, "link", "set", "eth0", "address", "02:00:00:00:00:01");
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::toString)
        .containsExactly("eth0 mac: 02:00:00:00:00:01 (expected: %s)".formatted(MAC));

    assertThat(endpoints().attach(spec).hostMac()).isNotEqualTo(before.hostMac());

    assertThat(endpoints().check(spec)).isEmpty();
  }

  @Test
  void attach_halfMadeByAKilledAttach_isRemade() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    try (Rtnetlink host = Rtnetlink.open(node);
        Netns sandbox = Netns.open(Path.of(spec.sandbox()))) {
      host.createVeth(new Veth(HOST_NAME, LinuxEndpoints.LINK_GROUP, "eth0", MAC, sandbox, 1400));
    }
    assertThat(endpoints().find(spec)).isPresent();
    endpoints().attach(spec);
    assertThat(endpoints().check(spec)).isEmpty();
  }

  @Test
  void attach_interfaceInTheSandboxIsForeign_isLeftAlone() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    String pod = Namespaces.nameOf(Path.of(spec.sandbox()));
    Shell.run("ip", "-n", pod, "link", "add", "eth0", "type", "bridge");

    assertReason(Reason.NAME_IN_USE, () -> endpoints().attach(spec), "eth0", spec.sandbox());

    assertThat(endpoints().list()).isEmpty();
    assertThat(Shell.ip(pod, "link", "show", "eth0").get(0).at("/linkinfo/info_kind").asText())
        .isEqualTo("bridge");
  }

  @Test
  void attach_kernelRefusesARoute_leavesNothing() throws Exception {
    EndpointSpec good = spec(newSandbox());
    EndpointSpec spec =
        new EndpointSpec(HOST_NAME, good.sandbox(), "eth0", MAC, List.of(), good.routes(), 1400);
    assertReason(
        Reason.SYSTEM,
        () -> endpoints().attach(spec),
        "attach endpoint " + HOST_NAME,
        "replace route 0.0.0.0/0 via 10.244.1.1",
        "ENETUNREACH",
        "Nexthop has invalid gateway");
    assertThat(endpoints().list()).isEmpty();
    assertThat(Shell.ip(Namespaces.nameOf(Path.of(spec.sandbox())), "link")).hasSize(1);
  }

  @Test
  void attach_pathIsNoNamespace_isAMissingSandbox() throws Exception {
    assertReason(
        Reason.SANDBOX_MISSING, () -> endpoints().attach(spec("/proc/self/status")), "/proc/self");
  }

  @Test
  void attach_byProcPath_works() throws Exception {
    Path pod = namespaces.create();
    Process process = Netns.call(pod, () -> new ProcessBuilder("sleep", "60").start());
    try {
      EndpointSpec spec = spec("/proc/%d/ns/net".formatted(process.pid()));
      endpoints().attach(spec);
      assertThat(endpoints().check(spec)).isEmpty();
      // The same namespace by another name is the same endpoint.
      assertThat(endpoints().check(spec(pod.toString()))).isEmpty();
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  @Test
  void attach_firstPacketAfterwards_reachesTheSwitch() throws Exception {
    String sandbox = newSandbox();
    // A Linux bridge as the switch: it takes packets before the host's stack, as one does.
    Shell.run("ip", "-n", nodeName(), "link", "add", "br7", "type", "bridge");
    Shell.run("ip", "-n", nodeName(), "addr", "add", "10.244.1.1/24", "dev", "br7");
    Shell.run("ip", "-n", nodeName(), "link", "set", "br7", "up");
    endpoints().attach(spec(sandbox));
    Shell.run("ip", "-n", nodeName(), "link", "set", HOST_NAME, "master", "br7");
    assertThat(ping(sandbox)).contains(" 0% packet loss");
  }

  @Test
  void attach_withoutASwitch_theHostDoesNotHearThePod() throws Exception {
    String sandbox = newSandbox();
    endpoints().attach(spec(sandbox));
    // An address of the host that it would answer for on any other link.
    Shell.run("ip", "-n", nodeName(), "addr", "add", "10.244.1.1/24", "dev", "lo");
    try (PacketSocket pod = PacketSocket.open(Path.of(sandbox), "eth0");
        PacketSocket host = PacketSocket.open(node, HOST_NAME)) {
      byte[] request = HexFormat.of().parseHex(ARP_REQUEST_FOR_THE_GATEWAY);
      pod.send(request);
      assertThat(host.receive(Duration.ofSeconds(10)))
          .hasValueSatisfying(frame -> assertThat(frame).isEqualTo(request));
      assertThat(pod.receive(Duration.ofMillis(100))).isEmpty();
    }
    Shell.run(
        "ip",
        "netns",
        "exec",
        nodeName(),
        "sysctl",
        "-w",
        "net.ipv4.conf.%s.arp_ignore=0".formatted(HOST_NAME));
    assertThat(endpoints().check(spec(sandbox)))
        .extracting(EndpointProblem::toString)
        .containsExactly(HOST_NAME + " packets: heard by the host (expected: the switch's alone)");
  }

  @Test
  void attachAndDetach_manyAtOnce_doNotDisturbEachOther() throws Exception {
    List<EndpointSpec> specs = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      specs.add(
          EndpointSpec.withGateway(
              "ovsw-many" + i,
              newSandbox(),
              "eth0",
              new MacAddress(0x0200_0000_0000L + i),
              InetPrefix.parse("10.244.1.%d/24".formatted(i + 2)),
              InetPrefix.parseAddress("10.244.1.1"),
              1400));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<List<EndpointProblem>>> attaches =
          specs.stream()
              .<Callable<List<EndpointProblem>>>map(
                  spec ->
                      () -> {
                        endpoints().attach(spec);
                        return endpoints().check(spec);
                      })
              .toList();
      for (Future<List<EndpointProblem>> problems : threads.invokeAll(attaches)) {
        assertThat(problems.get()).isEmpty();
      }
      assertThat(endpoints().list()).hasSize(specs.size());
      List<Callable<Boolean>> detaches =
          specs.stream()
              .<Callable<Boolean>>map(
                  spec ->
                      () -> {
                        endpoints().detach(spec.hostName());
                        return endpoints().find(spec).isPresent();
                      })
              .toList();
      for (Future<Boolean> stillThere : threads.invokeAll(detaches)) {
        assertThat(stillThere.get()).isFalse();
      }
    }
    assertThat(endpoints().list()).isEmpty();
  }

  @Test
  void noFileDescriptorIsLeftOpen() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    endpoints().attach(spec);
    endpoints().detach(HOST_NAME);
    long before = openDescriptors();
    for (int i = 0; i < 5; i++) {
      endpoints().attach(spec);
      endpoints().find(spec);
      endpoints().check(spec);
      endpoints().detach(HOST_NAME);
    }
    assertThat(openDescriptors()).isLessThanOrEqualTo(before);
  }

  private static String ping(String sandbox) throws Exception {
    String name = Namespaces.nameOf(Path.of(sandbox));
    return Shell.run("ip", "netns", "exec", name, "ping", "-c", "1", "-W", "5", "10.244.1.1");
  }

  private static long openDescriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private String nodeName() {
    return Namespaces.nameOf(node);
  }

  /** Calls an implementation on threads inside a namespace. */
  record InNamespace(Path netns, Endpoints endpoints) implements Endpoints {
    private interface Call<T> {
      T run() throws EndpointException;
    }

    @Override
    public Endpoint attach(EndpointSpec spec) throws EndpointException {
      return inside(() -> endpoints.attach(spec));
    }

    @Override
    public Optional<Endpoint> find(EndpointSpec spec) throws EndpointException {
      return inside(() -> endpoints.find(spec));
    }

    @Override
    public void detach(String hostName) throws EndpointException {
      inside(
          () -> {
            endpoints.detach(hostName);
            return hostName;
          });
    }

    @Override
    public void forgetSources(String sandbox, List<InetAddress> sources) throws EndpointException {
      inside(
          () -> {
            endpoints.forgetSources(sandbox, sources);
            return sandbox;
          });
    }

    @Override
    public List<EndpointProblem> check(EndpointSpec spec) throws EndpointException {
      return inside(() -> endpoints.check(spec));
    }

    @Override
    public Set<String> list() throws EndpointException {
      return inside(endpoints::list);
    }

    private <T> T inside(Call<T> call) throws EndpointException {
      try {
        return Netns.call(netns, call::run);
      } catch (EndpointException e) {
        throw e;
      } catch (IOException e) {
        throw new AssertionError("the test's own namespace", e);
      }
    }
  }
}
