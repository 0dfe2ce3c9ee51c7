package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The four places where a request may name addresses, alone and against each other. */
class RequestedAddressesTest {
  private static final String RUNTIME = "\"runtimeConfig\":{\"ips\":%s}";
  private static final String ARGS = "\"args\":{\"cni\":{\"ips\":%s}}";
  private static final String ANNOTATION =
      "\"runtimeConfig\":{\"io.kubernetes.cri.pod-annotations\":"
          + "{\"other.example/key\":\"x\",\"ovs-win.org/ip-addresses\":%s}}";

  private static List<String> read(String cniArgs, String... sections) throws CniException {
    NetworkConfig config =
        NetworkConfig.parse(
            ("{\"name\":\"net\"," + String.join(",", sections) + "}").getBytes(UTF_8));
    config.validate();
    config.requireKnownCapabilities();
    return config.requestedAddresses(CniArgs.parse(cniArgs)).stream()
        .map(RequestedAddress::toString)
        .toList();
  }

  @Test
  void read_fromEachSource_findsTheAddresses() throws CniException {
    assertThat(read("", RUNTIME.formatted("[\"10.244.3.17/24\",\"fd00::17\"]")))
        .containsExactly("10.244.3.17/24", "fd00::17");
    assertThat(read("", "\"runtimeConfig\":{\"IPs\":[\"10.244.3.17\"]}"))
        .as("as containerd writes keys")
        .containsExactly("10.244.3.17");
    assertThat(read("", ARGS.formatted("[\"10.244.3.17\"]"))).containsExactly("10.244.3.17");
    assertThat(read("IP=fd00::17,10.244.3.17", ARGS.formatted("[]")))
        .as("IPv4 first, whatever the order")
        .containsExactly("10.244.3.17", "fd00::17");
    assertThat(read("", ANNOTATION.formatted("\"10.244.3.17,fd00::17/64\"")))
        .containsExactly("10.244.3.17", "fd00::17/64");
    assertThat(read("IgnoreUnknown=1", "\"args\":{\"cni\":{}}")).isEmpty();
  }

  @Test
  void read_fromSourcesThatAgreeOrComplement_takesBoth() throws CniException {
    assertThat(
            read(
                "IP=10.244.3.17",
                RUNTIME.formatted("[\"10.244.3.17/24\"]"),
                ARGS.formatted("[\"fd00::17\"]")))
        .containsExactly("10.244.3.17/24", "fd00::17");
    assertThat(read("IP=10.244.3.17/24", ARGS.formatted("[\"10.244.3.17\"]")))
        .containsExactly("10.244.3.17/24");
  }

  static List<Arguments> refusals() {
    String address =
        "(expected: an IPv4 or IPv6 address, with or without the length of its prefix)";
    return List.of(
        arguments("IP=", "\"a\":1", 4, "CNI_ARGS IP:  " + address),
        arguments("IP=10.244.3.17,", "\"a\":1", 4, "CNI_ARGS IP:  " + address),
        arguments("IP=10.244.3.017", "\"a\":1", 4, "CNI_ARGS IP: 10.244.3.017 " + address),
        arguments("IP= 10.244.3.17", "\"a\":1", 4, "CNI_ARGS IP:  10.244.3.17 " + address),
        arguments("IP=10.244.3.17/33", "\"a\":1", 4, "CNI_ARGS IP: 10.244.3.17/33 " + address),
        arguments("IP=10.244.3.17/024", "\"a\":1", 4, "CNI_ARGS IP: 10.244.3.17/024 " + address),
        arguments("IP=::ffff:10.244.3.17", "\"a\":1", 4, "CNI_ARGS IP: ::ffff:10.244.3.17"),
        arguments("IP=*", "\"a\":1", 4, "CNI_ARGS IP: * " + address),
        arguments("", RUNTIME.formatted("[\"x\"]"), 7, "runtimeConfig.ips[0]: x " + address),
        arguments("", RUNTIME.formatted("\"10.1.2.3\""), 7, "runtimeConfig.ips: \"10.1.2.3\""),
        arguments("", RUNTIME.formatted("[5]"), 7, "runtimeConfig.ips[0]: 5 (expected: a string)"),
        arguments("", ARGS.formatted("[\"\"]"), 7, "args.cni.ips[0]:  " + address),
        arguments("", "\"args\":{\"cni\":5}", 7, "args.cni: 5 (expected: an object)"),
        arguments(
            "",
            ANNOTATION.formatted("\"x\""),
            7,
            "runtimeConfig.io.kubernetes.cri.pod-annotations.ovs-win.org/ip-addresses: x"),
        arguments(
            "IP=10.244.3.17,10.244.3.18",
            "\"a\":1",
            4,
            "CNI_ARGS IP: 10.244.3.18 (expected: one address of each family; "
                + "CNI_ARGS IP asks for 10.244.3.17)"),
        arguments("IP=10.244.3.17,10.244.3.17", "\"a\":1", 4, "(expected: each address only once)"),
        arguments(
            "IP=10.244.3.18",
            RUNTIME.formatted("[\"10.244.3.17\"]"),
            4,
            "CNI_ARGS IP: 10.244.3.18 (expected: one address of each family; "
                + "runtimeConfig.ips[0] asks for 10.244.3.17)"),
        arguments(
            "IP=10.244.3.17/16",
            ARGS.formatted("[\"10.244.3.17/24\"]"),
            4,
            "CNI_ARGS IP: 10.244.3.17/16 (expected: the prefix length of args.cni.ips[0], "
                + "10.244.3.17/24, or none)"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void read_fromWhatCannotBe_isRefused(String cniArgs, String section, int code, String message) {
    assertThatThrownBy(() -> read(cniArgs, section))
        .isInstanceOfSatisfying(
            CniException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.msg()).contains(message);
            });
  }
}
