package org.ovswin.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.sandbox.cni.NetworkConfigList;
import org.ovswin.sandbox.cni.PluginChain;
import org.ovswin.sandbox.cni.PluginEnvironment;
import org.ovswin.sandbox.cni.RuntimeConf;
import org.ovswin.sandbox.cni.ValidAttachment;
import org.ovswin.sandbox.linux.Netns;

/**
 * Runs chains of plugins on a node as a runtime does (CNI specification 1.1.0, section 3): ovs-win
 * and those of the CNI project (Debian's containernetworking-plugins).
 */
abstract class Chains {
  /** Where Debian has them. */
  private static final Path PLUGINS = Path.of("/usr/lib/cni");

  static final HostPort WEB = HostPort.tcp(30080, 80);

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  /** The test's own, with one node. */
  abstract Cluster cluster();

  LabNode node;
  Path netns;
  Path directory;

  @BeforeEach
  void sandbox() throws IOException {
    assertThat(PLUGINS.resolve("portmap"))
        .as("apt-get install containernetworking-plugins")
        .isExecutable();
    node = cluster().node(1);
    netns = cluster().lab().addSandbox("raw");
    directory = Files.createTempDirectory(cluster().lab().directory(), "chain");
  }

  @AfterEach
  void noSandbox() {
    cluster().lab().delSandbox("raw");
  }

  interface Work<T> {
    T on(PluginChain chain) throws Exception;
  }

  /** As a runtime of the node: plugins inherit its network namespace. */
  <T> T chain(String cache, Work<T> work) throws Exception {
    PluginEnvironment environment =
        new PluginEnvironment(
            List.of(node.stateDirectory().resolveSibling("bin"), PLUGINS),
            Map.of("OVS_WIN_CNI_SOCKET", node.socketDirectory().resolve("cni.sock").toString()),
            DEADLINE);
    PluginChain chain = new PluginChain(environment, directory.resolve(cache));
    return Netns.<T, Exception>call(node.host().netns(), () -> work.on(chain));
  }

  ObjectNode add(NetworkConfigList network, RuntimeConf attachment) throws Exception {
    return chain("cache", chain -> chain.add(network, attachment));
  }

  void check(NetworkConfigList network, RuntimeConf attachment) throws Exception {
    chain(
        "cache",
        chain -> {
          chain.check(network, attachment);
          return chain;
        });
  }

  void del(NetworkConfigList network, RuntimeConf attachment) throws Exception {
    chain(
        "cache",
        chain -> {
          chain.del(network, attachment);
          return chain;
        });
  }

  static NetworkConfigList list(String version, String... plugins) throws IOException {
    return NetworkConfigList.parse(
        "{\"cniVersion\": \"%s\", \"name\": \"chained\", \"plugins\": [%s]}"
            .formatted(version, String.join(", ", plugins))
            .getBytes(UTF_8));
  }

  RuntimeConf attachment(String containerId, String capabilities) throws IOException {
    JsonNode given = JSON.readTree(capabilities);
    Map<String, JsonNode> byName = new LinkedHashMap<>();
    given.properties().forEach(one -> byName.put(one.getKey(), one.getValue()));
    return new RuntimeConf(
        containerId, netns.toString(), "eth0", Map.of("IgnoreUnknown", "1"), byName);
  }

  static String address(ObjectNode result, int index) {
    return result.at("/ips/" + index + "/address").asText().replaceFirst("/.*", "");
  }

  String natRules() {
    return node.shell().run("iptables", "-t", "nat", "-S");
  }

  void gc(String cache, NetworkConfigList network, Set<ValidAttachment> valid) throws Exception {
    chain(
        cache,
        chain -> {
          chain.gc(network, valid);
          chain.status(network);
          return chain;
        });
  }
}
