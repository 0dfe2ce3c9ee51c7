package org.ovswin.ovsdb.vswitch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The tables and columns that are replicated: those that are used, so no statistics. */
enum Table {
  ROOT(
      "Open_vSwitch",
      "bridges",
      "next_cfg",
      "cur_cfg",
      "ovs_version",
      "datapath_types",
      "iface_types",
      "external_ids"),
  BRIDGE(
      "Bridge",
      "name",
      "datapath_type",
      "datapath_id",
      "fail_mode",
      "protocols",
      "other_config",
      "external_ids",
      "ports"),
  PORT("Port", "name", "interfaces", "external_ids"),
  INTERFACE(
      "Interface",
      "name",
      "type",
      "ofport",
      "ofport_request",
      "error",
      "mac",
      "mac_in_use",
      "mtu",
      "mtu_request",
      "options",
      "external_ids");

  private final String id;

  @SuppressWarnings("ImmutableEnumChecker") // A Set.of, which the checker cannot see.
  private final Set<String> columns;

  Table(String id, String... columns) {
    this.id = id;
    this.columns = Set.of(columns);
  }

  /** Its name in the schema. */
  String id() {
    return id;
  }

  /** What to monitor. */
  static Map<String, Set<String>> columnsByTable() {
    Map<String, Set<String>> columns = new LinkedHashMap<>();
    for (Table table : values()) {
      columns.put(table.id, table.columns);
    }
    return columns;
  }
}
