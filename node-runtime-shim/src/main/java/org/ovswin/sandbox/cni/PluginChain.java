package org.ovswin.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the plugins of a network configuration list (CNI specification 1.1.0, section 3), as libcni
 * does for container runtimes. Every operation runs on the calling thread, under the environment's
 * deadline.
 *
 * <p>Safe for use by several threads; the caller makes sure that one attachment has one operation
 * at a time, as the specification asks of runtimes.
 */
public final class PluginChain {
  private final PluginEnvironment environment;
  private final PluginExec exec;
  private final ResultCache cache;

  /**
   * @param cacheDirectory keeps the results of ADD; made, and made accessible for its owner only
   */
  public PluginChain(PluginEnvironment environment, Path cacheDirectory) {
    this.environment = environment;
    this.exec = new PluginExec(environment);
    this.cache = new ResultCache(cacheDirectory);
  }

  /**
   * ADD in the list's order, each plugin with the result of the one before it.
   *
   * @return the last plugin's result, in the version that it answered in
   * @throws PluginException from the first plugin that fails; the caller then calls {@link #del},
   *     as runtimes do
   */
  public ObjectNode add(NetworkConfigList network, RuntimeConf attachment)
      throws IOException, InterruptedException {
    long deadlineNanos = deadlineNanos();
    Optional<ObjectNode> result = Optional.empty();
    for (PluginConfig plugin : network.plugins()) {
      ObjectNode config = config(network, plugin, attachment.capabilityArgs(), result);
      byte[] printed = exec.run(plugin.type(), variables("ADD", attachment), config, deadlineNanos);
      ObjectNode answer = PluginExec.decodeResult(plugin.type(), "ADD", printed);
      if (answer.path("cniVersion").asText("").isEmpty()) {
        // Some plugins leave it out; then it is the one that was asked for.
        answer.put("cniVersion", network.cniVersion().toString());
      }
      result = Optional.of(answer);
    }
    // A list has at least one plugin.
    ObjectNode last = result.orElseThrow();
    cache.put(network, attachment, last);
    return last;
  }

  /**
   * CHECK in the list's order, each plugin with the result of ADD; nothing if the list disables it.
   *
   * @throws PluginException from the first plugin that finds a difference
   * @throws InvalidConfigException if the list's version has no CHECK
   * @throws IOException if the result of ADD is not there
   */
  public void check(NetworkConfigList network, RuntimeConf attachment)
      throws IOException, InterruptedException {
    if (!network.cniVersion().isAtLeast(CniVersion.WITH_CHECK)) {
      throw new InvalidConfigException(
          "cniVersion", network.cniVersion().toString(), "at least 0.4.0, for CHECK");
    }
    if (network.check() == NetworkConfigList.Check.DISABLED) {
      return;
    }
    Optional<ObjectNode> result = cache.get(network, attachment);
    if (result.isEmpty()) {
      throw new IOException(
          "CHECK of %s in %s, network %s: no result of an ADD"
              .formatted(attachment.ifName(), attachment.containerId(), network.name()));
    }
    long deadlineNanos = deadlineNanos();
    for (PluginConfig plugin : network.plugins()) {
      ObjectNode config = config(network, plugin, attachment.capabilityArgs(), result);
      exec.run(plugin.type(), variables("CHECK", attachment), config, deadlineNanos);
    }
  }

  /**
   * DEL in the opposite order, each plugin with the result of ADD if there is one; then forgets the
   * result. Works without one, and may be repeated.
   *
   * @throws PluginException from the first plugin that fails; the result is kept for the next try
   */
  public void del(NetworkConfigList network, RuntimeConf attachment)
      throws IOException, InterruptedException {
    Optional<ObjectNode> result =
        network.cniVersion().isAtLeast(CniVersion.WITH_CHECK)
            ? cache.get(network, attachment)
            : Optional.empty();
    long deadlineNanos = deadlineNanos();
    for (PluginConfig plugin : network.plugins().reversed()) {
      ObjectNode config = config(network, plugin, attachment.capabilityArgs(), result);
      exec.run(plugin.type(), variables("DEL", attachment), config, deadlineNanos);
    }
    cache.remove(network, attachment);
  }

  /**
   * GC: DEL of every attachment of the network whose result is kept and that is not listed; then,
   * from version 1.1.0 on, GC of each plugin in the list's order. Goes on after a failure. Nothing
   * if the list disables it.
   *
   * @param valid the attachments that the runtime knows; all others of this network go
   * @throws IOException the first failure, with the others suppressed
   */
  public void gc(NetworkConfigList network, Set<ValidAttachment> valid)
      throws IOException, InterruptedException {
    if (network.gc() == NetworkConfigList.Gc.DISABLED) {
      return;
    }
    List<IOException> failures = new ArrayList<>();
    for (RuntimeConf attachment : cache.attachments(network)) {
      if (!valid.contains(new ValidAttachment(attachment.containerId(), attachment.ifName()))) {
        try {
          del(network, attachment);
        } catch (IOException e) {
          failures.add(e);
        }
      }
    }
    if (network.cniVersion().isAtLeast(CniVersion.WITH_GC)) {
      ArrayNode listed = NetworkConfigList.JSON.createArrayNode();
      valid.stream()
          .sorted(ValidAttachment.ORDER)
          .forEach(
              one ->
                  listed
                      .addObject()
                      .put("containerID", one.containerId())
                      .put("ifname", one.ifName()));
      for (PluginConfig plugin : network.plugins()) {
        ObjectNode config = config(network, plugin, Map.of(), Optional.empty());
        // The specification's key, and the one that plugins of its first days look for.
        config.set("cni.dev/valid-attachments", listed);
        config.set("cni.dev/attachments", listed);
        try {
          exec.run(plugin.type(), Map.of("CNI_COMMAND", "GC"), config, deadlineNanos());
        } catch (IOException e) {
          failures.add(e);
        }
      }
    }
    throwFirst(failures);
  }

  private static void throwFirst(List<IOException> failures) throws IOException {
    if (!failures.isEmpty()) {
      IOException first = failures.getFirst();
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  /**
   * STATUS of each plugin in the list's order; before version 1.1.0 there is none, and all is well.
   *
   * @throws PluginException from the first plugin that cannot serve an ADD; its code is 50, or 51
   *     where existing attachments suffer as well
   */
  public void status(NetworkConfigList network) throws IOException, InterruptedException {
    if (!network.cniVersion().isAtLeast(CniVersion.WITH_GC)) {
      return;
    }
    long deadlineNanos = deadlineNanos();
    for (PluginConfig plugin : network.plugins()) {
      exec.run(
          plugin.type(),
          Map.of("CNI_COMMAND", "STATUS"),
          config(network, plugin, Map.of(), Optional.empty()),
          deadlineNanos);
    }
  }

  /** The versions that a plugin says it speaks. */
  public List<CniVersion> version(String type) throws IOException, InterruptedException {
    ObjectNode config =
        NetworkConfigList.JSON.createObjectNode().put("cniVersion", CniVersion.NEWEST.toString());
    byte[] printed = exec.run(type, Map.of("CNI_COMMAND", "VERSION"), config, deadlineNanos());
    ObjectNode answer = PluginExec.decodeResult(type, "VERSION", printed);
    List<CniVersion> versions = new ArrayList<>();
    try {
      for (JsonNode version : answer.path("supportedVersions")) {
        versions.add(CniVersion.parse(version.asText()));
      }
    } catch (IllegalArgumentException e) {
      throw new PluginException.Unreadable(
          type, "VERSION", 0, "supportedVersions: " + e.getMessage(), answer.toString(), "");
    }
    return versions;
  }

  /**
   * What one plugin gets on its standard input (section 3, "Deriving execution configuration from
   * plugin configuration").
   */
  static ObjectNode config(
      NetworkConfigList network,
      PluginConfig plugin,
      Map<String, JsonNode> capabilityArgs,
      Optional<ObjectNode> prevResult) {
    ObjectNode config = plugin.source().deepCopy();
    config.put("name", network.name());
    config.put("cniVersion", network.cniVersion().toString());
    config.remove("capabilities");
    ObjectNode runtimeConfig = NetworkConfigList.JSON.createObjectNode();
    capabilityArgs.forEach(
        (capability, value) -> {
          if (plugin.capabilities().contains(capability)) {
            runtimeConfig.set(capability, value);
          }
        });
    if (!runtimeConfig.isEmpty()) {
      config.set("runtimeConfig", runtimeConfig);
    }
    prevResult.ifPresent(result -> config.set("prevResult", result));
    return config;
  }

  private static Map<String, String> variables(String command, RuntimeConf attachment) {
    return Map.of(
        "CNI_COMMAND",
        command,
        "CNI_CONTAINERID",
        attachment.containerId(),
        "CNI_NETNS",
        attachment.netns(),
        "CNI_IFNAME",
        attachment.ifName(),
        "CNI_ARGS",
        attachment.joinedArgs());
  }

  private long deadlineNanos() {
    return System.nanoTime() + environment.deadline().toNanos();
  }
}
