package org.ovswin.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.ovswin.sandbox.EndpointException.Reason;

/** What every implementation of {@link Endpoints} does, whatever the operating system. */
public abstract class EndpointsContract {
  protected static final MacAddress MAC = MacAddress.parse("0e:2a:0a:f4:01:05");
  protected static final String HOST_NAME = "ovsw-contract";

  protected abstract Endpoints endpoints() throws Exception;

  /** A new sandbox, taken away after the test. */
  protected abstract String newSandbox() throws Exception;

  protected abstract void deleteSandbox(String sandbox) throws Exception;

  /** Makes an interface of this name that the implementation must not take for its own. */
  protected abstract void makeForeign(String hostName) throws Exception;

  protected static EndpointSpec spec(String sandbox) {
    return EndpointSpec.withGateway(
        HOST_NAME,
        sandbox,
        "eth0",
        MAC,
        InetPrefix.parse("10.244.1.5/24"),
        InetPrefix.parseAddress("10.244.1.1"),
        1400);
  }

  private static final EndpointSpec.Gatewayed IPV4 =
      new EndpointSpec.Gatewayed(
          InetPrefix.parse("10.244.1.5/24"), InetPrefix.parseAddress("10.244.1.1"));
  private static final EndpointSpec.Gatewayed IPV6 =
      new EndpointSpec.Gatewayed(
          InetPrefix.parse("fd00:244:1::5/64"), InetPrefix.parseAddress("fd00:244:1::1"));

  /** With an address of each family. */
  protected static EndpointSpec dualStack(String sandbox) {
    return withGateways(sandbox, List.of(IPV4, IPV6));
  }

  protected static EndpointSpec ipv6Only(String sandbox) {
    return withGateways(sandbox, List.of(IPV6));
  }

  private static EndpointSpec withGateways(String sandbox, List<EndpointSpec.Gatewayed> addresses) {
    return EndpointSpec.withGateways(HOST_NAME, sandbox, "eth0", MAC, addresses, 1400);
  }

  @Test
  void attach_anyFamilies_isFoundAdoptedAndGoneAfterDetach() throws Exception {
    String sandbox = newSandbox();
    for (EndpointSpec spec : List.of(dualStack(sandbox), ipv6Only(sandbox))) {
      Endpoint endpoint = endpoints().attach(spec);
      assertThat(endpoints().check(spec)).isEmpty();
      assertThat(endpoints().find(spec)).contains(endpoint);
      assertThat(endpoints().attach(spec)).isEqualTo(endpoint);
      endpoints().detach(HOST_NAME);
      assertThat(endpoints().find(spec)).isEmpty();
    }
  }

  @Test
  void attach_oneFamilyMore_isRemade() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    endpoints().attach(spec);
    EndpointSpec dual = dualStack(spec.sandbox());
    assertThat(endpoints().check(dual))
        .extracting(EndpointProblem::what)
        .containsExactly("eth0 address", "eth0 route", "eth0 IPv6");

    endpoints().attach(dual);

    assertThat(endpoints().check(dual)).isEmpty();
  }

  @Test
  void attach_withoutIpv6_isCorrectedInPlace() throws Exception {
    EndpointSpec dual = dualStack(newSandbox());
    Endpoint before = endpoints().attach(dual);
    EndpointSpec spec = spec(dual.sandbox());
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::toString)
        .containsExactly("eth0 IPv6: on (expected: off)");

    assertThat(endpoints().attach(spec)).isEqualTo(before);

    assertThat(endpoints().check(spec)).isEmpty();
    assertThat(endpoints().check(dual)).isNotEmpty();
  }

  @Test
  void attach_newEndpoint_isFoundListedAndWithoutProblems() throws Exception {
    EndpointSpec spec = spec(newSandbox());

    Endpoint endpoint = endpoints().attach(spec);

    assertThat(endpoint.hostName()).isEqualTo(HOST_NAME);
    assertThat(endpoint.sandbox()).isEqualTo(spec.sandbox());
    assertThat(endpoint.ifName()).isEqualTo("eth0");
    assertThat(endpoint.mac()).isEqualTo(MAC);
    assertThat(endpoint.hostMac()).isNotEqualTo(MAC);
    assertThat(endpoint.mtu()).isEqualTo(1400);
    assertThat(endpoints().check(spec)).isEmpty();
    assertThat(endpoints().find(spec)).contains(endpoint);
    assertThat(endpoints().list()).containsExactly(HOST_NAME);
  }

  @Test
  void attach_again_adoptsTheSame() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    Endpoint first = endpoints().attach(spec);
    // The host's MAC address is new with each one made.
    assertThat(endpoints().attach(spec)).isEqualTo(first);
  }

  @Test
  void attach_otherAddress_isRemade() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    endpoints().attach(spec);
    EndpointSpec other =
        EndpointSpec.withGateway(
            HOST_NAME,
            spec.sandbox(),
            "eth0",
            MAC,
            InetPrefix.parse("10.244.1.6/24"),
            InetPrefix.parseAddress("10.244.1.1"),
            1400);
    assertThat(endpoints().check(other))
        .extracting(EndpointProblem::toString)
        .containsExactly("eth0 address: missing (expected: 10.244.1.6/24)");

    endpoints().attach(other);

    assertThat(endpoints().check(other)).isEmpty();
    assertThat(endpoints().check(spec)).isNotEmpty();
  }

  @Test
  void attach_otherSandbox_movesThere() throws Exception {
    EndpointSpec here = spec(newSandbox());
    EndpointSpec there = spec(newSandbox());
    endpoints().attach(here);

    endpoints().attach(there);

    assertThat(endpoints().check(there)).isEmpty();
    assertThat(endpoints().find(here)).isEmpty();
  }

  @Test
  void attach_missingSandbox_saysSoAndLeavesNothing() throws Exception {
    String sandbox = newSandbox();
    deleteSandbox(sandbox);

    assertReason(Reason.SANDBOX_MISSING, () -> endpoints().attach(spec(sandbox)), sandbox);
    assertThat(endpoints().list()).isEmpty();
  }

  @Test
  void foreignInterfaceOfThatName_isLeftAlone() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    makeForeign(HOST_NAME);

    assertReason(Reason.NAME_IN_USE, () -> endpoints().attach(spec), HOST_NAME);
    assertReason(Reason.NAME_IN_USE, () -> endpoints().detach(HOST_NAME), HOST_NAME);
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::what, EndpointProblem::observed)
        .contains(org.assertj.core.groups.Tuple.tuple(HOST_NAME, "a link that is not ours"));
    assertThat(endpoints().list()).isEmpty();
  }

  @Test
  void detach_existing_isGone() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    endpoints().attach(spec);

    endpoints().detach(HOST_NAME);

    assertThat(endpoints().find(spec)).isEqualTo(Optional.empty());
    assertThat(endpoints().list()).isEmpty();
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::what)
        .containsExactly(HOST_NAME, "eth0 in " + spec.sandbox());
  }

  @Test
  void detach_twice_isASuccess() throws Exception {
    endpoints().attach(spec(newSandbox()));
    endpoints().detach(HOST_NAME);
    endpoints().detach(HOST_NAME);
  }

  @Test
  void detach_sandboxGone_isASuccess() throws Exception {
    EndpointSpec spec = spec(newSandbox());
    endpoints().attach(spec);
    deleteSandbox(spec.sandbox());

    endpoints().detach(HOST_NAME);

    assertThat(endpoints().list()).isEmpty();
    assertThat(endpoints().find(spec)).isEmpty();
    assertThat(endpoints().check(spec))
        .extracting(EndpointProblem::toString)
        .contains("sandbox %s: missing (expected: a namespace)".formatted(spec.sandbox()));
  }

  protected static void assertReason(
      Reason reason,
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
      String... mentioned) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            EndpointException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContainingAll(List.of(mentioned).toArray(String[]::new));
  }
}
