package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The columns of a replica with their types, by table.
 *
 * @param byTable those asked for that the server's schema has
 */
record Columns(Map<String, SortedMap<String, ColumnType>> byTable) {

  /**
   * Finds the types of the columns wanted; a column that the schema lacks is left out.
   *
   * @throws IllegalArgumentException when a table is missing
   */
  static Columns of(JsonNode schema, Map<String, Set<String>> wanted) {
    SortedMap<String, SortedMap<String, ColumnType>> tables = new TreeMap<>();
    wanted.forEach(
        (table, names) -> {
          JsonNode columns = schema.path("tables").path(table).path("columns");
          if (columns.isMissingNode()) {
            throw new IllegalArgumentException(
                "database " + schema.path("name").asText() + " has no table " + table);
          }
          SortedMap<String, ColumnType> types = new TreeMap<>();
          for (String name : names) {
            if (columns.has(name)) {
              types.put(name, ColumnType.parse(columns.path(name).path("type")));
            }
          }
          tables.put(table, Collections.unmodifiableSortedMap(types));
        });
    return new Columns(Collections.unmodifiableSortedMap(tables));
  }

  /** The {@code <monitor-requests>} for exactly these (RFC 7047, 4.1.5). */
  ObjectNode monitorRequests() {
    ObjectNode requests = JsonNodeFactory.instance.objectNode();
    byTable.forEach(
        (table, columns) -> {
          ArrayNode names = JsonNodeFactory.instance.arrayNode();
          columns.keySet().forEach(names::add);
          requests.putArray(table).addObject().set("columns", names);
        });
    return requests;
  }

  ColumnType type(String table, String column) {
    ColumnType type = byTable.getOrDefault(table, Collections.emptySortedMap()).get(column);
    if (type == null) {
      throw new IllegalArgumentException(
          "update of " + table + "." + column + " (expected: a monitored column)");
    }
    return type;
  }
}
