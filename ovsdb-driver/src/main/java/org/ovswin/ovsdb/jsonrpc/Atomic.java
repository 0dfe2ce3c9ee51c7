package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.UUID;

/** An {@code <atomic-type>} (RFC 7047, 3.2) and how its {@code <atom>}s (5.1) are read. */
enum Atomic {
  INTEGER,
  REAL,
  BOOLEAN,
  STRING,
  UUID;

  /**
   * @throws IllegalArgumentException for anything else
   */
  static Atomic parse(String name) {
    return switch (name) {
      case "integer" -> INTEGER;
      case "real" -> REAL;
      case "boolean" -> BOOLEAN;
      case "string" -> STRING;
      case "uuid" -> UUID;
      default ->
          throw new IllegalArgumentException(
              "atomic type: "
                  + name
                  + " (expected: integer, real, boolean, string or uuid; RFC 7047, 3.2)");
    };
  }

  /**
   * Reads an atom as a {@link Long}, {@link Double}, {@link Boolean}, {@link String} or {@link
   * java.util.UUID}.
   *
   * @throws IllegalArgumentException when it is not of this type
   */
  Object read(JsonNode atom) {
    switch (this) {
      case INTEGER -> {
        if (atom.isNumber()) {
          // 1e3 is an integer too.
          BigDecimal number = atom.decimalValue();
          try {
            return number.longValueExact();
          } catch (ArithmeticException e) {
            throw malformed(atom);
          }
        }
      }
      case REAL -> {
        if (atom.isNumber()) {
          // -0.0 equals 0.0 in OVSDB, but not as a java.lang.Double.
          return atom.doubleValue() + 0.0;
        }
      }
      case BOOLEAN -> {
        if (atom.isBoolean()) {
          return atom.booleanValue();
        }
      }
      case STRING -> {
        if (atom.isTextual()) {
          return atom.textValue();
        }
      }
      case UUID -> {
        if (atom.size() == 2 && atom.path(0).asText().equals("uuid")) {
          return uuid(atom.path(1).asText());
        }
      }
    }
    throw malformed(atom);
  }

  /** Stricter than {@link java.util.UUID#fromString}, which takes 1-1-1-1-1. */
  static UUID uuid(String text) {
    UUID uuid = java.util.UUID.fromString(text);
    if (!uuid.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("uuid: " + text + " (expected: 8-4-4-4-12 hex digits)");
    }
    return uuid;
  }

  private IllegalArgumentException malformed(JsonNode atom) {
    return new IllegalArgumentException(
        "atom: " + atom + " (expected: " + this + " as in RFC 7047, 5.1)");
  }
}
