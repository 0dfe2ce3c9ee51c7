package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** CNI specification 1.1.0, "Error": when each code is the answer; one test for each. */
class CniErrorCodesTest {
  private final StrictHandler handler = new StrictHandler();

  @Test
  void code1_incompatibleVersion_ofAVersionOrAVerbThatItLacks() {
    refused(Call.add().version("1.2.0"), 1, "cniVersion: 1.2.0");
    refused(Call.of(CniVerb.CHECK).version("0.3.1"), 1, "0.4.0 or newer for CHECK");
    refused(Call.of(CniVerb.GC).version("1.0.0"), 1, "1.1.0 or newer for GC");
    refused(Call.of(CniVerb.STATUS).version("1.0.0"), 1, "1.1.0 or newer for STATUS");
  }

  @Test
  void code2_unsupportedField_namesKeyAndValue() {
    refused(
        Call.add().set("ipam", "{\"type\":\"dhcp\"}"), 2, "ipam: {\"type\":\"dhcp\"} (expected:");
  }

  @Test
  void code3_unknownContainer_ofACheck() {
    Call.Output output = Call.of(CniVerb.CHECK).answeredBy(handler);

    assertThat(output.code()).isEqualTo(3);
    assertThat(output.msg()).startsWith("CNI_CONTAINERID: c0ffee");
  }

  @Test
  void code4_environment_listsEveryMissingNameAtOnce() {
    refused(
        Call.add().without("CNI_NETNS").without("CNI_CONTAINERID").without("CNI_PATH"),
        4,
        "CNI_CONTAINERID, CNI_NETNS, CNI_PATH");
    refused(Call.add().with("CNI_IFNAME", "a/b"), 4, "CNI_IFNAME: a/b (expected:");
  }

  @Test
  void code5_inputOutput_ofARequestThatIsNoFrame() {
    CniException error = CniErrors.ioFailure("request: byte 3: end of the payload");

    assertThat(error.code()).isEqualTo(5);
    assertThat(Answer.failure(OutputJson.error(CniVersion.V1_0_0, error)).exitCode()).isEqualTo(1);
  }

  @Test
  void code6_decoding_givesLineAndColumn() {
    refused(Call.add().config("{\n  \"name\":"), 6, "line 2, column");
  }

  @Test
  void code7_invalidConfig_namesTheField() {
    refused(Call.add().unset("name"), 7, "name: missing (expected: the name of the network)");
    refused(Call.of(CniVerb.CHECK).unset("prevResult"), 7, "prevResult: missing");
  }

  @Test
  void code11_tryAgainLater_withItsDetails() {
    assertAnswered(CniErrors.tryAgainLater("Open vSwitch is down", "db.sock"), Call.add(), 11);
  }

  @Test
  void code50_notAvailable_ofStatus() {
    assertAnswered(
        CniErrors.notAvailable("no address is free", "block 10.244.1.0/24 is full"),
        Call.of(CniVerb.STATUS),
        50);
  }

  @Test
  void code51_limitedConnectivity_ofStatus() {
    assertAnswered(
        CniErrors.limitedConnectivity("pods are cut off", "10.244.1.0/24"),
        Call.of(CniVerb.STATUS),
        51);
  }

  @Test
  void code100_internal_tellsNothingOfTheException() {
    CniHandler broken =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) {
            throw new IllegalStateException("secret");
          }
        };

    Call.Output output = Call.add().answeredBy(broken);

    assertThat(output.code()).isEqualTo(100);
    assertThat(output.standardOutput()).doesNotContain("secret").contains("IllegalStateException");
  }

  @Test
  void code101_checkFailed_namesWhatDiffers() {
    assertAnswered(
        CniErrors.checkFailed("interfaces[0].mac", "a", "b"), Call.of(CniVerb.CHECK), 101);
  }

  @Test
  void code102_notPermitted_namesTheUser() {
    CniException error = CniErrors.notPermitted("nobody");

    assertThat(error.code()).isEqualTo(102);
    assertThat(error.msg()).isEqualTo("user: nobody (expected: root or the user of the agent)");
  }

  /** Errors are in the version of the configuration, also where only the name can be read. */
  @Test
  void everyError_hasVersionCodeMsgAndDetails() {
    CniException error = CniErrors.tryAgainLater("busy", "soon");

    assertThat(
            Call.json(
                new String(OutputJson.error(CniVersion.V0_2_0, error), StandardCharsets.UTF_8)))
        .isEqualTo(
            Call.json(
                "{\"cniVersion\":\"0.2.0\",\"code\":11,\"msg\":\"busy\",\"details\":\"soon\"}"));
  }

  /** The configuration's dns, where the handler says nothing of it. */
  @Test
  void add_resultHasTheDnsThatWasAskedFor() {
    CniHandler silent =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) throws CniException {
            CniResult result = super.add(request);
            return new CniResult(result.interfaces(), result.ips(), result.routes(), Dns.NONE);
          }
        };
    Call call = Call.add().set("dns", "{\"nameservers\":[\"10.0.0.2\"]}");

    assertThat(call.answeredBy(silent).json().path("dns").toString())
        .isEqualTo("{\"nameservers\":[\"10.0.0.2\"]}");
    assertThat(Call.add().answeredBy(silent).json().has("dns")).isFalse();
  }

  private void refused(Call call, int code, String named) {
    Call.Output output = call.answeredBy(handler);

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.code()).as(output.standardOutput()).isEqualTo(code);
    assertThat(output.msg()).contains(named);
  }

  private static void assertAnswered(CniException error, Call call, int code) {
    CniHandler failing =
        new CniHandler() {
          @Override
          public CniResult add(CniRequest request) throws CniException {
            throw error;
          }

          @Override
          public void del(CniRequest request) throws CniException {
            throw error;
          }

          @Override
          public void check(CniRequest request) throws CniException {
            throw error;
          }

          @Override
          public void status(StatusRequest request) throws CniException {
            throw error;
          }
        };

    Call.Output output = call.answeredBy(failing);

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.code()).isEqualTo(code);
    assertThat(output.msg()).isEqualTo(error.msg());
    assertThat(Optional.ofNullable(output.json().path("details").textValue()).orElse(""))
        .isEqualTo(error.details());
  }
}
