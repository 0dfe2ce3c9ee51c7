package org.ovswin.ovsdb.vswitch;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A row of the Bridge table (ovs-vswitchd.conf.db(5)).
 *
 * @param datapathId 16 hex digits, set by ovs-vswitchd when the bridge works
 * @param ports the names of its ports
 */
public record BridgeRow(
    UUID uuid,
    String name,
    String datapathType,
    Optional<String> datapathId,
    Optional<String> failMode,
    Set<String> protocols,
    Map<String, String> otherConfig,
    Map<String, String> externalIds,
    Set<String> ports) {

  public BridgeRow {
    protocols = Set.copyOf(protocols);
    otherConfig = Map.copyOf(otherConfig);
    externalIds = Map.copyOf(externalIds);
    ports = Set.copyOf(ports);
  }
}
