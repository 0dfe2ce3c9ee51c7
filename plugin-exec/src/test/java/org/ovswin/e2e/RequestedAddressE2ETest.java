package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.lab.Pod;

/** Pods that ask for an address: they get that one, or a refusal that says why, and nothing. */
class RequestedAddressE2ETest {
  private static final String CONTAINER = "c0ffee";
  private static final String WANTED = "10.244.0.77";
  private static final int ENVIRONMENT = 4;
  private static final int CONFIGURATION = 7;

  @RegisterExtension
  static final Cluster cluster =
      Cluster.ofNodes(1)
          .configured(Settings.ipam("{reserved: [10.244.0.100-10.244.0.109], coolDown: 0s}"));

  private Cni cni;
  private Path netns;

  @BeforeEach
  void sandbox() {
    cni = Cni.on(cluster.node(1));
    netns = cluster.lab().addSandbox("raw");
  }

  @AfterEach
  void noSandbox() {
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    cluster.lab().delSandbox("raw");
  }

  /** A request in one of the four ways: fields of the configuration, and CNI_ARGS. */
  enum Way {
    CNI_ARGS("", "IP=%s", "CNI_ARGS IP", ENVIRONMENT),
    ARGS_CNI_IPS("\"args\": {\"cni\": {\"ips\": [\"%s\"]}}", "", "args.cni.ips[0]", CONFIGURATION),
    RUNTIME_CONFIG_IPS(
        "\"runtimeConfig\": {\"ips\": [\"%s\"]}", "", "runtimeConfig.ips[0]", CONFIGURATION),
    ANNOTATION(
        "\"runtimeConfig\": {\"io.kubernetes.cri.pod-annotations\":"
            + " {\"ovs-win.org/ip-addresses\": \"%s\"}}",
        "", "ovs-win.org/ip-addresses", CONFIGURATION);

    private final String fields;
    private final String args;
    private final String field;
    private final int code;

    Way(String fields, String args, String field, int code) {
      this.fields = fields;
      this.args = args;
      this.field = field;
      this.code = code;
    }

    Cni.Answer ask(Cni cni, Path netns, String address) {
      String config = fields.isEmpty() ? Cni.CONFIG : Cni.with(fields.formatted(address));
      return cni.add(CONTAINER, netns, config, args.formatted(address));
    }
  }

  static Stream<Arguments> ways() {
    return Stream.of(Way.values()).map(way -> argumentSet(way.name(), way));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void add_asksForAFreeAddress_getsItAndIsReached(Way way) {
    Pod pod = cluster.pod(1, "pod");
    Cni.Answer added = way.ask(cni, netns, WANTED);
    assertThat(added.addresses()).containsExactly(WANTED);
    Cluster.holds(cluster.probes().ping("the address asked for", pod.host(), WANTED));
    assertThat(way.ask(cni, netns, WANTED)).as("repeated").isEqualTo(added);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void add_asksForAReservedAddress_getsIt(Way way) {
    assertThat(way.ask(cni, netns, "10.244.0.105").address()).isEqualTo("10.244.0.105");
  }

  static Stream<Arguments> refusals() {
    return ways()
        .map(arguments -> arguments.get()[0])
        .flatMap(
            way ->
                Stream.of(
                    refused(way, "10.244.0.0", "network address"),
                    refused(way, "10.244.0.1", "gateway"),
                    refused(way, "10.244.0.255", "broadcast"),
                    refused(way, "10.244.9.9", "expected"),
                    refused(way, "192.0.2.1", "expected"),
                    refused(way, "fd00:10:244::5", "expected"),
                    refused(way, "10.244.0.77/16", "/24"),
                    refused(way, "10.244.0.077", "expected"),
                    refused(way, "::ffff:10.244.0.77", "expected"),
                    refused(way, "*", "expected"),
                    refused(way, "10.244.0.77,10.244.0.78", "expected")));
  }

  private static Arguments refused(Object way, String address, String reason) {
    return argumentSet(way + " " + address, way, address, reason);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void add_asksForWhatCannotBe_isRefusedAndNothingIsMade(Way way, String address, String reason) {
    Footprint before = Footprint.of(cluster, "node1");
    Cni.Answer answer = way.ask(cni, netns, address);
    assertThat(answer.code()).as(answer.out()).isEqualTo(way.code);
    assertThat(answer.json().path("msg").asText()).contains(way.field, reason);
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void add_asksForAnAddressInUse_isToldByWhom(Way way) {
    Pod pod = cluster.pod(1, "pod");
    Footprint before = Footprint.of(cluster, "node1");
    Cni.Answer answer = way.ask(cni, netns, pod.address());
    assertThat(answer.code()).as(answer.out()).isEqualTo(way.code);
    assertThat(answer.json().path("msg").asText()).contains(way.field, "pod");
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @Test
  void addTwice_withAnotherAddress_isRefusedAndTheFirstStays() {
    Cni.Answer first = Way.CNI_ARGS.ask(cni, netns, WANTED);
    Cni.Answer second = Way.CNI_ARGS.ask(cni, netns, "10.244.0.78");
    assertThat(second.code()).as(second.out()).isEqualTo(ENVIRONMENT);
    assertThat(second.out()).contains("CNI_ARGS IP", WANTED);
    assertThat(cni.check(CONTAINER, netns, first).succeeded()).isTrue();
  }

  @Test
  void add_twoWaysThatDiffer_isRefused() {
    Cni.Answer answer =
        cni.add(
            CONTAINER,
            netns,
            Cni.with("\"args\": {\"cni\": {\"ips\": [\"10.244.0.78\"]}}"),
            "IP=" + WANTED);
    assertThat(answer.code()).as(answer.out()).isIn(ENVIRONMENT, CONFIGURATION);
    assertThat(answer.out()).contains("args.cni.ips[0]", WANTED, "10.244.0.78");
  }
}
