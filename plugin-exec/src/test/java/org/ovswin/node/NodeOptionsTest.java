package org.ovswin.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.ClusterConfig;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

class NodeOptionsTest {
  @TempDir Path directory;

  private AgentConfig written(NodeOptions options) throws Exception {
    Layout layout =
        new LayoutOptions(Map.of(LayoutOptions.SERVICE, "background")).resolve(Optional.empty());
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, options.text(layout, "netdev"));
    return ConfigurationStep.read(file);
  }

  private static NodeOptions with(String name, String store) {
    return new NodeOptions(
        Optional.of(name),
        List.of(IpPrefix.parse("10.8.0.0/16"), IpPrefix.parse("fd00:8::/48")),
        Optional.of(store),
        Optional.of(IpAddress.parse("172.30.0.11")),
        Optional.empty(),
        Optional.of("br-test"),
        Optional.of(1400));
  }

  @Test
  void text_everyOption_isWhatTheAgentReads() throws Exception {
    NodeOptions options = with("worker-1", "file:/srv/store");
    AgentConfig config = written(options);
    assertThat(config.node()).isEqualTo("worker-1");
    assertThat(config.cluster().ranges().prefixes()).isEqualTo(options.cluster());
    assertThat(config.cluster().store())
        .isEqualTo(new ClusterConfig.Store.File(Path.of("/srv/store")));
    assertThat(config.openvswitch().bridge()).isEqualTo("br-test");
    assertThat(config.openvswitch().datapathType()).isEqualTo("netdev");
    options.requireAsIn(config, directory);
  }

  @Test
  void text_noOption_isAClusterOfThisMachine() throws Exception {
    AgentConfig config =
        written(
            new NodeOptions(
                Optional.of("one"),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    assertThat(config.cluster().ranges().prefixes())
        .containsExactly(IpPrefix.parse("10.244.0.0/16"));
    assertThat(config.cniSocket()).isEqualTo(Path.of("/run/ovs-win/cni.sock"));
    assertThat(config.leaseDirectory().startsWith("/var/lib/ovs-win")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcd:https://etcd-1.example:2379,https://etcd-2.example:2379",
        "kubernetes",
        "kubernetes:/etc/kubeconfig"
      })
  void text_otherStores_areRead(String store) throws Exception {
    assertThat(written(with("one", store)).cluster().store())
        .isNotInstanceOf(ClusterConfig.Store.File.class);
  }

  @Test
  void text_unknownStore_isRefused() {
    assertThatThrownBy(() -> written(with("one", "redis:somewhere")))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("--store: redis:somewhere (expected: file:DIRECTORY");
  }

  @Test
  void requireAsIn_anotherName_isRefused() throws Exception {
    AgentConfig config = written(with("one", "kubernetes"));
    assertThatThrownBy(() -> with("two", "kubernetes").requireAsIn(config, directory))
        .hasMessageContaining("--node: two (expected: one, as in " + directory);
  }

  @Test
  void layout_recorded_isUsedAndNotChanged() throws Exception {
    Layout layout =
        new LayoutOptions(Map.of(LayoutOptions.CNI_BIN, "/srv/cni")).resolve(Optional.empty());
    var recorded = Optional.of(LayoutOptions.toJson(layout));
    assertThat(new LayoutOptions(Map.of()).resolve(recorded)).isEqualTo(layout);
    assertThat(new LayoutOptions(Map.of(LayoutOptions.CNI_BIN, "/srv/cni")).resolve(recorded))
        .isEqualTo(layout);
    assertThatThrownBy(
            () -> new LayoutOptions(Map.of(LayoutOptions.CNI_BIN, "/opt/bin")).resolve(recorded))
        .hasMessageContaining("--cni-bin-dir: /opt/bin (expected: /srv/cni, with which");
  }
}
