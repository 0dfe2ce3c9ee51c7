package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods and the demonstration, with a shell script for a plugin that knows one node only: what it
 * does must pass, what it does not do must fail.
 */
class LabPodTest {
  @TempDir Path base;
  private Lab lab;
  private LabNode node;

  @BeforeEach
  void open() throws Exception {
    Path plugin =
        Files.createFile(
            base.resolve("cni-stand-in.sh"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (InputStream script =
        Objects.requireNonNull(LabPodTest.class.getResourceAsStream("cni-stand-in.sh"))) {
      Files.write(plugin, script.readAllBytes());
    }
    lab = Lab.open(LabSpec.of(1, plugin).withBase(base), Progress.silent());
    node = lab.node("node1");
    node.startOvs();
    node.vsctl("add-br", "br-pods", "--", "set", "bridge", "br-pods", "datapath_type=netdev");
    node.ofctl("del-flows");
  }

  @AfterEach
  void close() {
    String id = lab.id();
    lab.close();
    assertThat(Lab.list(base)).isEmpty();
    assertThat(Path.of("/run/netns").toFile().list()).noneMatch(name -> name.startsWith(id));
  }

  @Test
  void addPod_pluginGetsWhatARuntimeGives() throws Exception {
    Pod pod = lab.addPod("node1", "pod1", HostPort.tcp(30080, 8080));
    Path files = node.stateDirectory().resolveSibling("env-1");
    assertThat(Files.readString(files))
        .contains(
            "CNI_COMMAND=ADD\n",
            "CNI_CONTAINERID=" + pod.containerId() + "\n",
            "CNI_NETNS=/run/netns/" + lab.id() + "-pod1\n",
            "CNI_IFNAME=eth0\n",
            "K8S_POD_NAMESPACE=default",
            "K8S_POD_NAME=pod1",
            "IgnoreUnknown=1");
    assertThat(Files.readString(files.resolveSibling("stdin-1")).replace(" ", ""))
        .contains("\"portMappings\":[{")
        .contains("\"hostPort\":30080", "\"containerPort\":8080", "\"protocol\":\"tcp\"");
    assertThat(pod.containerId()).matches("[0-9a-f]{64}");
    assertThat(pod.address()).isEqualTo("10.244.0.2");
    assertThat(pod.mac()).isEqualTo("02:00:0a:f4:00:01");
    assertThat(pod.gateway()).isEqualTo("10.244.0.1");
  }

  @Test
  void addPod_pluginRefuses_sandboxIsGoneAndTheErrorIsTheirs() {
    assertThatThrownBy(() -> lab.addPod("node1", "pod9"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("ADD of pod9 on node1")
        .hasMessageContaining("code 11")
        .hasMessageContaining("nine is not to be had");
    assertThat(Path.of("/run/netns", lab.id() + "-pod9")).doesNotExist();
  }

  @Test
  void forgeries_guardedSwitch_letsTheHonestFramesThroughOnly() {
    Pod liar = lab.addPod("node1", "pod1");
    Pod victim = lab.addPod("node1", "pod2");
    assertThat(
            lab.probes()
                .forgeries(
                    liar.host(), victim.host(), "10.244.0.4", "02:00:0a:f4:00:03", "10.244.0.1"))
        .hasSize(7)
        .allSatisfy(proof -> assertThat(proof.passed()).as(proof.toString()).isTrue());
  }

  @Test
  void demo_pluginOfOneNode_passesWhatItDoesAndFailsTheRest() {
    List<Proof> told = new ArrayList<>();
    List<Proof> proofs = DemoRun.run(lab, 3, this::lease, told::add);
    assertThat(told).isEqualTo(proofs);
    assertThat(failed(proofs))
        .containsExactly(
            "pod of node1 to external",
            "external sees the address of node1",
            "external to a pod by TCP port of node1",
            "external to a pod by UDP port of node1");
    assertThat(proofs).hasSize(1 + 2 + 2 + 2 + 2 + 7 + 1);
    assertThat(proofs.getLast().detail()).contains("10.244.0.4 answers no more; its 2 flows");
  }

  @Test
  void demo_delForgetsFlows_saysWhichAreLeft() throws Exception {
    Files.createFile(node.stateDirectory().resolveSibling("forgets-flows"));
    Proof deletion = DemoRun.run(lab, 2, this::lease, proof -> {}).getLast();
    assertThat(deletion.passed()).isFalse();
    assertThat(deletion.detail()).contains("there is still: [flow", "nw_src=10.244.0.3");
  }

  @Test
  void demo_addFails_isTheOnlyProof() {
    node.killOvs();
    List<Proof> proofs = DemoRun.run(lab, 2, this::lease, proof -> {});
    assertThat(failed(proofs)).containsExactly("attach 2 pods to each of 1 nodes");
  }

  private Optional<String> lease(String nodeName, String address) {
    Path lease = node.stateDirectory().resolveSibling("lease-" + address);
    return Files.exists(lease) ? Optional.of(nodeName + " " + address) : Optional.empty();
  }

  private static List<String> failed(List<Proof> proofs) {
    return proofs.stream().filter(proof -> !proof.passed()).map(Proof::name).toList();
  }
}
