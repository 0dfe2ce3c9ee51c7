package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.EndpointSpec.Gatewayed;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;

/** A sandbox with eth0, the way out, and net1, whose addresses answer by net1. */
class SourceRoutingTest {
  private static final List<Gatewayed> FIRST = both(5);
  private static final List<Gatewayed> FURTHER = both(6);

  @RegisterExtension final Namespaces namespaces = new Namespaces();

  private Path node = Path.of("/");
  private String sandbox = "";
  private String pod = "";
  private Endpoints endpoints = new LinuxEndpoints();

  @BeforeEach
  void makePod() throws Exception {
    node = namespaces.create();
    Path netns = namespaces.create();
    sandbox = netns.toString();
    pod = Namespaces.nameOf(netns);
    endpoints = new LinuxEndpointsTest.InNamespace(node, new LinuxEndpoints());
    endpoints.attach(eth0());
  }

  private EndpointSpec eth0() {
    return EndpointSpec.withGateways(
        "ovsw-eth0", sandbox, "eth0", MacAddress.parse("0e:2a:0a:f4:01:05"), FIRST, 1400);
  }

  private static List<Gatewayed> both(int host) {
    return List.of(
        new Gatewayed(
            InetPrefix.parse("10.244.1.%d/24".formatted(host)),
            InetPrefix.parseAddress("10.244.1.1")),
        new Gatewayed(
            InetPrefix.parse("fd00:244:1::%d/64".formatted(host)),
            InetPrefix.parseAddress("fd00:244:1::1")));
  }

  private EndpointSpec net1() {
    return EndpointSpec.beside(
        "ovsw-net1", sandbox, "net1", MacAddress.parse("0e:2a:0a:f4:01:06"), FURTHER, 1400);
  }

  private static List<InetAddress> sources() {
    return FURTHER.stream().map(one -> one.address().address()).toList();
  }

  /** Rules other than the kernel's own. */
  private List<String> rules() throws Exception {
    String all = Shell.run("ip", "-n", pod, "rule") + Shell.run("ip", "-n", pod, "-6", "rule");
    return all.lines().filter(rule -> !rule.contains("from all")).map(String::strip).toList();
  }

  private String wayTo(String destination, String source) throws Exception {
    return Shell.run("ip", "-n", pod, "route", "get", destination, "from", source);
  }

  private void ip(String words) throws Exception {
    Shell.run(("ip -n " + pod + " " + words).split(" "));
  }

  @Test
  void attach_onlyInterface_makesNoRule() throws Exception {
    assertThat(rules()).isEmpty();
  }

  @Test
  void attach_furtherInterface_eachAddressLeavesByItsOwn() throws Exception {
    endpoints.attach(net1());

    assertThat(endpoints.check(net1())).isEmpty();
    assertThat(rules()).hasSize(2).allMatch(rule -> rule.startsWith("28534:"));
    for (String there : List.of("10.244.1.77", "198.51.100.1")) {
      assertThat(wayTo(there, "10.244.1.6")).contains(" dev net1 ");
      assertThat(wayTo(there, "10.244.1.5")).contains(" dev eth0 ");
    }
    for (String there : List.of("fd00:244:1::77", "2001:db8::1")) {
      assertThat(wayTo(there, "fd00:244:1::6")).contains(" dev net1 ");
      assertThat(wayTo(there, "fd00:244:1::5")).contains(" dev eth0 ");
    }
    assertThat(mainRoutes()).as("the main table").noneMatch(route -> route.contains("net1"));
    assertThat(Shell.run("ip", "-n", pod, "route", "get", "198.51.100.1"))
        .as("where nothing is said")
        .contains("via 10.244.1.1 dev eth0 src 10.244.1.5");
  }

  @Test
  void attach_ruleOrRouteIsMissing_isNamedByCheckAndCorrectedInPlace() throws Exception {
    Endpoint before = endpoints.attach(net1());
    ip("rule del from 10.244.1.6");
    ip("-6 route flush table " + table());
    assertThat(endpoints.check(net1()))
        .extracting(EndpointProblem::toString)
        .containsExactly(
            "net1 route: missing (expected: fd00:244:1:0:0:0:0:0/64 dev %d table %s)"
                .formatted(link(), table()),
            "net1 route: missing (expected: 0:0:0:0:0:0:0:0/0 via fd00:244:1:0:0:0:0:1 dev %d"
                    .formatted(link())
                + " table %s)".formatted(table()),
            "net1 rule: missing (expected: 28534: from 10.244.1.6/32 lookup %s)"
                .formatted(table()));

    assertThat(endpoints.attach(net1())).isEqualTo(before);

    assertThat(endpoints.check(net1())).isEmpty();
  }

  /** As the kernel makes it for an address that somebody adds by hand. */
  @Test
  void attach_prefixIsInTheMainTable_isNamedByCheckAndTakenAway() throws Exception {
    Endpoint before = endpoints.attach(net1());
    ip("addr del 10.244.1.6/24 dev net1");
    ip("addr add 10.244.1.6/24 dev net1");
    assertThat(endpoints.check(net1()))
        .extracting(EndpointProblem::toString)
        .contains(
            "net1 route: 10.244.1.0/24 dev %d scope link (expected: none in the main table)"
                .formatted(link()));

    assertThat(endpoints.attach(net1())).isEqualTo(before);

    assertThat(endpoints.check(net1())).isEmpty();
    assertThat(mainRoutes()).noneMatch(route -> route.contains("net1"));
  }

  /** Without link-local and multicast ones. */
  private List<String> mainRoutes() throws Exception {
    return (Shell.run("ip", "-n", pod, "route") + Shell.run("ip", "-n", pod, "-6", "route"))
        .lines()
        .filter(route -> !route.startsWith("fe80"))
        .toList();
  }

  private int link() throws Exception {
    return Shell.ip(pod, "link", "show", "net1").get(0).get("ifindex").asInt();
  }

  private String table() throws Exception {
    return Integer.toUnsignedString(SourceRouting.FIRST_TABLE + link());
  }

  /** An attach or a detach was killed when the rules were there and the link was not any more. */
  @Test
  void attach_rulesOfAnEarlierLink_takeTheirPlace() throws Exception {
    endpoints.attach(net1());
    endpoints.detach("ovsw-net1");
    assertThat(rules()).as("they do not go with the link").hasSize(2);
    ip("rule add from 10.99.0.1 lookup 1862270979 pref 28534 protocol 4");

    endpoints.attach(net1());

    assertThat(rules()).hasSize(3);
    assertThat(endpoints.check(net1())).isEmpty();
    assertThat(wayTo("198.51.100.1", "10.244.1.6")).contains(" dev net1 ");
  }

  @Test
  void forgetSources_theirsAreGone_othersStay() throws Exception {
    endpoints.attach(net1());
    ip("rule add from 10.244.1.6 lookup 7 pref 9");
    endpoints.forgetSources(sandbox, sources());
    endpoints.forgetSources(sandbox, sources());
    endpoints.detach("ovsw-net1");

    assertThat(rules()).singleElement().asString().contains("lookup 7");
    assertThat(wayTo("198.51.100.1", "10.244.1.5")).contains(" dev eth0 ");
  }

  @Test
  void forgetSources_linkIsGoneAlready_takesTheRules() throws Exception {
    endpoints.attach(net1());
    endpoints.detach("ovsw-net1");
    endpoints.forgetSources(sandbox, sources());
    assertThat(rules()).isEmpty();
  }

  @Test
  void forgetSources_sandboxIsGone_isASuccess() throws Exception {
    Netns.delete(pod);
    endpoints.forgetSources(sandbox, sources());
    endpoints.forgetSources("/proc/self/status", sources());
  }

  /** Whatever came first: each address leaves by its own interface. */
  @Test
  void attach_firstInterfaceAgain_eachAddressLeavesByItsOwn() throws Exception {
    endpoints.attach(net1());
    endpoints.detach("ovsw-eth0");
    endpoints.attach(eth0());
    for (String there : List.of("10.244.1.77", "198.51.100.1")) {
      assertThat(wayTo(there, "10.244.1.6")).contains(" dev net1 ");
      assertThat(wayTo(there, "10.244.1.5")).contains(" dev eth0 ");
    }
    for (String there : List.of("fd00:244:1::77", "2001:db8::1")) {
      assertThat(wayTo(there, "fd00:244:1::6")).contains(" dev net1 ");
      assertThat(wayTo(there, "fd00:244:1::5")).contains(" dev eth0 ");
    }
    assertThat(endpoints.check(eth0())).isEmpty();
    assertThat(endpoints.check(net1())).isEmpty();
  }

  /** Nothing is inherited: net1 goes on answering, and the pod has no way out of its own accord. */
  @Test
  void detach_firstInterface_theFurtherOneStaysAsItWas() throws Exception {
    endpoints.attach(net1());
    endpoints.detach("ovsw-eth0");
    assertThat(endpoints.check(net1())).isEmpty();
    assertThat(wayTo("198.51.100.1", "10.244.1.6")).contains(" dev net1 ");
    assertThat(Shell.run("ip", "-n", pod, "route")).doesNotContain("default");
  }
}
