package org.ovswin.ovsdb.vswitch;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.opendaylight.ovsdb.lib.notation.Condition;
import org.opendaylight.ovsdb.lib.notation.Function;
import org.opendaylight.ovsdb.lib.notation.Mutation;
import org.opendaylight.ovsdb.lib.notation.Mutator;
import org.opendaylight.ovsdb.lib.notation.OvsdbMap;
import org.opendaylight.ovsdb.lib.notation.OvsdbSet;
import org.opendaylight.ovsdb.lib.notation.UUID;
import org.opendaylight.ovsdb.lib.operations.Insert;
import org.opendaylight.ovsdb.lib.operations.Mutate;
import org.opendaylight.ovsdb.lib.operations.Select;
import org.opendaylight.ovsdb.lib.operations.Update;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.opendaylight.ovsdb.lib.schema.GenericTableSchema;
import org.ovswin.ovsdb.jsonrpc.Wait;

/**
 * The library's operations on the tables of one schema, with values in its notation: a {@link
 * String}, {@link Long} or {@link UUID} for a scalar, {@link #set} and {@link #map} for the rest.
 *
 * <p>Values go in by their column's name: the library's typed column handles check nothing that the
 * server would not, and one of its conditions ({@code opLesserThan}) is wrong.
 */
record Operations(DatabaseSchema schema) {

  Insert<GenericTableSchema> insert(Table table, String uuidName, Map<String, Object> row) {
    Insert<GenericTableSchema> insert = new Insert<>(tableSchema(table));
    insert.setUuidName(uuidName);
    insert.setRow(row);
    return insert;
  }

  Update<GenericTableSchema> update(Table table, Condition where, Map<String, Object> row) {
    Update<GenericTableSchema> update = new Update<>(tableSchema(table));
    update.addCondition(where);
    update.setRow(row);
    return update;
  }

  Mutate<GenericTableSchema> mutate(Table table, List<Condition> where, List<Mutation> mutations) {
    Mutate<GenericTableSchema> mutate = new Mutate<>(tableSchema(table));
    mutate.setWhere(where);
    mutate.setMutations(mutations);
    return mutate;
  }

  Select<GenericTableSchema> select(Table table, String column) {
    Select<GenericTableSchema> select = new Select<>(tableSchema(table));
    select.setColumns(List.of(column));
    return select;
  }

  /** Fails the transaction at once unless these are the rows, seen by these columns. */
  Wait require(
      Table table, List<Condition> where, Set<String> columns, List<Map<String, Object>> rows) {
    return new Wait(tableSchema(table), 0, where, List.copyOf(columns), Wait.Until.EQUAL, rows);
  }

  private GenericTableSchema tableSchema(Table table) {
    return schema.table(table.id(), GenericTableSchema.class);
  }

  static Condition named(String name) {
    return new Condition("name", Function.EQUALS, name);
  }

  static Condition is(UUID row) {
    return new Condition("_uuid", Function.EQUALS, row);
  }

  /** A reference to a row that is there. */
  static UUID reference(java.util.UUID uuid) {
    return new UUID(uuid.toString());
  }

  /**
   * A reference to a row of the same transaction, by its uuid-name. The library tells the two apart
   * by whether {@link java.util.UUID#fromString} takes the text, so a name has no hyphen.
   */
  static UUID named(Table table, int number) {
    return new UUID(table.name().toLowerCase(java.util.Locale.ROOT) + "_" + number);
  }

  static Object set(Set<?> elements) {
    return OvsdbSet.fromSet(new LinkedHashSet<Object>(elements));
  }

  static Object map(Map<String, String> pairs) {
    return OvsdbMap.fromMap(new LinkedHashMap<Object, Object>(pairs));
  }

  static Mutation insertInto(String column, Set<UUID> references) {
    return new Mutation(column, Mutator.INSERT, set(references));
  }

  static Mutation deleteFrom(String column, Set<UUID> references) {
    return new Mutation(column, Mutator.DELETE, set(references));
  }

  /** Inserting into a map keeps the value of a key that is there, so the keys go out first. */
  static List<Mutation> putAll(String column, Map<String, String> pairs) {
    return List.of(
        new Mutation(column, Mutator.DELETE, set(pairs.keySet())),
        new Mutation(column, Mutator.INSERT, map(pairs)));
  }

  static String describe(Set<?> values) {
    return values.stream()
        .map(Object::toString)
        .sorted()
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
