package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong value is refused with its key, itself and what is expected, in no Java words. */
class AgentConfigFileTest {
  private static final String RIGHT =
      """
      node: node1
      cluster:
        cidr: 10.244.0.0/16
        store: {file: /var/lib/ovs-win/store}
      stateDirectory: /var/lib/ovs-win/node1
      socketDirectory: /run/ovs-win
      openvswitch:
        bridge: br-pods
      uplink:
        device: eth0
        address: 172.30.0.11/24
        gateway: 172.30.0.1
      mtu: 1500
      """;

  @Test
  void parse_onlyWhatIsRequired_hasTheDefaults() throws Exception {
    AgentConfig config =
        AgentConfigFile.parse(
            RIGHT.replace("mtu: 1500\n", "").replace("  bridge: br-pods", "  {}"));
    assertThat(config.mtu()).isEqualTo(1500);
    assertThat(config.cluster().blockPrefixLength()).isEqualTo(24);
    assertThat(config.openvswitch().bridge()).isEqualTo("br-pods");
    assertThat(config.openvswitch().datapathType()).isEqualTo("system");
    assertThat(config.mode()).isEqualTo(AgentConfig.Mode.HOST_GATEWAY);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong("empty", text -> "", "empty (expected: the keys node, cluster, …)"),
        wrong("not YAML", text -> text + "\t:", "not YAML: "),
        wrong("two documents", text -> text + "---\n" + text, "expected"),
        wrong("a key twice", text -> text + "mtu: 1400\n", "mtu"),
        wrong("unknown key", text -> text + "colour: red\n", "colour: unknown key"),
        wrong(
            "unknown key deeper down",
            text -> text.replace("bridge:", "bride:"),
            "openvswitch.bride: unknown key (expected one of: bridge, "),
        wrong(
            "a key is missing",
            text -> text.replace("  device: eth0\n", ""),
            "uplink.device: missing (expected: a value)"),
        wrong(
            "a key without a value",
            text -> text.replace("device: eth0", "device:"),
            "uplink.device:  (expected: an interface name of 1 to 15 characters)"),
        wrong(
            "a list for a name",
            text -> text.replace("node: node1", "node: [node1]"),
            "node: array (expected: text)"),
        wrong(
            "text for a number",
            text -> text.replace("1500", "big"),
            "mtu: big (expected: a whole number)"),
        wrong(
            "a number with a fraction",
            text -> text.replace("1500", "1400.5"),
            "mtu: 1400.5 (expected: a whole number)"),
        wrong(
            "a number out of range",
            text -> text.replace("1500", "100"),
            "mtu: 100 (expected: a number from 576 to 9216)"),
        wrong(
            "a name for a section",
            text -> text.replace("openvswitch:\n  bridge: br-pods", "openvswitch: br-pods"),
            "openvswitch: "),
        wrong(
            "a node name with capitals",
            text -> text.replace("node1\ncluster", "Node1\ncluster"),
            "node: Node1 (expected: a lower-case DNS name"),
        wrong(
            "host bits",
            text -> text.replace("10.244.0.0/16", "10.244.0.1/16"),
            "cluster.cidr: 10.244.0.1/16: has host bits set (expected: 10.244.0.0/16)"),
        wrong(
            "a block outside the range",
            text -> text.replace("cluster:\n", "cluster:\n  block: 10.7.0.0/24\n"),
            "cluster.block: 10.7.0.0/24 (expected: a block inside cluster.cidr 10.244.0.0/16)"),
        wrong(
            "a relative path",
            text -> text.replace("/run/ovs-win", "run"),
            "socketDirectory: run (expected: an absolute path)"),
        wrong(
            "a node inside the pods' range",
            text -> text.replace("172.30.0", "10.244.7"),
            "uplink.address: 10.244.7.11 (expected: an address outside cluster.cidr"),
        wrong(
            "a gateway that is not on the link",
            text -> text.replace("gateway: 172.30.0.1", "gateway: 172.31.0.1"),
            "uplink.gateway: 172.31.0.1 (expected: an address of the uplink's subnet"),
        wrong(
            "an unknown mode",
            text -> text + "mode: vxlan\n",
            "mode: vxlan (expected: host-gateway)"));
  }

  private static Arguments wrong(String what, UnaryOperator<String> edit, String message) {
    return Arguments.argumentSet(what, edit, message);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void parse_wrong_namesKeyValueAndExpectation(UnaryOperator<String> edit, String message) {
    assertThatThrownBy(() -> AgentConfigFile.parse(edit.apply(RIGHT)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContainingAny("java", "deserialize", "Jackson");
  }
}
