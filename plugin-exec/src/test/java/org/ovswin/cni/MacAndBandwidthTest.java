package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.MacAddress;

/**
 * The capabilities {@code mac} and {@code bandwidth}, and where else the conventions have a MAC.
 */
class MacAndBandwidthTest {
  private static final MacAddress MAC = MacAddress.parse("c2:11:22:33:44:55");

  private final StrictHandler handler = new StrictHandler();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"mac\":\"c2:11:22:33:44:55\"}",
        "{\"Mac\":\"C2:11:22:33:44:55\"}",
        "{\"MAC\":\"c2-11-22-33-44-55\"}"
      })
  void mac_ofTheCapability_inAnyCase(String runtimeConfig) {
    Call.add().set("runtimeConfig", runtimeConfig).answeredBy(handler);

    assertThat(handler.lastRequest().mac()).contains(MAC);
  }

  @Test
  void mac_ofArgsAndCniArgs() {
    Call.add().set("args", "{\"cni\":{\"mac\":\"c2:11:22:33:44:55\"}}").answeredBy(handler);
    assertThat(handler.lastRequest().mac()).contains(MAC);

    Call.add().with("CNI_ARGS", "MAC=c2:11:22:33:44:55").answeredBy(handler);
    assertThat(handler.lastRequest().mac()).contains(MAC);
  }

  @Test
  void mac_saidAlikeEverywhere_isOne() {
    Call.add()
        .set("runtimeConfig", "{\"mac\":\"c2:11:22:33:44:55\"}")
        .set("args", "{\"cni\":{\"mac\":\"C2:11:22:33:44:55\"}}")
        .with("CNI_ARGS", "MAC=c2-11-22-33-44-55")
        .answeredBy(handler);

    assertThat(handler.lastRequest().mac()).contains(MAC);
  }

  @Test
  void mac_emptyOrNotSaid_isNone() {
    Call.add()
        .set("runtimeConfig", "{\"mac\":\"\"}")
        .set("args", "{\"cni\":{\"mac\":null}}")
        .with("CNI_ARGS", "MAC=")
        .answeredBy(handler);

    assertThat(handler.lastRequest().mac()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{\"link\":\"veth\"} | VETH", "{\"link\":\"any\"} | ANY", "{} | VETH"})
  void link_ofOurOwnSection_isWhatAPluginBehindUsNeeds(String section, CniRequest.Link link) {
    Call.add().set("ovsWin", section).answeredBy(handler);

    assertThat(handler.lastRequest().link()).isEqualTo(link);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"bandwidth\":{\"ingressRate\":2048,\"ingressBurst\":1600,"
            + "\"egressRate\":4096,\"egressBurst\":1601}}",
        "{\"Bandwidth\":{\"IngressRate\":2048,\"IngressBurst\":1600,"
            + "\"EgressRate\":4096,\"EgressBurst\":1601}}",
        "{\"bandwidth\":{\"ingressRate\":2048,\"ingressBurst\":1600,"
            + "\"egressRate\":4096,\"egressBurst\":1601,\"shapedSubnets\":[]}}"
      })
  void bandwidth_inAnyCase_isBitsASecondAndBits(String runtimeConfig) {
    Call.add().set("runtimeConfig", runtimeConfig).answeredBy(handler);

    assertThat(handler.lastRequest().bandwidth()).isEqualTo(new Bandwidth(2048, 1600, 4096, 1601));
  }

  /** As containerd's CRI sends it where only one direction is limited. */
  @Test
  void bandwidth_ofOneDirection_leavesTheOtherUnlimited() {
    Call.add()
        .set(
            "runtimeConfig",
            "{\"bandwidth\":{\"IngressRate\":0,\"IngressBurst\":0,"
                + "\"EgressRate\":1000000,\"EgressBurst\":4294967295}}")
        .answeredBy(handler);

    assertThat(handler.lastRequest().bandwidth())
        .isEqualTo(new Bandwidth(0, 0, 1_000_000, 4_294_967_295L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"bandwidth\":null}", "{\"bandwidth\":{}}"})
  void bandwidth_notSaid_isUnlimited(String runtimeConfig) {
    Call.add().set("runtimeConfig", runtimeConfig).answeredBy(handler);

    assertThat(handler.lastRequest().bandwidth()).isEqualTo(Bandwidth.UNLIMITED);
  }

  @Test
  void del_withoutReadableMacAndBandwidth_isServed() {
    Call call =
        Call.del()
            .set("runtimeConfig", "{\"mac\":[],\"bandwidth\":{\"egressRate\":-1}}")
            .with("CNI_ARGS", "MAC=?");

    assertThat(call.answeredBy(handler).exitCode()).isZero();
    assertThat(handler.lastRequest().mac()).isEmpty();
    assertThat(handler.lastRequest().bandwidth()).isEqualTo(Bandwidth.UNLIMITED);
  }

  @ParameterizedTest
  @CsvSource({"1,0", "0,1", "-1,1", "1,-1", "1,34359738360"})
  void bandwidth_thatCannotBe_isNoValue(long rate, long burst) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Bandwidth(rate, burst, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Bandwidth(0, 0, rate, burst));
  }
}
