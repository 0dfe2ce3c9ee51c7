package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.etcd.EtcdOptions;
import org.ovswin.ipam.block.kubernetes.KubernetesOptions;
import org.ovswin.ipam.block.kubernetes.PodCidrs;

final class AgentConfigFileTest {
  private static final String GOOD =
      """
      node: node1
      cluster:
        ranges:
          - cidr: 10.244.0.0/16
            blockPrefixLength: 25
          - {cidr: "fd00:244::/48"}
        store: {file: /var/lib/ovs-win/store}
        releaseGrace: 1h
      ipam:
        coolDown: 45s
        reserved: [10.244.3.10-10.244.3.20, "fd00:244::10"]
        sticky: never
        reclaimAfter: 5m
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
    assertThat(config.cluster().ranges())
        .isEqualTo(
            ClusterRanges.of(
                new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 25),
                new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64)));
    assertThat(config.cluster().store())
        .isEqualTo(new ClusterConfig.Store.File(Path.of("/var/lib/ovs-win/store")));
    assertThat(config.cluster().releaseGrace()).isEqualTo(Duration.ofHours(1));
    assertThat(config.ipam())
        .isEqualTo(
            new IpamConfig(
                Duration.ofSeconds(45),
                List.of(
                    AddressRange.parse("10.244.3.10-10.244.3.20"),
                    AddressRange.parse("fd00:244::10")),
                IpamConfig.Sticky.NEVER,
                Duration.ofMinutes(5)));
    assertThat(config.leaseDirectory()).isEqualTo(Path.of("/var/lib/ovs-win/node1/leases"));
    assertThat(config.cniSocket()).isEqualTo(Path.of("/run/ovs-win/cni.sock"));
    assertThat(config.openvswitch().datapathType()).isEqualTo("netdev");
    assertThat(config.openvswitch().managementSocket())
        .isEqualTo(Path.of("/var/run/openvswitch/br-pods.mgmt"));
    AgentConfig.UplinkConfig uplink = config.uplink().orElseThrow();
    assertThat(uplink.address()).isEqualTo(Ipv4Address.parse("172.30.0.11"));
    assertThat(uplink.subnet()).isEqualTo(IpPrefix.parse("172.30.0.0/24"));
    assertThat(config.mode()).hasToString("host-gateway");
    assertThat(config.mtu()).hasValue(1400);
  }

  @Test
  void parse_onlyWhatMustBe_hasTheDefaults() throws Exception {
    AgentConfig config =
        parse(
            """
            node: node1
            cluster: {ranges: [{cidr: 10.244.0.0/16}], store: {file: /store}}
            stateDirectory: /state
            socketDirectory: /run
            openvswitch: {}
            """);
    assertThat(config.cluster().ranges())
        .isEqualTo(ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24)));
    assertThat(config.cluster().releaseGrace()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.ipam())
        .isEqualTo(
            new IpamConfig(
                Duration.ofSeconds(30),
                List.of(),
                IpamConfig.Sticky.STATEFULSET,
                Duration.ofMinutes(1)));
    assertThat(config.openvswitch().database()).isEqualTo("unix:/var/run/openvswitch/db.sock");
    assertThat(config.openvswitch().runDirectory()).isEqualTo(Path.of("/var/run/openvswitch"));
    assertThat(config.openvswitch().bridge()).isEqualTo("br-pods");
    assertThat(config.openvswitch().datapathType()).isEqualTo("system");
    assertThat(config.openvswitch().readyPorts()).isEqualTo(16);
    assertThat(config.mode()).isEqualTo(AgentConfig.Mode.HOST_GATEWAY);
    assertThat(config.exit())
        .isEqualTo(new AgentConfig.GatewayConfig(Optional.empty(), Optional.empty()));
    assertThat(config.mtu()).isEmpty();
  }

  @Test
  void parse_gateway_hasTheAddressesThatAreGiven() throws Exception {
    assertThat(gateway("{}").exit()).isEqualTo(AgentConfig.GatewayConfig.FOUND);
    assertThat(gateway("{address: 192.0.2.7}").exit())
        .isEqualTo(
            new AgentConfig.GatewayConfig(
                Optional.of(Ipv4Address.parse("192.0.2.7")), Optional.empty()));
    assertThat(gateway("{ipv6Address: \"2001:db8::7\"}").exit())
        .isEqualTo(
            new AgentConfig.GatewayConfig(
                Optional.empty(), Optional.of(Ipv6Address.parse("2001:db8::7"))));
  }

  private static AgentConfig gateway(String section) throws Exception {
    return parse(GOOD.replaceFirst("uplink:\n.*\n.*\n.*\n", "gateway: " + section + "\n"));
  }

  @Test
  void parse_etcd_hasItsOptions() throws Exception {
    String given =
        """
        etcd:
              endpoints: ["https://etcd-1.example:2379", etcd-2.example:2379]
              prefix: /pods/
              caFile: /pki/ca.pem
              certFile: /pki/node.pem
              keyFile: /pki/node.key
              user: ovs-win
              passwordFile: /pki/password
        """;
    assertThat(store("\n    " + given).cluster().store())
        .isEqualTo(
            new ClusterConfig.Store.Etcd(
                new EtcdOptions(
                    List.of(
                        URI.create("https://etcd-1.example:2379"),
                        URI.create("https://etcd-2.example:2379")),
                    "/pods/",
                    Optional.of(Path.of("/pki/ca.pem")),
                    Optional.of(Path.of("/pki/node.pem")),
                    Optional.of(Path.of("/pki/node.key")),
                    Optional.of("ovs-win"),
                    Optional.of(Path.of("/pki/password")))));
  }

  @Test
  void parse_kubernetes_hasItsOptions() throws Exception {
    assertThat(store("{kubernetes: {}}").cluster().store())
        .isEqualTo(new ClusterConfig.Store.Kubernetes(KubernetesOptions.of(Optional.empty())));
    assertThat(store("{kubernetes: {kubeconfig: /etc/kube, podCIDRs: required}}").cluster().store())
        .isEqualTo(
            new ClusterConfig.Store.Kubernetes(
                new KubernetesOptions(Optional.of(Path.of("/etc/kube")), PodCidrs.REQUIRED)));
  }

  private static AgentConfig store(String store) throws Exception {
    return parse(GOOD.replace("{file: /var/lib/ovs-win/store}", store));
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

  private static Arguments badStore(String store, String... mentioned) {
    return bad("{file: /var/lib/ovs-win/store}", store, mentioned);
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
        bad("10.244.0.0/16", "10.244.0.1/16", "cluster.ranges[0].cidr: 10.244.0.1/16"),
        bad("10.244.0.0/16", "10.244.0.0", "cluster.ranges[0].cidr", "10.244.0.0"),
        bad("10.244.0.0/16", "10.244.0.0/33", "cluster.ranges[0].cidr", "10.244.0.0/33"),
        bad("10.244.0.0/16", "10.244.0/16", "cluster.ranges[0].cidr", "10.244.0/16"),
        bad("10.244.0.0/16", "\"*\"", "cluster.ranges[0].cidr: *"),
        bad("10.244.0.0/16", "\"\"", "cluster.ranges[0].cidr"),
        bad("10.244.0.0/16", "\"::ffff:10.244.0.0/112\"", "cluster.ranges[0].cidr", "::ffff:"),
        bad("10.244.0.0/16", "{}", "cluster.ranges[0].cidr"),
        bad("10.244.0.0/16", "172.0.0.0/8", "uplink.address", "172.30.0.11", "172.0.0.0/8"),
        bad("fd00:244::/48", "fd00:244::/121", "blockPrefixLength: 121", "to 120"),
        bad("\"fd00:244::/48\"", "10.244.7.0/24", "cluster.ranges: range: 10.244.7.0/24"),
        bad("cidr: \"fd00", "cdir: \"fd00", "cluster.ranges.cdir: unknown key", "cidr"),
        bad("{cidr: \"fd00:244::/48\"}", "null", "cluster.ranges: empty"),
        bad("{cidr: \"fd00:244::/48\"}", "fd00", "cluster.ranges[1]: fd00"),
        bad(
            "blockPrefixLength: 25",
            "blockPrefixLength: 15",
            "cluster.ranges.blockPrefixLength: 15",
            "16"),
        bad(
            "blockPrefixLength: 25",
            "blockPrefixLength: 30",
            "cluster.ranges.blockPrefixLength: 30",
            "29"),
        bad(
            "blockPrefixLength: 25",
            "blockPrefixLength: 24.5",
            "cluster.ranges[0].blockPrefixLength",
            "24.5"),
        bad(
            "blockPrefixLength: 25",
            "blockPrefixLength: many",
            "cluster.ranges[0].blockPrefixLength: many"),
        bad("cluster:\n", "cluster:\n  block: 10.244.1.0/24\n", "cluster.block: unknown key"),
        bad("releaseGrace: 1h", "releaseGrace: 1", "cluster.releaseGrace: 1", "30s"),
        bad("releaseGrace: 1h", "releaseGrace: -1h", "cluster.releaseGrace: -1h"),
        bad("releaseGrace: 1h", "releaseGrace: 721h", "cluster.releaseGrace: 721h", "720h"),
        // ipam
        bad("coolDown: 45s", "coolDown: 045s", "ipam.coolDown: 045s"),
        bad("coolDown: 45s", "coolDown: 2h", "ipam.coolDown: 2h", "at most 1h"),
        bad("reclaimAfter: 5m", "reclaimAfter: 3s", "ipam.reclaimAfter: 3s", "4s to 24h"),
        bad("sticky: never", "sticky: always", "ipam.sticky: always", "statefulset or never"),
        bad("10.244.3.20", "10.244.3.2", "ipam.reserved[0]", "10.244.3.10-10.244.3.2"),
        bad("10.244.3.20", "*", "ipam.reserved[0]"),
        bad("\"fd00:244::10\"", "10.244.3.15", "ipam.reserved: 10.244.3.15", "apart from"),
        bad("\"fd00:244::10\"", "10.244.3.015", "ipam.reserved[1]", "10.244.3.015"),
        bad("coolDown: 45s", "cooldown: 45s", "ipam.cooldown: unknown key"),
        bad("store: {file: /var/lib/ovs-win/store}", "store: {}", "cluster.store", "file"),
        badStore("{consul: x}", "cluster.store.consul: unknown key", "etcd, file, kubernetes"),
        badStore("{file: /a, kubernetes: {}}", "cluster.store: 2 keys", "one key"),
        badStore("{etcd: x}", "cluster.store.etcd: x (expected: a section"),
        badStore("{etcd: {}}", "cluster.store.etcd", "endpoints"),
        badStore("{etcd: {endpoints: []}}", "cluster.store.etcd.endpoints: 0"),
        badStore("{etcd: {endpoints: [\"\"]}}", "cluster.store.etcd.endpoints"),
        badStore("{etcd: {endpoints: [null]}}", "cluster.store.etcd.endpoints: empty"),
        badStore("{etcd: {endpoints: [a:1], prefix: x}}", "cluster.store.etcd.prefix: \"x\""),
        badStore("{etcd: {endpoints: [a:1], user: x}}", "cluster.store.etcd.passwordFile: missing"),
        badStore("{etcd: {endpoints: [a:1], caFile: ca}}", "cluster.store.etcd.caFile", "absolute"),
        badStore("{etcd: {endpoints: [a:1], password: x}}", "etcd.password: unknown key"),
        badStore("{kubernetes: {kubeconfig: k}}", "cluster.store.kubernetes.kubeconfig"),
        badStore("{kubernetes: {podCIDRs: never}}", "kubernetes.podCIDRs: never", "where-set"),
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
        // gateway
        bad("uplink:", "gateway: {}\nuplink:", "gateway: given", "uplink"),
        bad("uplink:", "gateway: {address: 192.0.2.256}\nuplink:", "gateway.address: 192.0.2.256"),
        bad("uplink:", "gateway: {adress: x}\nuplink:", "gateway.adress: unknown key", "address"),
        bad("uplink:", "gateway: {ipv6Address: 1.2.3.4}\nuplink:", "gateway.ipv6Address: 1.2.3.4"),
        bad(
            "uplink:\n  device: eth0\n  address: 172.30.0.11/24\n  gateway: 172.30.0.1\n",
            "gateway: {address: 10.244.0.1}\n",
            "gateway.address: 10.244.0.1",
            "outside cluster.ranges"),
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
        bad("mtu: 1400", "mtu: 1400\nmtu: 1500", "mtu", "line 27"),
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
