package org.ovswin.cli;

import java.util.Locale;

/** How a command prints what it found. */
public enum OutputFormat {
  /** For people. */
  TEXT,
  /** For programs: one JSON document. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
