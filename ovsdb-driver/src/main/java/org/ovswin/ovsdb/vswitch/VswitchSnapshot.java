package org.ovswin.ovsdb.vswitch;

import java.util.Map;
import java.util.Optional;

/**
 * An immutable picture of the Open_vSwitch database, all rows of one moment.
 *
 * @param link whether the rows are being kept up to date; after a disconnect they are the last ones
 *     known
 * @param root the one row of the Open_vSwitch table; absent in a database nobody initialised
 * @param bridges by name
 * @param ports by name
 * @param interfaces by name
 */
public record VswitchSnapshot(
    Link link,
    Optional<RootRow> root,
    Map<String, BridgeRow> bridges,
    Map<String, PortRow> ports,
    Map<String, InterfaceRow> interfaces) {

  /** Whether the replica follows the server. */
  public enum Link {
    UP,
    DOWN
  }

  /** What is known before the first connection: nothing. */
  public static final VswitchSnapshot NOTHING =
      new VswitchSnapshot(Link.DOWN, Optional.empty(), Map.of(), Map.of(), Map.of());

  public VswitchSnapshot {
    bridges = Map.copyOf(bridges);
    ports = Map.copyOf(ports);
    interfaces = Map.copyOf(interfaces);
  }

  /** The bridge of this name. */
  public Optional<BridgeRow> bridge(String name) {
    return Optional.ofNullable(bridges.get(name));
  }

  /** The port of this name. */
  public Optional<PortRow> port(String name) {
    return Optional.ofNullable(ports.get(name));
  }

  /** The interface of this name. */
  public Optional<InterfaceRow> iface(String name) {
    return Optional.ofNullable(interfaces.get(name));
  }

  /** The same rows, no longer kept up to date. */
  VswitchSnapshot down() {
    return new VswitchSnapshot(Link.DOWN, root, bridges, ports, interfaces);
  }
}
