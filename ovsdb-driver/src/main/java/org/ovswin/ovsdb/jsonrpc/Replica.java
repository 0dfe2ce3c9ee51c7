package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The monitored rows of a database at one moment, by table and row; immutable. A row that no update
 * touched is the same object in the next replica.
 */
public record Replica(Map<String, Map<UUID, Row>> tables) {

  static final Replica EMPTY = new Replica(Map.of());

  /** The rows of a table. */
  public Map<UUID, Row> rows(String table) {
    return tables.getOrDefault(table, Map.of());
  }

  /**
   * The replica after a {@code <table-updates>} (RFC 7047, 4.1.6): per row, the columns' new values
   * in {@code new}, or no {@code new} when the row is deleted.
   *
   * @throws IllegalArgumentException when the update does not fit the columns
   */
  Replica withUpdates(JsonNode updates, Columns columns) {
    return with(
        updates,
        (table, uuid, update, old) ->
            update.has("new") ? overlaid(old, table, update.path("new"), columns) : null);
  }

  /**
   * The replica after a {@code <table-updates2>} (ovsdb-server(7), 4.1.14): per row one of {@code
   * initial} and {@code insert} with the columns that do not have their default, {@code modify}
   * with differences, {@code delete}.
   *
   * @throws IllegalArgumentException when the update does not fit the columns, or modifies a row
   *     that is not here
   */
  Replica withUpdates2(JsonNode updates, Columns columns) {
    return with(
        updates,
        (table, uuid, update, old) -> {
          if (update.has("modify")) {
            if (old == null) {
              throw new IllegalArgumentException(
                  "modify of " + table + " row " + uuid + " (expected: a row of the replica)");
            }
            return modified(old, table, update.path("modify"), columns);
          }
          if (update.has("insert")) {
            return overlaid(null, table, update.path("insert"), columns);
          }
          if (update.has("initial")) {
            return overlaid(null, table, update.path("initial"), columns);
          }
          if (update.has("delete")) {
            return null;
          }
          throw new IllegalArgumentException(
              "update of "
                  + table
                  + " row "
                  + uuid
                  + ": "
                  + update
                  + " (expected: initial, insert, modify or delete)");
        });
  }

  private interface RowUpdate {
    @Nullable Row apply(String table, UUID uuid, JsonNode update, @Nullable Row old);
  }

  private Replica with(JsonNode updates, RowUpdate rowUpdate) {
    Map<String, Map<UUID, Row>> result = new HashMap<>(tables);
    for (Map.Entry<String, JsonNode> tableUpdate : updates.properties()) {
      String table = tableUpdate.getKey();
      Map<UUID, Row> rows = new HashMap<>(rows(table));
      for (Map.Entry<String, JsonNode> update : tableUpdate.getValue().properties()) {
        UUID uuid = Atomic.uuid(update.getKey());
        Row row = rowUpdate.apply(table, uuid, update.getValue(), rows.get(uuid));
        if (row == null) {
          rows.remove(uuid);
        } else {
          rows.put(uuid, row);
        }
      }
      result.put(table, Collections.unmodifiableMap(rows));
    }
    return new Replica(Collections.unmodifiableMap(result));
  }

  private static Row overlaid(@Nullable Row old, String table, JsonNode values, Columns columns) {
    Map<String, Datum> data = new HashMap<>(old == null ? Map.of() : old.columns());
    for (Map.Entry<String, JsonNode> value : values.properties()) {
      ColumnType type = columns.type(table, value.getKey());
      data.put(value.getKey(), Datum.read(type, value.getValue()));
    }
    return new Row(data);
  }

  private static Row modified(Row old, String table, JsonNode differences, Columns columns) {
    Map<String, Datum> data = new HashMap<>(old.columns());
    for (Map.Entry<String, JsonNode> difference : differences.properties()) {
      String column = difference.getKey();
      ColumnType type = columns.type(table, column);
      data.put(
          column,
          data.getOrDefault(column, Datum.empty(type))
              .with(Datum.read(type, difference.getValue()), type));
    }
    return new Row(data);
  }
}
