package org.ovswin.cli;

import org.jspecify.annotations.Nullable;

/** Parameters that picocli has set before a command is called. */
final class Required {
  private Required() {}

  static <T> T value(String label, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(label + " was not set (expected: picocli refuses that)");
    }
    return value;
  }
}
