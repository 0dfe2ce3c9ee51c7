package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opendaylight.ovsdb.lib.notation.Condition;
import org.opendaylight.ovsdb.lib.notation.Function;
import org.opendaylight.ovsdb.lib.notation.Mutation;
import org.opendaylight.ovsdb.lib.notation.Mutator;
import org.opendaylight.ovsdb.lib.notation.OvsdbSet;
import org.opendaylight.ovsdb.lib.notation.UUID;
import org.opendaylight.ovsdb.lib.operations.Abort;
import org.opendaylight.ovsdb.lib.operations.Comment;
import org.opendaylight.ovsdb.lib.operations.Commit;
import org.opendaylight.ovsdb.lib.operations.Delete;
import org.opendaylight.ovsdb.lib.operations.Insert;
import org.opendaylight.ovsdb.lib.operations.Mutate;
import org.opendaylight.ovsdb.lib.operations.Operation;
import org.opendaylight.ovsdb.lib.operations.Select;
import org.opendaylight.ovsdb.lib.operations.Update;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.opendaylight.ovsdb.lib.schema.GenericTableSchema;

/** Builds the library's operations from the JSON of a test vector. */
record LibraryOperations(DatabaseSchema schema) {

  Operation<?> of(JsonNode json) {
    return switch (json.path("op").asText()) {
      case "insert" -> insert(json);
      case "select" -> select(json);
      case "update" -> update(json);
      case "mutate" -> mutate(json);
      case "delete" -> delete(json);
      case "wait" -> wait(json);
      case "commit" -> new Commit(json.path("durable").asBoolean());
      case "abort" -> new Abort();
      case "comment" -> new Comment(json.path("comment").asText());
      default -> throw new IllegalArgumentException("operation of a vector: " + json);
    };
  }

  private Operation<?> insert(JsonNode json) {
    Insert<GenericTableSchema> insert = new Insert<>(table(json));
    insert.setRow(row(json, json.path("row")));
    if (json.has("uuid-name")) {
      insert.setUuidName(json.path("uuid-name").asText());
    }
    if (json.has("uuid")) {
      insert.setUuid(json.path("uuid").asText());
    }
    return insert;
  }

  private Operation<?> select(JsonNode json) {
    Select<GenericTableSchema> select = new Select<>(table(json));
    select.setWhere(where(json));
    if (json.has("columns")) {
      select.setColumns(texts(json.path("columns")));
    } else {
      // The library's default, no columns at all, would give empty rows.
      List<String> columns = new ArrayList<>(table(json).getColumns());
      columns.addAll(List.of("_uuid", "_version"));
      select.setColumns(columns);
    }
    return select;
  }

  private Operation<?> update(JsonNode json) {
    Update<GenericTableSchema> update = new Update<>(table(json));
    where(json).forEach(update::addCondition);
    update.setRow(row(json, json.path("row")));
    return update;
  }

  private Operation<?> mutate(JsonNode json) {
    Mutate<GenericTableSchema> mutate = new Mutate<>(table(json));
    mutate.setWhere(where(json));
    for (JsonNode mutation : json.path("mutations")) {
      Mutator mutator =
          Arrays.stream(Mutator.values())
              .filter(each -> each.toString().equals(mutation.path(1).asText()))
              .findFirst()
              .orElseThrow();
      String column = mutation.path(0).asText();
      mutate
          .getMutations()
          .add(new Mutation(column, mutator, value(json, column, mutation.path(2))));
    }
    return mutate;
  }

  private Operation<?> delete(JsonNode json) {
    Delete<GenericTableSchema> delete = new Delete<>(table(json));
    delete.setWhere(where(json));
    return delete;
  }

  private Operation<?> wait(JsonNode json) {
    List<Map<String, Object>> rows = new ArrayList<>();
    json.path("rows").forEach(row -> rows.add(row(json, row)));
    return new Wait(
        table(json),
        json.path("timeout").asInt(),
        where(json),
        texts(json.path("columns")),
        json.path("until").asText().equals("==") ? Wait.Until.EQUAL : Wait.Until.NOT_EQUAL,
        rows);
  }

  private List<Condition> where(JsonNode json) {
    List<Condition> conditions = new ArrayList<>();
    for (JsonNode condition : json.path("where")) {
      Function function =
          Arrays.stream(Function.values())
              .filter(each -> each.toString().equals(condition.path(1).asText()))
              .findFirst()
              .orElseThrow();
      String column = condition.path(0).asText();
      conditions.add(new Condition(column, function, value(json, column, condition.path(2))));
    }
    return conditions;
  }

  private Map<String, Object> row(JsonNode json, JsonNode row) {
    Map<String, Object> values = new HashMap<>();
    row.properties()
        .forEach(
            column -> values.put(column.getKey(), value(json, column.getKey(), column.getValue())));
    return values;
  }

  /** The library reads values of replies, so a named-uuid is null to it. */
  private Object value(JsonNode json, String column, JsonNode value) {
    if (column.startsWith("_") || value.path(0).asText().equals("named-uuid")) {
      return new UUID(value.path(1).asText());
    }
    if (value.toString().contains("named-uuid")) {
      Set<Object> elements = new LinkedHashSet<>();
      value.path(1).forEach(element -> elements.add(new UUID(element.path(1).asText())));
      return OvsdbSet.fromSet(elements);
    }
    return table(json).column(column).valueFromJson(value);
  }

  private GenericTableSchema table(JsonNode json) {
    return schema.table(json.path("table").asText(), GenericTableSchema.class);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
