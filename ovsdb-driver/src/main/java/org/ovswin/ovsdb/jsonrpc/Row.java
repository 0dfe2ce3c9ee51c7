package org.ovswin.ovsdb.jsonrpc;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The monitored columns of a row. A column that the server's schema lacks reads as empty: older
 * switches do not know all of them.
 */
public record Row(Map<String, Datum> columns) {

  public Row {
    columns = Map.copyOf(columns);
  }

  /** A string, or an optional one. */
  public Optional<String> text(String column) {
    return elements(column).stream().map(String.class::cast).findFirst();
  }

  /** An integer, or an optional one. */
  public OptionalLong integer(String column) {
    return elements(column).stream().mapToLong(Long.class::cast).findFirst();
  }

  /** A set of strings. */
  public Set<String> texts(String column) {
    Set<String> texts = new LinkedHashSet<>();
    elements(column).forEach(atom -> texts.add((String) atom));
    return texts;
  }

  /** References to other rows. */
  public Set<UUID> uuids(String column) {
    Set<UUID> uuids = new LinkedHashSet<>();
    elements(column).forEach(atom -> uuids.add((UUID) atom));
    return uuids;
  }

  /** A map from strings to strings. */
  public Map<String, String> textMap(String column) {
    Map<String, String> map = new LinkedHashMap<>();
    if (columns.get(column) instanceof Datum.Pairs(Map<Object, Object> pairs)) {
      pairs.forEach((key, value) -> map.put((String) key, (String) value));
    }
    return map;
  }

  private Set<Object> elements(String column) {
    return columns.get(column) instanceof Datum.Elements(Set<Object> atoms) ? atoms : Set.of();
  }
}
