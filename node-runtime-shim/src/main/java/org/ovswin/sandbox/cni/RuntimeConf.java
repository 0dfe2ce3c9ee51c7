package org.ovswin.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a runtime says about one attachment (libcni's word; CNI specification 1.1.0, section 2).
 *
 * @param containerId CNI_CONTAINERID
 * @param netns CNI_NETNS; empty for a DEL when the namespace is gone
 * @param ifName CNI_IFNAME
 * @param args CNI_ARGS, in the order in which they are sent
 * @param capabilityArgs by capability, such as {@code portMappings}; each goes to the plugins that
 *     declare the capability, in their runtimeConfig
 */
public record RuntimeConf(
    String containerId,
    String netns,
    String ifName,
    Map<String, String> args,
    Map<String, JsonNode> capabilityArgs) {
  private static final Pattern IF_NAME = Pattern.compile("(?!\\.{1,2}$)[^/:\\s]{1,15}");
  private static final Pattern ARG = Pattern.compile("[^;=]*");

  public RuntimeConf {
    args = Collections.unmodifiableMap(new LinkedHashMap<>(args));
    capabilityArgs = Collections.unmodifiableMap(new LinkedHashMap<>(capabilityArgs));
    require(
        "containerId",
        containerId,
        NetworkConfigList.NAME,
        "letters, digits and _.- after a letter or digit");
    require("ifName", ifName, IF_NAME, "1 to 15 characters, none of '/', ':', white space");
    args.forEach(
        (key, value) -> {
          require("args key", key, ARG, "no ';' and no '='");
          require("args." + key, value, ARG, "no ';' and no '='");
        });
  }

  public RuntimeConf(String containerId, String netns, String ifName) {
    this(containerId, netns, ifName, Map.of(), Map.of());
  }

  /** As CNI_ARGS has them. */
  String joinedArgs() {
    return args.entrySet().stream()
        .map(arg -> arg.getKey() + "=" + arg.getValue())
        .collect(Collectors.joining(";"));
  }

  private static void require(String what, String value, Pattern pattern, String expectation) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "%s: '%s' (expected: %s)".formatted(what, value, expectation));
    }
  }
}
