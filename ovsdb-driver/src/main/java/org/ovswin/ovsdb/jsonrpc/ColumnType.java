package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The {@code <type>} of a column (RFC 7047, 3.2) as far as reading its values needs it. The
 * library's class of this name does not tell a map's key type, nor that a column is a map.
 *
 * @param key of a set's elements or a map's keys
 * @param value of a map's values
 * @param max how many there may be; {@link Long#MAX_VALUE} for {@code unlimited}
 */
record ColumnType(Atomic key, Optional<Atomic> value, long min, long max) {

  ColumnType {
    if (min < 0 || min > 1 || max < 1 || max < min) {
      throw new IllegalArgumentException(
          "min " + min + ", max " + max + " (expected: min 0 or 1, max at least 1)");
    }
  }

  /**
   * @throws IllegalArgumentException when it is not a type
   */
  static ColumnType parse(JsonNode type) {
    if (type.isTextual()) {
      return new ColumnType(Atomic.parse(type.textValue()), Optional.empty(), 1, 1);
    }
    JsonNode max = type.path("max");
    return new ColumnType(
        base(type.path("key")),
        type.has("value") ? Optional.of(base(type.path("value"))) : Optional.empty(),
        type.path("min").asLong(1),
        max.asText().equals("unlimited") ? Long.MAX_VALUE : max.asLong(1));
  }

  private static Atomic base(JsonNode base) {
    return Atomic.parse(
        base.isTextual() ? base.textValue() : base.path("type").asText("(missing)"));
  }

  /** Whether a difference in {@code update2} lists elements instead of being the new value. */
  boolean isComposite() {
    return max > 1;
  }
}
