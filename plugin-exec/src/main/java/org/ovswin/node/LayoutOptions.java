package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ovswin.node.Layout.ServiceKind;

/**
 * The places that somebody asked for, by option. The others are those of the record, so that a
 * repeated {@code up} or a {@code down} needs none, or the usual ones.
 *
 * @param given option to value
 */
public record LayoutOptions(Map<String, String> given) {
  public static final String INSTALL = "--install-dir";
  public static final String CONFIG = "--config";
  public static final String STATE = "--state-dir";
  public static final String RUN = "--run-dir";
  public static final String LOG = "--log-dir";
  public static final String CNI_CONFIG = "--cni-conf-dir";
  public static final String CNI_BIN = "--cni-bin-dir";
  public static final String UNITS = "--unit-dir";
  public static final String OPENVSWITCH = "--ovs-run-dir";
  public static final String SERVICE = "--service";

  public static final String DEFAULT_STATE = "/var/lib/ovs-win";

  /** Where systemd is the init process (sd_booted(3)). */
  private static final Path SYSTEMD_RUNS = Path.of("/run/systemd/system");

  public LayoutOptions {
    given = Map.copyOf(given);
  }

  private static Map<String, String> usual() {
    Map<String, String> usual = new LinkedHashMap<>();
    usual.put(INSTALL, "/opt/ovs-win");
    usual.put(CONFIG, "/etc/ovs-win/agent.yaml");
    usual.put(STATE, DEFAULT_STATE);
    usual.put(RUN, "/run/ovs-win");
    usual.put(LOG, "/var/log/ovs-win");
    usual.put(CNI_CONFIG, "/etc/cni/net.d");
    usual.put(CNI_BIN, "/opt/cni/bin");
    usual.put(UNITS, "/etc/systemd/system");
    usual.put(OPENVSWITCH, "/var/run/openvswitch");
    usual.put(SERVICE, Files.isDirectory(SYSTEMD_RUNS) ? "systemd" : "background");
    return usual;
  }

  Path stateDirectory() {
    return absolute(given.getOrDefault(STATE, DEFAULT_STATE));
  }

  /**
   * All places.
   *
   * @throws NodeException if one that was asked for is not the recorded one
   */
  Layout resolve(Optional<JsonNode> recorded) throws NodeException {
    Map<String, String> values = usual();
    if (recorded.isPresent()) {
      for (var entry : recorded.get().properties()) {
        values.put(entry.getKey(), entry.getValue().asText());
      }
    }
    for (var option : given.entrySet()) {
      String value =
          option.getKey().equals(SERVICE)
              ? option.getValue()
              : absolute(option.getValue()).toString();
      if (recorded.isPresent() && !value.equals(values.get(option.getKey()))) {
        throw new NodeException(
            "%s: %s (expected: %s, with which this machine is up; run ovs-win down first)"
                .formatted(option.getKey(), value, values.get(option.getKey())));
      }
      values.put(option.getKey(), value);
    }
    return layout(values);
  }

  private static Layout layout(Map<String, String> values) {
    return new Layout(
        path(values, INSTALL),
        path(values, CONFIG),
        path(values, STATE),
        path(values, RUN),
        path(values, LOG),
        path(values, CNI_CONFIG),
        path(values, CNI_BIN),
        path(values, UNITS),
        path(values, OPENVSWITCH),
        ServiceKind.valueOf(values.getOrDefault(SERVICE, "").toUpperCase(Locale.ROOT)));
  }

  private static Path path(Map<String, String> values, String option) {
    return Path.of(values.getOrDefault(option, ""));
  }

  /** As the record has it. */
  static JsonNode toJson(Layout layout) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put(INSTALL, layout.installDirectory().toString());
    tree.put(CONFIG, layout.config().toString());
    tree.put(STATE, layout.stateDirectory().toString());
    tree.put(RUN, layout.runDirectory().toString());
    tree.put(LOG, layout.logDirectory().toString());
    tree.put(CNI_CONFIG, layout.cniConfigDirectory().toString());
    tree.put(CNI_BIN, layout.cniBinDirectory().toString());
    tree.put(UNITS, layout.unitDirectory().toString());
    tree.put(OPENVSWITCH, layout.openvswitchRunDirectory().toString());
    tree.put(SERVICE, layout.service().name().toLowerCase(Locale.ROOT));
    return tree;
  }

  private static Path absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize();
  }
}
