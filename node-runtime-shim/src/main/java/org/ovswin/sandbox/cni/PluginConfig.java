package org.ovswin.sandbox.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * One plugin of a network configuration list.
 *
 * @param type the executable's name
 * @param capabilities those that the plugin declares with {@code true}
 * @param source the plugin's object as it stands in the list; not to be changed
 */
public record PluginConfig(String type, Set<String> capabilities, ObjectNode source) {
  public PluginConfig {
    capabilities = Set.copyOf(capabilities);
    source = source.deepCopy();
  }
}
