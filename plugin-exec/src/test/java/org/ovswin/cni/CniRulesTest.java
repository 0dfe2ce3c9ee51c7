package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.cni.PortMapping.Protocol;
import org.ovswin.ipam.address.IpAddress;

/**
 * The rules of the specification, one row each: a call, its code, and what the message must name.
 */
class CniRulesTest {
  private final StrictHandler handler = new StrictHandler();

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void call_thatBreaksARule_isRefused(String rule, Call call, int code, String named) {
    Call.Output output = call.answeredBy(handler);

    assertThat(output.exitCode()).as(output.standardOutput()).isEqualTo(1);
    assertThat(output.code()).as(output.standardOutput()).isEqualTo(code);
    assertThat(output.msg()).contains(named);
    assertThat(handler.requests).isEmpty();
  }

  static Stream<Arguments> refusals() {
    return Stream.of(environment(), cniArgs(), names(), json(), versions(), fields(), ports())
        .flatMap(List::stream);
  }

  private static List<Arguments> environment() {
    return List.of(
        refused("no command", Call.add().without("CNI_COMMAND"), 4, "CNI_COMMAND"),
        refused(
            "unknown command",
            Call.add().with("CNI_COMMAND", "ATTACH"),
            4,
            "CNI_COMMAND: ATTACH (expected: one of ADD, DEL, CHECK, GC, STATUS, VERSION)"),
        refused(
            "commands have their case",
            Call.add().with("CNI_COMMAND", "add"),
            4,
            "CNI_COMMAND: add"),
        refused(
            "every missing name is listed",
            Call.add()
                .without("CNI_CONTAINERID")
                .without("CNI_NETNS")
                .without("CNI_IFNAME")
                .without("CNI_PATH"),
            4,
            "missing environment variables: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_PATH"),
        refused(
            "empty is missing",
            Call.add().with("CNI_NETNS", ""),
            4,
            "missing environment variables: CNI_NETNS"),
        refused(
            "CHECK needs a namespace", Call.of(CniVerb.CHECK).without("CNI_NETNS"), 4, "CNI_NETNS"),
        refused(
            "DEL needs id and name",
            Call.del().without("CNI_CONTAINERID").without("CNI_IFNAME"),
            4,
            "missing environment variables: CNI_CONTAINERID, CNI_IFNAME"),
        refused(
            "environment comes before the configuration",
            Call.add().without("CNI_PATH").config("{"),
            4,
            "CNI_PATH"));
  }

  private static List<Arguments> cniArgs() {
    return List.of(
        refused(
            "CNI_ARGS without =",
            Call.add().with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME"),
            4,
            "CNI_ARGS: K8S_POD_NAME (expected: KEY=value)"),
        refused("CNI_ARGS without key", Call.add().with("CNI_ARGS", "=x"), 4, "CNI_ARGS: =x"),
        refused(
            "CNI_ARGS unknown key",
            Call.add().with("CNI_ARGS", "FOO=1"),
            4,
            "CNI_ARGS: FOO (expected: a known key, or IgnoreUnknown=1)"),
        refused(
            "CNI_ARGS unknown key not ignored",
            Call.add().with("CNI_ARGS", "FOO=1;IgnoreUnknown=false"),
            4,
            "CNI_ARGS: FOO"),
        refused(
            "CNI_ARGS twice",
            Call.add().with("CNI_ARGS", "K8S_POD_NAME=a;K8S_POD_NAME=b"),
            4,
            "CNI_ARGS: K8S_POD_NAME (expected: the key only once)"),
        refused(
            "IgnoreUnknown is a bool",
            Call.add().with("CNI_ARGS", "IgnoreUnknown=maybe"),
            4,
            "CNI_ARGS: IgnoreUnknown=maybe (expected: 1, true, 0 or false)"));
  }

  private static List<Arguments> names() {
    Stream<Arguments> ids =
        Stream.of("-a", ".a", "_a", "a/b", "a b", "ä", "a\n", "a;b")
            .map(
                id ->
                    refused(
                        "container id " + id,
                        Call.add().with("CNI_CONTAINERID", id),
                        4,
                        "CNI_CONTAINERID: " + id));
    Stream<Arguments> interfaces =
        Stream.of(
                "0123456789abcdef",
                ".",
                "..",
                "a/b",
                "a:b",
                "a b",
                "a\tb",
                "a\n",
                "éééééééé",
                "a\u0001",
                "a\u00a0b")
            .map(
                name ->
                    refused(
                        "interface name " + name,
                        Call.del().with("CNI_IFNAME", name),
                        4,
                        "CNI_IFNAME: " + name));
    Stream<Arguments> networks =
        Stream.of("-a", "a/b", "a b", ".")
            .map(
                name ->
                    refused(
                        "network name " + name,
                        Call.add().set("name", "\"" + name + "\""),
                        7,
                        "name: " + name));
    return Stream.of(ids, interfaces, networks).flatMap(rows -> rows).toList();
  }

  private static List<Arguments> json() {
    return List.of(
        refused("no configuration", Call.add().config(""), 6, "nothing"),
        refused(
            "not JSON, with its position",
            Call.add().config("{\"cniVersion\":\n  oops}"),
            6,
            "line 2, column"),
        refused("cut off", Call.add().config("{\"name\":\"po"), 6, "line 1, column"),
        refused("not an object", Call.add().config("[]"), 6, "an array (expected: a JSON object)"),
        refused("null", Call.add().config("null"), 6, "null (expected: a JSON object)"),
        refused("something behind it", Call.add().config("{} {}"), 6, "line 1, column"),
        refused(
            "a key twice",
            Call.add().config("{\"name\":\"a\",\"name\":\"b\"}"),
            6,
            "Duplicate field 'name'"),
        refused(
            "too deep",
            Call.add().config("{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}"),
            6,
            "depth"),
        refused(
            "an endless number",
            Call.add().config("{\"a\":" + "1".repeat(5000) + "}"),
            6,
            "network configuration"));
  }

  private static List<Arguments> versions() {
    return List.of(
        refused(
            "unknown version",
            Call.add().version("2.0.0"),
            1,
            "cniVersion: 2.0.0 (expected: one of 0.1.0, 0.2.0"),
        refused("not a listed patch version", Call.add().version("1.0.1"), 1, "cniVersion: 1.0.1"),
        refused(
            "version of wrong type",
            Call.add().set("cniVersion", "1"),
            7,
            "cniVersion: 1 (expected: a string)"),
        refused(
            "CHECK since 0.4.0",
            Call.of(CniVerb.CHECK).version("0.3.1"),
            1,
            "cniVersion: 0.3.1 (expected: 0.4.0 or newer for CHECK)"),
        refused("GC since 1.1.0", Call.of(CniVerb.GC).version("1.0.0"), 1, "1.1.0 or newer for GC"),
        refused(
            "STATUS since 1.1.0",
            Call.of(CniVerb.STATUS).version("1.0.0"),
            1,
            "1.1.0 or newer for STATUS"),
        refused(
            "DEL of a version we do not speak",
            Call.del().version("0.0.9"),
            1,
            "cniVersion: 0.0.9"));
  }

  private static List<Arguments> fields() {
    return List.of(
        refused("no name", Call.add().unset("name"), 7, "name: missing"),
        refused("no name on DEL", Call.del().unset("name"), 7, "name: missing"),
        refused("null name", Call.add().set("name", "null"), 7, "name: missing"),
        refused(
            "name of wrong type",
            Call.add().set("name", "[1]"),
            7,
            "name: [1] (expected: a string)"),
        refused(
            "type of wrong type", Call.add().set("type", "5"), 7, "type: 5 (expected: a string)"),
        refused(
            "flag of wrong type",
            Call.add().set("ipMasq", "\"yes\""),
            7,
            "ipMasq: \"yes\" (expected: true or false)"),
        refused(
            "capability of wrong type",
            Call.add().set("capabilities", "{\"dns\":1}"),
            7,
            "capabilities.dns: 1"),
        refused(
            "args of wrong type",
            Call.add().set("args", "[]"),
            7,
            "args: [] (expected: an object)"),
        refused(
            "address allocation by another",
            Call.add().set("ipam", "{\"type\":\"host-local\"}"),
            2,
            "ipam: {\"type\":\"host-local\"}"),
        refused(
            "unknown key of ours",
            Call.add().set("ovsWin", "{\"mtuu\":1}"),
            7,
            "ovsWin.mtuu: 1 (expected: no key of this name"),
        refused(
            "our section of wrong type",
            Call.add().set("ovsWin", "1"),
            7,
            "ovsWin: 1 (expected: an object)"),
        refused(
            "capability we do not have",
            Call.add().set("runtimeConfig", "{\"bandwidth\":{\"ingressRate\":1}}"),
            2,
            "runtimeConfig.bandwidth: {\"ingressRate\":1}"),
        refused(
            "runtimeConfig of wrong type",
            Call.add().set("runtimeConfig", "7"),
            7,
            "runtimeConfig: 7 (expected: an object)"),
        refused(
            "dns of wrong type",
            Call.add().set("dns", "{\"search\":\"x\"}"),
            7,
            "dns.search: \"x\" (expected: an array)"),
        refused(
            "dns server of wrong type",
            Call.add().set("runtimeConfig", "{\"dns\":{\"Servers\":[1]}}"),
            7,
            "runtimeConfig.dns.Servers[0]: 1 (expected: a string)"),
        refused(
            "CHECK without prevResult",
            Call.of(CniVerb.CHECK).unset("prevResult"),
            7,
            "prevResult: missing"),
        refused(
            "prevResult of wrong type",
            Call.add().set("prevResult", "[]"),
            7,
            "prevResult: [] (expected: an object)"),
        refused(
            "prevResult address",
            Call.add().set("prevResult", "{\"ips\":[{\"address\":\"10.1\"}]}"),
            7,
            "prevResult.ips[0].address: \"10.1\""),
        refused(
            "prevResult host bits beyond",
            Call.add().set("prevResult", "{\"ips\":[{\"address\":\"10.1.0.0/33\"}]}"),
            7,
            "prevResult.ips[0].address"),
        refused(
            "prevResult interface index",
            Call.add()
                .set("prevResult", "{\"ips\":[{\"address\":\"10.1.0.1/8\",\"interface\":0}]}"),
            7,
            "prevResult.ips[0]"),
        refused(
            "prevResult interface without name",
            Call.add().set("prevResult", "{\"interfaces\":[{}]}"),
            7,
            "prevResult.interfaces[0].name: missing"),
        refused(
            "prevResult route without dst",
            Call.add().set("prevResult", "{\"routes\":[{}]}"),
            7,
            "prevResult.routes[0].dst: missing"),
        refused(
            "GC without the list",
            Call.of(CniVerb.GC).unset("cni.dev/valid-attachments"),
            7,
            "cni.dev/valid-attachments: missing"),
        refused(
            "GC with an attachment without name",
            Call.of(CniVerb.GC).set("cni.dev/valid-attachments", "[{\"containerID\":\"a\"}]"),
            7,
            "cni.dev/valid-attachments[0].ifname: missing"));
  }

  private static List<Arguments> ports() {
    return List.of(
        port("[{\"containerPort\":80}]", "runtimeConfig.portMappings[0].hostPort: missing"),
        port("[{\"hostPort\":80}]", "runtimeConfig.portMappings[0].containerPort: missing"),
        port(
            "[{\"hostPort\":0,\"containerPort\":80}]",
            "runtimeConfig.portMappings[0].hostPort: 0 (expected: an integer from 1 to 65535)"),
        port("[{\"hostPort\":65536,\"containerPort\":80}]", "portMappings[0].hostPort: 65536"),
        port("[{\"hostPort\":-1,\"containerPort\":80}]", "portMappings[0].hostPort: -1"),
        port("[{\"hostPort\":1e400,\"containerPort\":80}]", "portMappings[0].hostPort:"),
        port("[{\"hostPort\":80.5,\"containerPort\":80}]", "portMappings[0].hostPort: 80.5"),
        port(
            "[{\"hostPort\":18446744073709551697,\"containerPort\":80}]",
            "portMappings[0].hostPort: 18446744073709551697"),
        port("[{\"hostPort\":\"80\",\"containerPort\":80}]", "portMappings[0].hostPort: \"80\""),
        port(
            "[{\"hostPort\":80,\"containerPort\":80,\"protocol\":\"icmp\"}]",
            "portMappings[0].protocol: \"icmp\" (expected: tcp, udp or sctp)"),
        port(
            "[{\"hostPort\":80,\"containerPort\":80,\"hostIP\":\"010.0.0.1\"}]",
            "portMappings[0].hostIP: \"010.0.0.1\" (expected: an IPv4 or IPv6 address)"),
        port("{}", "runtimeConfig.portMappings: {} (expected: an array)"),
        port("[80]", "runtimeConfig.portMappings[0]: 80 (expected: an object)"),
        port("[{\"hostPort\":80,\"HostPort\":81,\"containerPort\":80}]", "the key only once"),
        port(
            "[{\"hostPort\":80,\"containerPort\":80},{\"hostPort\":80,\"containerPort\":81}]",
            "a host port that portMappings[0] does not map already"),
        port(
            "[{\"hostPort\":80,\"containerPort\":80,\"hostIP\":\"0.0.0.0\"},{\"hostPort\":80,\"containerPort\":81,\"hostIP\":\"10.0.0.1\"}]",
            "portMappings[1]"));
  }

  private static Arguments port(String json, String named) {
    return refused(
        "port mapping " + json,
        Call.add().set("runtimeConfig", "{\"portMappings\":" + json + "}"),
        7,
        named);
  }

  private static Arguments refused(String rule, Call call, int code, String named) {
    return arguments(rule, call, code, named);
  }

  @Test
  void error_carriesTheVersionOfTheConfiguration() {
    assertThat(Call.add().version("0.3.1").unset("name").answeredBy(handler).standardOutput())
        .isEqualTo(
            "{\"cniVersion\":\"0.3.1\",\"code\":7,"
                + "\"msg\":\"name: missing (expected: the name of the network)\"}\n");
  }

  @Test
  void error_withDetails_printsThem() {
    CniHandler exhausted =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) throws CniException {
            throw CniErrors.tryAgainLater("no address is free", "block 10.244.1.0/24");
          }
        };

    assertThat(Call.add().answeredBy(exhausted).standardOutput())
        .isEqualTo(
            "{\"cniVersion\":\"1.0.0\",\"code\":11,\"msg\":\"no address is free\","
                + "\"details\":\"block 10.244.1.0/24\"}\n");
  }

  @Test
  void error_withAnEndlessValue_isCut() {
    Call.Output output =
        Call.add().set("name", "\"" + "x".repeat(500_000) + "!\"").answeredBy(handler);

    assertThat(output.code()).isEqualTo(7);
    assertThat(output.msg()).hasSizeLessThan(400).contains("(500001 characters)");
  }

  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
  void handler_thatFailsUnexpectedly_isInternalAndKeepsItsSecret(Class<? extends Throwable> type) {
    CniHandler broken =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) {
            if (type == IllegalStateException.class) {
              throw new IllegalStateException("password=hunter2");
            }
            throw new StackOverflowError("password=hunter2");
          }
        };

    Call.Output output = Call.add().answeredBy(broken);

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.code()).isEqualTo(100);
    assertThat(output.msg()).contains("internal", type.getSimpleName());
    assertThat(output.standardOutput()).doesNotContain("hunter2");
  }

  @Test
  void version_needsNothing() {
    Call.Output output = new Call(Map.of("CNI_COMMAND", "VERSION"), "not JSON").answeredBy(handler);

    assertThat(output.exitCode()).isZero();
    assertThat(output.standardOutput())
        .isEqualTo(
            "{\"cniVersion\":\"1.1.0\",\"supportedVersions\":"
                + "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n");
  }

  @ParameterizedTest
  @EnumSource(
      value = CniVerb.class,
      names = {"GC", "STATUS"})
  void networkVerb_withoutAttachmentEnvironment_isServed(CniVerb verb) {
    Call call =
        Call.of(verb)
            .without("CNI_CONTAINERID")
            .without("CNI_NETNS")
            .without("CNI_IFNAME")
            .without("CNI_PATH");

    assertThat(call.answeredBy(handler).exitCode()).isZero();
  }

  @Test
  void gc_keepsTheListedOnly_underEitherKey() {
    for (String key : List.of("cni.dev/valid-attachments", "cni.dev/attachments")) {
      Call.add().answeredBy(handler);
      Call.add().with("CNI_IFNAME", "net1").answeredBy(handler);
      Call.of(CniVerb.GC)
          .unset("cni.dev/valid-attachments")
          .set(key, "[{\"containerID\":\"c0ffee\",\"ifname\":\"net1\"}]")
          .answeredBy(handler);

      assertThat(handler.attachments).containsOnlyKeys(new Attachment("c0ffee", "net1"));
    }
  }

  @Test
  void gc_ofAnAgentWithoutIt_isCode4() {
    CniHandler older =
        new CniHandler() {
          @Override
          public CniResult add(CniRequest request) {
            return StrictHandler.result(request);
          }

          @Override
          public void del(CniRequest request) {}

          @Override
          public void check(CniRequest request) {}
        };

    assertThat(Call.of(CniVerb.GC).answeredBy(older).code()).isEqualTo(4);
    assertThat(Call.of(CniVerb.STATUS).answeredBy(older).exitCode()).isZero();
  }

  @Test
  void add_decodesTheWholeEnvironment() {
    Call.add().answeredBy(handler);

    CniRequest request = handler.lastRequest();
    assertThat(request.cniVersion()).isEqualTo(CniVersion.V1_0_0);
    assertThat(request.network()).isEqualTo("pods");
    assertThat(request.attachment()).isEqualTo(new Attachment("c0ffee", "eth0"));
    assertThat(request.netns()).isEqualTo("/run/netns/pod1");
    assertThat(request.pod()).contains(new PodName("shop", "web-0", Optional.of("7d5c")));
    assertThat(request.deadline()).isEqualTo(Call.DEADLINE);
    assertThat(request.portMappings()).isEmpty();
    assertThat(request.prevResult()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=shop",
        "K8S_POD_NAMESPACE=shop;FOO=a=b;K8S_POD_NAME=web-0;IgnoreUnknown=TRUE;",
        "IgnoreUnknown=0;K8S_POD_UID=;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0"
      })
  void cniArgs_inAnyOrder_nameThePod(String args) {
    Call.add().with("CNI_ARGS", args).answeredBy(handler);

    assertThat(handler.lastRequest().pod())
        .contains(new PodName("shop", "web-0", Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "IgnoreUnknown=1", "IgnoreUnknown=1;K8S_POD_NAME=;K8S_POD_NAMESPACE="})
  void cniArgs_withoutPod_nameNone(String args) {
    Call.add().with("CNI_ARGS", args).answeredBy(handler);

    assertThat(handler.lastRequest().pod()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"udp\",\"hostIP\":\"10.0.0.1\"}]}",
        "{\"PortMappings\":[{\"HostPort\":8080,\"ContainerPort\":80,\"Protocol\":\"UDP\",\"HostIP\":\"10.0.0.1\"}]}"
      })
  void portMappings_inEitherCase_areTheSame(String runtimeConfig) {
    Call.add().set("runtimeConfig", runtimeConfig).answeredBy(handler);

    assertThat(handler.lastRequest().portMappings())
        .containsExactly(
            new PortMapping(8080, 80, Protocol.UDP, Optional.of(IpAddress.parse("10.0.0.1"))));
  }

  @Test
  void portMappings_thatDifferInOneThing_areAllKept() {
    Call.add()
        .set(
            "runtimeConfig",
            """
            {"portMappings":[
              {"hostPort":80,"containerPort":80},
              {"hostPort":80,"containerPort":80,"protocol":"udp","hostIP":""},
              {"hostPort":80,"containerPort":80,"protocol":"sctp","hostIP":"10.0.0.1"},
              {"hostPort":80,"containerPort":80,"protocol":"sctp","hostIP":"10.0.0.2"},
              {"hostPort":80,"containerPort":80,"protocol":"sctp","hostIP":"::"},
              {"hostPort":81,"containerPort":80,"protocol":null}]}
            """)
        .answeredBy(handler);

    assertThat(handler.lastRequest().portMappings())
        .extracting(PortMapping::protocol)
        .containsExactly(
            Protocol.TCP, Protocol.UDP, Protocol.SCTP, Protocol.SCTP, Protocol.SCTP, Protocol.TCP);
  }

  @Test
  void portMapping_ofTheUnspecifiedAddress_appliesToItsFamily() {
    PortMapping all =
        new PortMapping(80, 80, Protocol.TCP, Optional.of(IpAddress.parse("0.0.0.0")));

    assertThat(all.appliesTo(IpAddress.parse("192.0.2.1"))).isTrue();
    assertThat(all.appliesTo(IpAddress.parse("2001:db8::1"))).isFalse();
  }

  @Test
  void dns_ofTheRuntime_comesBeforeTheConfigurations() {
    Call call =
        Call.add()
            .set("dns", "{\"nameservers\":[\"10.0.0.1\"],\"domain\":\"d\"}")
            .set(
                "runtimeConfig",
                "{\"dns\":{\"Servers\":[\"10.0.0.2\"],\"Searches\":[\"s\"],\"Options\":[\"o\"]}}");
    call.answeredBy(handler);

    assertThat(handler.lastRequest().dns())
        .isEqualTo(new Dns(List.of("10.0.0.2"), Optional.empty(), List.of("s"), List.of("o")));
  }

  @Test
  void config_withOtherKeysOfTheSpecification_isServed() {
    Call call =
        Call.add()
            .set("capabilities", "{\"portMappings\":true}")
            .set("ipMasq", "true")
            .set("ipam", "{}")
            .set("args", "{\"cni\":{\"labels\":[]}}")
            .set("ovsWin", "{}")
            .set("runtimeConfig", "{\"bandwidth\":null}")
            .set("cni.dev/future", "[]");

    assertThat(call.answeredBy(handler).exitCode()).isZero();
  }

  @Test
  void del_withoutNamespaceAndPath_isServed() {
    Call.Output output = Call.del().without("CNI_NETNS").without("CNI_PATH").answeredBy(handler);

    assertThat(output.exitCode()).isZero();
    assertThat(handler.lastRequest().netns()).isEmpty();
  }

  @Test
  void del_withEverythingElseUnreadable_isServed() {
    Call call =
        Call.del()
            .with("CNI_ARGS", "?")
            .set("runtimeConfig", "{\"portMappings\":5,\"dns\":6,\"bandwidth\":7}")
            .set("prevResult", "\"gone\"")
            .set("ipam", "{\"type\":\"host-local\"}")
            .set("ovsWin", "{\"old\":1}")
            .set("ipMasq", "8");

    assertThat(call.answeredBy(handler).exitCode()).isZero();
    CniRequest request = handler.lastRequest();
    assertThat(request.pod()).isEmpty();
    assertThat(request.portMappings()).isEmpty();
    assertThat(request.dns()).isEqualTo(Dns.NONE);
    assertThat(request.prevResult()).isEmpty();
  }

  @Test
  void add_delAndCheck_onOneAttachment() {
    assertThat(Call.of(CniVerb.CHECK).answeredBy(handler).code()).isEqualTo(3);
    assertThat(Call.add().answeredBy(handler).exitCode()).isZero();
    assertThat(Call.add().answeredBy(handler).standardOutput())
        .isEqualTo(Call.add().answeredBy(handler).standardOutput());
    assertThat(Call.of(CniVerb.CHECK).answeredBy(handler).exitCode()).isZero();
    assertThat(Call.del().answeredBy(handler).exitCode()).isZero();
    assertThat(Call.del().answeredBy(handler).exitCode()).isZero();
    assertThat(handler.attachments).isEmpty();
  }
}
