package org.ovswin.agent;

import org.jspecify.annotations.Nullable;

/** How the sections of the configuration refuse a value. */
final class Fields {
  private Fields() {}

  static <T> T present(String field, @Nullable T value) {
    if (value == null) {
      throw new InvalidValue(field + ": empty (expected: a value)");
    }
    return value;
  }

  static void require(boolean holds, String field, Object value, String expectation) {
    if (!holds) {
      throw new InvalidValue(field + ": " + value + " (expected: " + expectation + ")");
    }
  }

  /** A value that cannot be; the message begins with the key's whole path. */
  static final class InvalidValue extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidValue(String message) {
      super(message);
    }
  }
}
