package org.ovswin.lab;

/** Told in one line what the lab does next. Called from several threads at once. */
@FunctionalInterface
public interface Progress {
  void step(String line);

  /** For callers that show nothing. */
  static Progress silent() {
    return line -> {};
  }
}
