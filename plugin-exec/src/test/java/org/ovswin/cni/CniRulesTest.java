package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
  @MethodSource("org.ovswin.cni.Refusals#all")
  void call_thatBreaksARule_isRefused(String rule, Call call, int code, String named) {
    Call.Output output = call.answeredBy(handler);

    assertThat(output.exitCode()).as(output.standardOutput()).isEqualTo(1);
    assertThat(output.code()).as(output.standardOutput()).isEqualTo(code);
    assertThat(output.msg()).contains(named);
    assertThat(handler.requests).isEmpty();
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

  /** As libcni sends it: both keys, alike. */
  @Test
  void gc_withBothKeys_isServed() {
    String valid = "[{\"containerID\":\"c0ffee\",\"ifname\":\"eth0\"}]";
    Call.add().answeredBy(handler);
    Call.add().with("CNI_CONTAINERID", "gone").answeredBy(handler);
    Call.of(CniVerb.GC)
        .set("cni.dev/valid-attachments", valid)
        .set("cni.dev/attachments", valid)
        .answeredBy(handler);

    assertThat(handler.attachments).containsOnlyKeys(new Attachment("c0ffee", "eth0"));
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
            .set("runtimeConfig", "{\"aliases\":null}")
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
