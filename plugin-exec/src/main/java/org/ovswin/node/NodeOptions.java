package org.ovswin.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.ClusterConfig;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.node.uplink.Adapter;
import org.ovswin.node.uplink.TakeoverException;
import org.ovswin.node.uplink.UplinkTakeover;

/**
 * What the node shall be, as far as somebody said it; for a configuration that is not there yet.
 *
 * @param name of the node; empty: the machine's
 * @param cluster ranges of all pods; empty: {@value #USUAL_CLUSTER}
 * @param store {@code file:DIRECTORY}, {@code etcd:URL,URL…} or {@code kubernetes[:KUBECONFIG]};
 *     empty: a directory of this machine
 * @param address of the node for its peers; empty: the agent looks at the default route
 * @param uplink the adapter to take into the bridge; empty: none, the host forwards
 * @param bridge empty: the agent's default
 * @param mtu of the pods' interfaces; empty: the agent's choice
 */
public record NodeOptions(
    Optional<String> name,
    List<IpPrefix> cluster,
    Optional<String> store,
    Optional<IpAddress> address,
    Optional<String> uplink,
    Optional<String> bridge,
    Optional<Integer> mtu) {
  public static final String USUAL_CLUSTER = "10.244.0.0/16";

  /** Nothing was said. */
  public static final NodeOptions NONE =
      new NodeOptions(
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  public NodeOptions {
    cluster = List.copyOf(cluster);
  }

  /** The text of the agent's configuration (docs/configuration.md). */
  String text(Layout layout, String datapathType) throws IOException, NodeException {
    ObjectNode root = YAML.createObjectNode();
    root.put("node", name.isPresent() ? name.get() : machineName());
    ObjectNode clusterNode = root.putObject("cluster");
    List<String> ranges =
        cluster.isEmpty()
            ? List.of(USUAL_CLUSTER)
            : cluster.stream().map(IpPrefix::toString).toList();
    ranges.forEach(range -> clusterNode.withArray("ranges").addObject().put("cidr", range));
    putStore(clusterNode.putObject("store"), layout);
    root.put("stateDirectory", layout.stateDirectory().resolve("agent").toString());
    root.put("socketDirectory", layout.runDirectory().toString());
    ObjectNode openvswitch = root.putObject("openvswitch");
    openvswitch.put("runDirectory", layout.openvswitchRunDirectory().toString());
    bridge.ifPresent(value -> openvswitch.put("bridge", value));
    openvswitch.put("datapathType", datapathType);
    address.ifPresent(value -> root.putObject("gateway").put("address", value.toString()));
    if (uplink.isPresent()) {
      putUplink(root.putObject("uplink"), uplink.get());
    }
    mtu.ifPresent(value -> root.put("mtu", value));
    return ConfigurationStep.HEADER
        + " Edit it and run up again; docs/configuration.md has all keys.\n"
        + written(root);
  }

  private void putUplink(ObjectNode target, String device) throws NodeException {
    if (address.isPresent()) {
      throw new NodeException(
          "--address: %s (expected: none with --uplink, whose own address is used)"
              .formatted(address.get()));
    }
    try {
      Adapter adapter = UplinkTakeover.adapter(device);
      target.put("device", device);
      target.put("address", adapter.address().toString());
      target.put("gateway", adapter.gateway().getHostAddress());
      adapter
          .ipv6()
          .ifPresent(
              ipv6 -> {
                target.put("ipv6Address", ipv6.address().toString());
                target.put("ipv6Gateway", ipv6.gateway().getHostAddress());
              });
    } catch (TakeoverException e) {
      throw new NodeException("--uplink: " + e.getMessage(), e);
    }
  }

  private static String written(ObjectNode root) {
    try {
      return YAML.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers must have a YAML form", e);
    }
  }

  private static String machineName() throws IOException {
    return Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT);
  }

  private void putStore(ObjectNode target, Layout layout) throws NodeException {
    String text = store.orElse("file:" + layout.stateDirectory().resolve("store"));
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    switch (kind) {
      case "file" -> target.put("file", rest);
      case "etcd" -> {
        ObjectNode etcd = target.putObject("etcd");
        for (String endpoint : rest.split(",", -1)) {
          etcd.withArray("endpoints").add(endpoint);
        }
      }
      case "kubernetes" -> {
        ObjectNode kubernetes = target.putObject("kubernetes");
        if (!rest.isEmpty()) {
          kubernetes.put("kubeconfig", rest);
        }
      }
      default ->
          throw new NodeException(
              "--store: %s (expected: file:DIRECTORY, etcd:URL,… or kubernetes[:KUBECONFIG])"
                  .formatted(text));
    }
  }

  /**
   * Refuses what a configuration that is there does not say: it is not changed.
   *
   * @throws NodeException that names option, value and what the file has
   */
  void requireAsIn(AgentConfig config, Path file) throws NodeException {
    if (name.isPresent()) {
      require("--node", name.get(), config.node(), file);
    }
    if (!cluster.isEmpty()) {
      require("--cluster-cidr", cluster, config.cluster().ranges().prefixes(), file);
    }
    if (uplink.isPresent()) {
      require(
          "--uplink",
          uplink.get(),
          config.uplink().map(AgentConfig.UplinkConfig::device).orElse("none"),
          file);
    }
    if (bridge.isPresent()) {
      require("--bridge", bridge.get(), config.openvswitch().bridge(), file);
    }
    if (store.isPresent() && store.get().startsWith("file:")) {
      require(
          "--store",
          store.get(),
          config.cluster().store() instanceof ClusterConfig.Store.File(Path directory)
              ? "file:" + directory
              : "another kind",
          file);
    }
  }

  private static void require(String option, Object given, Object found, Path file)
      throws NodeException {
    if (!given.equals(found)) {
      throw new NodeException(
          "%s: %s (expected: %s, as in %s; edit that file, or remove it and let up write one)"
              .formatted(option, given, found, file));
    }
  }
}
