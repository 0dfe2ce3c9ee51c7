package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

final class AgentConfigFileTest {
  private static final String GOOD =
      """
      node: node1
      cluster:
        cidr: 10.244.0.0/16
        blockPrefixLength: 24
        store: {file: /var/lib/ovs-win/store}
      stateDirectory: /var/lib/ovs-win/node1
      socketDirectory: /run/ovs-win
      openvswitch:
        database: unix:/var/run/openvswitch/db.sock
        runDirectory: /var/run/openvswitch
        bridge: br-pods
        datapathType: netdev
      uplink:
        device: eth0
        address: 172.30.0.11/24
        gateway: 172.30.0.1
      mode: host-gateway
      mtu: 1400
      """;

  @TempDir private Path directory;

  private static AgentConfig parse(String text) throws InvalidConfigException {
    return AgentConfigFile.parse(text);
  }

  @Test
  void parse_everyKeyGiven_isAsGiven() throws Exception {
    AgentConfig config = parse(GOOD);
    assertThat(config.node()).isEqualTo("node1");
    assertThat(config.cluster().cidr()).isEqualTo(IpPrefix.parse("10.244.0.0/16"));
    assertThat(config.cluster().blockPrefixLength()).isEqualTo(24);
    assertThat(config.cluster().store().file()).isEqualTo(Path.of("/var/lib/ovs-win/store"));
    assertThat(config.leaseDirectory()).isEqualTo(Path.of("/var/lib/ovs-win/node1/leases"));
    assertThat(config.cniSocket()).isEqualTo(Path.of("/run/ovs-win/cni.sock"));
    assertThat(config.openvswitch().datapathType()).isEqualTo("netdev");
    assertThat(config.openvswitch().managementSocket())
        .isEqualTo(Path.of("/var/run/openvswitch/br-pods.mgmt"));
    assertThat(config.uplink().address()).isEqualTo(Ipv4Address.parse("172.30.0.11"));
    assertThat(config.uplink().subnet()).isEqualTo(IpPrefix.parse("172.30.0.0/24"));
    assertThat(config.mode()).hasToString("host-gateway");
    assertThat(config.mtu()).isEqualTo(1400);
  }

  @Test
  void parse_onlyWhatMustBe_hasTheDefaults() throws Exception {
    AgentConfig config =
        parse(
            """
            node: node1
            cluster: {cidr: 10.244.0.0/16, store: {file: /store}}
            stateDirectory: /state
            socketDirectory: /run
            openvswitch: {}
            uplink: {device: eth0, address: 172.30.0.11/24, gateway: 172.30.0.1}
            """);
    assertThat(config.cluster().blockPrefixLength()).isEqualTo(24);
    assertThat(config.cluster().block()).isEmpty();
    assertThat(config.openvswitch().database()).isEqualTo("unix:/var/run/openvswitch/db.sock");
    assertThat(config.openvswitch().runDirectory()).isEqualTo(Path.of("/var/run/openvswitch"));
    assertThat(config.openvswitch().bridge()).isEqualTo("br-pods");
    assertThat(config.openvswitch().datapathType()).isEqualTo("system");
    assertThat(config.mode()).isEqualTo(AgentConfig.Mode.HOST_GATEWAY);
    assertThat(config.mtu()).isEqualTo(1500);
  }

  @Test
  void parse_runDirectoryAlone_movesTheDatabaseToo() throws Exception {
    AgentConfig config =
        parse(
            GOOD.replace("  database: unix:/var/run/openvswitch/db.sock\n", "")
                .replace("/var/run/openvswitch", "/run/ovs"));
    assertThat(config.openvswitch().database()).isEqualTo("unix:/run/ovs/db.sock");
  }

  /** What is replaced in the good file, by what, and what the message then has. */
  private static Arguments bad(String from, String to, String... mentioned) {
    return Arguments.of(from, to, mentioned);
  }

  static Stream<Arguments> badValues() {
    return Stream.of(
        // node
        bad("node: node1", "node: Node_1", "node: Node_1", "DNS name"),
        bad("node: node1", "node: \"\"", "node: ", "DNS name"),
        bad("node: node1", "node: -a", "node: -a", "DNS name"),
        bad("node: node1", "node: ", "node", "expected"),
        bad("node: node1", "node: [a]", "node: [\"a\"] (expected: text)"),
        bad("node: node1\n", "", "node"),
        bad("node: node1", "node: " + "a".repeat(64), "node: aaa", "DNS name"),
        bad("node: node1", "node: " + "a.".repeat(20_000) + "a", "node: a.a", "253"),
        // cluster
        bad("10.244.0.0/16", "10.244.0.1/16", "cluster.cidr", "10.244.0.1/16"),
        bad("10.244.0.0/16", "10.244.0.0", "cluster.cidr", "10.244.0.0"),
        bad("10.244.0.0/16", "10.244.0.0/33", "cluster.cidr", "10.244.0.0/33"),
        bad("10.244.0.0/16", "10.244.0/16", "cluster.cidr", "10.244.0/16"),
        bad("10.244.0.0/16", "fd00::/16", "cluster.cidr", "fd00::/16", "IPv4"),
        bad("10.244.0.0/16", "{}", "cluster.cidr"),
        bad("10.244.0.0/16", "172.0.0.0/8", "uplink.address", "172.30.0.11", "172.0.0.0/8"),
        bad(
            "blockPrefixLength: 24",
            "blockPrefixLength: 15",
            "cluster.blockPrefixLength: 15",
            "16"),
        bad(
            "blockPrefixLength: 24",
            "blockPrefixLength: 30",
            "cluster.blockPrefixLength: 30",
            "29"),
        bad(
            "blockPrefixLength: 24",
            "blockPrefixLength: 24.5",
            "cluster.blockPrefixLength",
            "24.5"),
        bad(
            "blockPrefixLength: 24",
            "blockPrefixLength: many",
            "cluster.blockPrefixLength",
            "many"),
        bad(
            "blockPrefixLength: 24",
            "blockPrefixLength: 24\n  block: 10.245.1.0/24",
            "cluster.block",
            "10.245.1.0/24",
            "inside cluster.cidr 10.244.0.0/16"),
        bad(
            "blockPrefixLength: 24",
            "blockPrefixLength: 24\n  block: 10.244.1.0/25",
            "cluster.block",
            "10.244.1.0/25",
            "a /24"),
        bad("store: {file: /var/lib/ovs-win/store}", "store: {}", "cluster.store", "file"),
        bad(
            "store: {file: /var/lib/ovs-win/store}",
            "store: {etcd: x}",
            "cluster.store.etcd: unknown key"),
        bad("  store: {file: /var/lib/ovs-win/store}\n", "", "cluster", "store"),
        bad("/var/lib/ovs-win/store", "store", "cluster.store.file", "store", "absolute path"),
        bad("/var/lib/ovs-win/store", "\"/a\\0b\"", "cluster.store.file"),
        // directories
        bad("/var/lib/ovs-win/node1", "state", "stateDirectory", "state", "absolute path"),
        bad("/run/ovs-win", "./run", "socketDirectory", "./run", "absolute path"),
        bad("/run/ovs-win", "/run/" + "x".repeat(120), "socketDirectory", "107"),
        // openvswitch
        bad("bridge: br-pods", "bridge: br-of-all-the-pods", "openvswitch.bridge", "15"),
        bad("bridge: br-pods", "bridge: a/b", "openvswitch.bridge: a/b", "interface name"),
        bad("bridge: br-pods", "bridge: ..", "openvswitch.bridge: ..", "interface name"),
        bad("bridge: br-pods", "bridge: brücke", "openvswitch.bridge: brücke", "interface name"),
        bad("bridge: br-pods", "bridge: eth0", "openvswitch.bridge: eth0", "uplink.device"),
        bad(
            "datapathType: netdev",
            "datapathType: dpdk",
            "openvswitch.datapathType: dpdk",
            "netdev"),
        bad("database: unix:/var", "database: /var", "openvswitch.database", "unix:PATH"),
        bad("unix:/var/run/openvswitch/db.sock", "tcp:h:99999", "openvswitch.database", "65535"),
        bad("unix:/var/run/openvswitch/db.sock", "ssl:h:6640", "openvswitch.database", "unix:"),
        // uplink
        bad("172.30.0.11/24", "172.30.0.11", "uplink.address: 172.30.0.11", "address/length"),
        bad("172.30.0.11/24", "172.30.0.11/33", "uplink.address: 172.30.0.11/33", "0 to 32"),
        bad("172.30.0.11/24", "172.30.0.256/24", "uplink.address", "172.30.0.256"),
        bad("172.30.0.11/24", "172.30.0.011/24", "uplink.address", "172.30.0.011"),
        bad("172.30.0.11/24", "fe80::1/64", "uplink.address", "fe80::1"),
        bad("gateway: 172.30.0.1", "gateway: 172.30.1.1", "uplink.gateway: 172.30.1.1", "subnet"),
        bad("gateway: 172.30.0.1", "gateway: 172.30.0.11", "uplink.gateway: 172.30.0.11"),
        bad("gateway: 172.30.0.1", "gateway: router", "uplink.gateway", "router"),
        bad("  gateway: 172.30.0.1\n", "", "uplink", "gateway"),
        bad("device: eth0", "device:", "uplink.device:  (expected: an interface name"),
        bad("device: eth0", "device: \"eth 0\"", "uplink.device: eth 0", "interface name"),
        // mode, mtu
        bad("mode: host-gateway", "mode: vxlan", "mode: vxlan", "host-gateway"),
        bad("mode: host-gateway", "mode: 0", "mode: 0", "host-gateway"),
        bad("mtu: 1400", "mtu: 575", "mtu: 575", "576"),
        bad("mtu: 1400", "mtu: 9217", "mtu: 9217", "9216"),
        bad("mtu: 1400", "mtu: 1400.5", "mtu", "1400.5"),
        bad("mtu: 1400", "mtu: 99999999999999", "mtu", "99999999999999"),
        // keys
        bad("mtu: 1400", "mut: 1400", "mut: unknown key", "mtu", "node"),
        bad("node: node1", "nod: node1", "nod: unknown key", "node"),
        bad("device: eth0", "devise: eth0", "uplink.devise: unknown key", "device"),
        bad("bridge: br-pods", "brigde: br-pods", "openvswitch.brigde: unknown key", "bridge"),
        bad("device: eth0", "device: eth0\n  vlan: 7", "uplink.vlan: unknown key", "device"),
        bad("mtu: 1400", "mtu: 1400\nmtu: 1500", "mtu", "line 19"),
        bad("device: eth0", "device: eth0\n  device: eth1", "device", "line"),
        // form
        bad("{file: /var/lib/ovs-win/store}", "here", "cluster.store: here (expected: a section"),
        bad("mtu: 1400", "mtu: 1400\n---\nnode: other", "expected"),
        bad("node: node1", "node: &a [*a]", "node"),
        bad("node: node1", "node: {", "not YAML", "expected"),
        bad("node: node1", "\tnode: node1", "not YAML", "line"));
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void read_badValue_namesFileKeyValueAndExpectation(String from, String to, String[] mentioned)
      throws IOException {
    assertThat(GOOD).as("what is replaced").contains(from);
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, GOOD.replace(from, to));
    assertThatThrownBy(() -> AgentConfigFile.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContainingAll(mentioned)
        .hasMessageNotContainingAny("java", "deserialize", "Jackson")
        .hasMessageMatching("(?s)[^\n]*");
  }

  static Stream<Arguments> notOurs() {
    return Stream.of(
        Arguments.of("", "empty"),
        Arguments.of("# only a comment\n", "empty"),
        Arguments.of("---\n", "empty"),
        Arguments.of("null\n", "expected"),
        Arguments.of("just words\n", "expected"),
        Arguments.of("- node: a\n", "expected"),
        Arguments.of("{\"node\": \"a\"", "not YAML"),
        Arguments.of("[".repeat(5000), "not YAML"),
        Arguments.of("\0", "not YAML"),
        Arguments.of("%PDF-1.7\n%µ¶\n", "not YAML"));
  }

  @ParameterizedTest
  @MethodSource("notOurs")
  void read_somethingElse_saysSo(String text, String mentioned) throws IOException {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, text);
    assertThatThrownBy(() -> AgentConfigFile.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(mentioned);
  }

  @Test
  void read_bytesThatAreNoText_saysSo() throws IOException {
    Path file = directory.resolve("agent.yaml");
    Files.write(file, new byte[] {'n', (byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> AgentConfigFile.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("UTF-8");
  }

  @Test
  void read_missing_saysSo() {
    Path file = directory.resolve("nowhere.yaml");
    assertThatThrownBy(() -> AgentConfigFile.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no such file");
  }

  @Test
  void read_directory_saysSo() {
    assertThatThrownBy(() -> AgentConfigFile.read(directory))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("directory");
  }

  @Test
  void read_tooLarge_isNotRead() throws IOException {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, "#" + "x".repeat(64 * 1024));
    assertThatThrownBy(() -> AgentConfigFile.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("65537 bytes")
        .hasMessageContaining("at most 65536");
  }

  @Test
  void read_good_isRead() throws Exception {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, GOOD);
    assertThat(AgentConfigFile.read(file)).isEqualTo(parse(GOOD));
  }
}
