package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.agent.AgentMain;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.LabSpec;
import org.ovswin.lab.Pod;
import org.ovswin.lab.Shell;

/**
 * Everything that can be said wrong to an agent, and to a node that serves: the answer names field,
 * value and expectation, and leases, rows and flows are as before.
 */
class BadInputE2ETest {
  private static final int FAILED = 1;
  private static final int MISUSE = 2;

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  static Stream<Arguments> configurations() {
    return Stream.of(
        refused("not YAML", MISUSE, text -> text + "\t:", "not YAML", "line"),
        refused("unknown key", MISUSE, text -> text + "colour: red\n", "colour: unknown key"),
        refused(
            "host bits",
            MISUSE,
            text -> text.replace("cidr: 10.244.0.0/16", "cidr: 10.244.0.1/16"),
            "cluster.ranges[0].cidr: 10.244.0.1/16",
            "(expected: 10.244.0.0/16)"),
        refused(
            "ranges that overlap",
            MISUSE,
            text -> text.replace("ranges: [", "ranges: [{cidr: 10.244.1.0/24}, "),
            "cluster.ranges: range: 10.244.0.0/16 (expected: one that shares no address with"),
        refused(
            "another cluster range than the store's",
            FAILED,
            text -> withoutSwitch(elsewhere(text)).replace("10.244.0.0/16", "10.200.0.0/16"),
            "10.200.0.0/16",
            "10.244.0.0/16"),
        refused(
            "no such uplink",
            FAILED,
            text -> elsewhere(text).replace("device: eth0", "device: eth7"),
            "uplink.device: eth7 (expected: a network device of this machine)"),
        refused(
            "node name of another agent",
            FAILED,
            text -> withoutSwitch(elsewhere(text)),
            "node1",
            "expected"),
        refused(
            "bridge of another node",
            FAILED,
            text -> elsewhere(text).replace("node: node1", "node: node9"),
            "openvswitch.bridge: br-pods is that of node node1, whose state is in ",
            "ovs-vsctl remove bridge br-pods external_ids ovs-win-node"),
        refused(
            "bridge of another state directory",
            FAILED,
            BadInputE2ETest::elsewhere,
            "openvswitch.bridge: br-pods is that of node node1, whose state is in "),
        refused(
            "state directory of a running agent",
            FAILED,
            text -> text.replaceFirst("(socketDirectory: \".*/)run\"", "$1run2\""),
            "stateDirectory: ",
            "(expected: one of its own; process"),
        refused(
            "socket directory of a running agent",
            FAILED,
            text ->
                text.replaceFirst("(stateDirectory: \".*/)state\"", "$1state2\"")
                    .replace("node: node1", "node: node9"),
            "socketDirectory: ",
            "(expected: one of its own; process"));
  }

  /** As a second agent's, with directories of its own. */
  private static String elsewhere(String text) {
    return text.replaceFirst("(stateDirectory: \".*/)state\"", "$1state2\"")
        .replaceFirst("(socketDirectory: \".*/)run\"", "$1run2\"");
  }

  /** What is looked at later is what refuses it. */
  private static String withoutSwitch(String text) {
    return text.replaceFirst("database: .*", "database: \"unix:/nonexistent/db.sock\"");
  }

  private static Arguments refused(
      String what, int exitCode, UnaryOperator<String> edit, String... named) {
    return Arguments.argumentSet(what, exitCode, edit, List.of(named));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void configuration_wrong_agentSaysWhyAndChangesNothing(
      int exitCode, UnaryOperator<String> edit, List<String> named) throws IOException {
    LabNode node = cluster.node(1);
    Pod pod = cluster.pod(1, "pod");
    Footprint before = Footprint.of(cluster, "node1");
    Path wrong = node.configuration().resolveSibling("wrong.yaml");
    Files.writeString(wrong, edit.apply(Files.readString(node.configuration())));
    List<String> command = new ArrayList<>(LabSpec.thisJava());
    command.addAll(List.of(AgentMain.class.getName(), "--config", wrong.toString()));
    Shell.Outcome outcome = node.shell().outcome("", command);
    assertThat(outcome.exitCode()).as(outcome.text()).isEqualTo(exitCode);
    assertThat(outcome.err()).contains(named);
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
    Cluster.holds(cluster.probes().ping("node to pod", node.host(), pod.address()));
  }

  static Stream<Arguments> calls() {
    String config = Cni.CONFIG;
    return Stream.of(
        answered("not JSON", 6, "{\"cniVersion\": \"1.0.0\",", ""),
        answered("no version we know", 1, config.replace("1.0.0", "9.9.9"), "cniVersion: 9.9.9"),
        answered(
            "unknown key in our section",
            7,
            config.replace("any\"", "any\", \"colour\": \"red\""),
            "ovsWin.colour"),
        answered(
            "another plugin's addresses",
            2,
            Cni.with("\"ipam\": {\"type\": \"host-local\"}"),
            "ipam"),
        answered("host port out of range", 7, Cni.withHostPort(65536), "hostPort: 65536"),
        answered("host port that is taken", 7, Cni.withHostPort(30080), "hostPort: TCP 30080"));
  }

  private static Arguments answered(String what, int code, String config, String named) {
    return Arguments.argumentSet(what, code, config, named);
  }

  @AfterEach
  void noSandbox() {
    cluster.lab().delSandbox("raw");
  }

  @ParameterizedTest
  @MethodSource("calls")
  void add_wrong_answersWithCodeAndFieldAndChangesNothing(int code, String config, String named) {
    cluster.pod(1, "taker", HostPort.tcp(30080, 80));
    Path netns = cluster.lab().addSandbox("raw");
    Footprint before = Footprint.of(cluster, "node1");
    Cni.Answer answer = Cni.on(cluster.node(1)).add("c0ffee", netns, config);
    assertThat(answer.exitCode()).isNotZero();
    assertThat(answer.code()).as(answer.out()).isEqualTo(code);
    assertThat(answer.json().path("msg").asText()).contains(named);
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
  }

  @Test
  void add_sandboxIsMissing_answersWithCode4AndChangesNothing() {
    Footprint before = Footprint.of(cluster, "node1");
    Path missing = Path.of("/run/netns", cluster.lab().id() + "-nowhere");
    Cni.Answer answer = Cni.on(cluster.node(1)).add("c0ffee", missing);
    assertThat(answer.code()).as(answer.out()).isEqualTo(4);
    assertThat(answer.out()).contains("CNI_NETNS: " + missing, "expected");
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(before);
    Path made = cluster.lab().addSandbox("raw");
    assertThat(Cni.on(cluster.node(1)).add("c0ffee", made).succeeded()).isTrue();
    assertThat(Cni.on(cluster.node(1)).del("c0ffee", made).succeeded()).isTrue();
  }
}
