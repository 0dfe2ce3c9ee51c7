package org.ovswin.cli;

/** What was asked for cannot be; the message names option or key, value and expectation. */
public final class MisuseException extends Exception {
  private static final long serialVersionUID = 1;

  public MisuseException(String message) {
    super(message);
  }
}
