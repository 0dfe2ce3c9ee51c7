package org.ovswin.ovsdb.vswitch;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A row of the Port table (ovs-vswitchd.conf.db(5)).
 *
 * @param bridge the name of the bridge it is on
 * @param interfaces the names of its interfaces: one, more for a bond
 */
public record PortRow(
    UUID uuid,
    String name,
    Optional<String> bridge,
    Set<String> interfaces,
    Map<String, String> externalIds) {

  public PortRow {
    interfaces = Set.copyOf(interfaces);
    externalIds = Map.copyOf(externalIds);
  }
}
