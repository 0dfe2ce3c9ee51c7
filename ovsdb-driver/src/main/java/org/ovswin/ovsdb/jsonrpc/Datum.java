package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The value of a column (RFC 7047, 5.1). A scalar is a set of one, an absent optional scalar an
 * empty set. Atoms are {@link Long}, {@link Double}, {@link Boolean}, {@link String} or {@link
 * java.util.UUID}.
 */
public sealed interface Datum {

  /** A set, also of one or none. */
  record Elements(Set<Object> atoms) implements Datum {
    public Elements {
      atoms = Set.copyOf(atoms);
    }
  }

  /** A map. */
  record Pairs(Map<Object, Object> pairs) implements Datum {
    public Pairs {
      pairs = Map.copyOf(pairs);
    }
  }

  /**
   * Reads a value, without judging how many elements there may be: a difference may have more.
   *
   * @throws IllegalArgumentException when it is not of this type
   */
  static Datum read(ColumnType type, JsonNode json) {
    return type.value().isPresent()
        ? new Pairs(readPairs(type.key(), type.value().get(), json))
        : new Elements(readElements(type.key(), json));
  }

  /** What a column has that nobody set. */
  static Datum empty(ColumnType type) {
    return type.value().isPresent() ? new Pairs(Map.of()) : new Elements(Set.of());
  }

  private static Set<Object> readElements(Atomic type, JsonNode json) {
    if (!isTagged(json, "set")) {
      return Set.of(type.read(json));
    }
    Set<Object> atoms = new LinkedHashSet<>();
    for (JsonNode atom : json.path(1)) {
      if (!atoms.add(type.read(atom))) {
        throw new IllegalArgumentException("set with " + atom + " twice: " + json);
      }
    }
    return atoms;
  }

  private static Map<Object, Object> readPairs(Atomic key, Atomic value, JsonNode json) {
    if (!isTagged(json, "map")) {
      throw new IllegalArgumentException("value: " + json + " (expected: [\"map\", [pair, ...]])");
    }
    Map<Object, Object> pairs = new LinkedHashMap<>();
    for (JsonNode pair : json.path(1)) {
      if (pair.size() != 2) {
        throw new IllegalArgumentException("pair: " + pair + " (expected: [key, value])");
      }
      if (pairs.put(key.read(pair.path(0)), value.read(pair.path(1))) != null) {
        throw new IllegalArgumentException("map with key " + pair.path(0) + " twice: " + json);
      }
    }
    return pairs;
  }

  private static boolean isTagged(JsonNode json, String tag) {
    return json.isArray()
        && json.size() == 2
        && json.path(0).asText().equals(tag)
        && json.path(1).isArray();
  }

  /**
   * The value after a difference as {@code update2} sends it (ovsdb-server(7), 4.1.14): of a set,
   * the elements that come or go; of a map, the pairs that come, go (sent with the value they had)
   * or change (sent with the new value); of anything with at most one element, the new value.
   *
   * @throws IllegalArgumentException when one is a map and the other is not
   */
  default Datum with(Datum difference, ColumnType type) {
    if (!type.isComposite()) {
      return difference;
    }
    if (this instanceof Elements(Set<Object> old)
        && difference instanceof Elements(Set<Object> toggled)) {
      Set<Object> atoms = new LinkedHashSet<>(old);
      for (Object atom : toggled) {
        if (!atoms.remove(atom)) {
          atoms.add(atom);
        }
      }
      return new Elements(atoms);
    }
    if (this instanceof Pairs(Map<Object, Object> old)
        && difference instanceof Pairs(Map<Object, Object> changed)) {
      Map<Object, Object> pairs = new LinkedHashMap<>(old);
      changed.forEach(
          (key, value) -> {
            if (!pairs.remove(key, value)) {
              pairs.put(key, value);
            }
          });
      return new Pairs(pairs);
    }
    throw new IllegalArgumentException(
        "difference: " + difference + " (expected: like " + this + ")");
  }
}
