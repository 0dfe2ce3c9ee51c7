package org.ovswin.sandbox.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A network configuration list (CNI specification 1.1.0, section 1), the content of a .conflist
 * file.
 *
 * @param name of the network
 * @param cniVersion in which the plugins are spoken to: of {@code cniVersion} and {@code
 *     cniVersions} the newest that this code knows
 * @param check whether CHECK reaches the plugins
 * @param gc whether GC does
 * @param plugins in the order of ADD; at least one
 * @param source the whole list as it was read; not to be changed
 */
public record NetworkConfigList(
    String name,
    CniVersion cniVersion,
    Check check,
    Gc gc,
    List<PluginConfig> plugins,
    ObjectNode source) {

  /** The specification's {@code disableCheck}, stated positively. */
  public enum Check {
    ENABLED,
    DISABLED
  }

  /** The specification's {@code disableGC}, stated positively. */
  public enum Gc {
    ENABLED,
    DISABLED
  }

  /** Of network names and container ids. */
  static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");

  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  public NetworkConfigList {
    plugins = List.copyOf(plugins);
    source = source.deepCopy();
  }

  /**
   * Reads a .conflist file.
   *
   * @throws InvalidConfigException naming the file, and the field that is wrong
   * @throws IOException if the file cannot be read
   */
  public static NetworkConfigList read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      return parse(bytes);
    } catch (InvalidConfigException e) {
      throw new InvalidConfigException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a list from JSON.
   *
   * @throws InvalidConfigException naming the field that is wrong
   */
  public static NetworkConfigList parse(byte[] json) throws InvalidConfigException {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidConfigException(
          "not JSON: %s at line %d"
              .formatted(
                  e.getOriginalMessage(),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new InvalidConfigException("not JSON: " + e.getMessage(), e);
    }
    if (!(tree instanceof ObjectNode list)) {
      throw new InvalidConfigException("network configuration list", describe(tree), "an object");
    }
    String name = list.path("name").asText("");
    if (!list.path("name").isTextual() || !NAME.matcher(name).matches()) {
      throw new InvalidConfigException(
          "name", describe(list.path("name")), "letters, digits and _.- after a letter or digit");
    }
    JsonNode plugins = list.path("plugins");
    if (!plugins.isArray() || plugins.isEmpty()) {
      throw new InvalidConfigException("plugins", describe(plugins), "an array with an object");
    }
    List<PluginConfig> configs = new ArrayList<>();
    for (int i = 0; i < plugins.size(); i++) {
      configs.add(plugin("plugins[%d]".formatted(i), plugins.get(i)));
    }
    return new NetworkConfigList(
        name,
        version(list),
        isTrue(list, "disableCheck") ? Check.DISABLED : Check.ENABLED,
        isTrue(list, "disableGC") ? Gc.DISABLED : Gc.ENABLED,
        configs,
        list);
  }

  private static PluginConfig plugin(String where, JsonNode node) throws InvalidConfigException {
    if (!(node instanceof ObjectNode plugin)) {
      throw new InvalidConfigException(where, describe(node), "an object");
    }
    JsonNode type = plugin.path("type");
    // A path would lead out of the directories in which plugins are allowed to be.
    if (!type.isTextual() || !type.asText().matches("[^/\\\\\\s]+") || isDots(type.asText())) {
      throw new InvalidConfigException(where + ".type", describe(type), "a plugin's file name");
    }
    JsonNode capabilities = plugin.path("capabilities");
    if (!capabilities.isMissingNode() && !capabilities.isNull() && !capabilities.isObject()) {
      throw new InvalidConfigException(
          where + ".capabilities", describe(capabilities), "an object of true or false");
    }
    Set<String> declared = new HashSet<>();
    for (Map.Entry<String, JsonNode> capability : capabilities.properties()) {
      if (!capability.getValue().isBoolean()) {
        throw new InvalidConfigException(
            where + ".capabilities." + capability.getKey(),
            describe(capability.getValue()),
            "true or false");
      }
      if (capability.getValue().asBoolean()) {
        declared.add(capability.getKey());
      }
    }
    return new PluginConfig(type.asText(), declared, plugin);
  }

  private static CniVersion version(ObjectNode list) throws InvalidConfigException {
    List<CniVersion> stated = new ArrayList<>();
    JsonNode version = list.path("cniVersion");
    if (!version.isMissingNode()) {
      stated.add(version("cniVersion", version));
    }
    JsonNode versions = list.path("cniVersions");
    if (!versions.isMissingNode() && !versions.isArray()) {
      throw new InvalidConfigException("cniVersions", describe(versions), "an array");
    }
    for (int i = 0; i < versions.size(); i++) {
      stated.add(version("cniVersions[%d]".formatted(i), versions.get(i)));
    }
    // One that is newer than all we know is still an offer where it is the only one.
    return stated.stream()
        .filter(offered -> CniVersion.NEWEST.isAtLeast(offered))
        .max(Comparator.naturalOrder())
        .orElse(stated.isEmpty() ? CniVersion.UNSTATED : stated.getFirst());
  }

  private static CniVersion version(String field, JsonNode version) throws InvalidConfigException {
    try {
      return CniVersion.parse(version.isTextual() ? version.asText() : describe(version));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(field, describe(version), "such as \"1.0.0\"");
    }
  }

  /** libcni takes the word for true or false too, because many files have it. */
  private static boolean isTrue(ObjectNode list, String flag) throws InvalidConfigException {
    JsonNode value = list.path(flag);
    return switch (value.asText("false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidConfigException(flag, describe(value), "true or false");
    };
  }

  private static boolean isDots(String text) {
    return text.equals(".") || text.equals("..");
  }

  private static String describe(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }
}
