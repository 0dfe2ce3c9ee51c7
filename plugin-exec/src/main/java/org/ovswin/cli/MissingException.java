package org.ovswin.cli;

/** Something on this machine is needed and is not there; the message says how to get it. */
final class MissingException extends Exception {
  private static final long serialVersionUID = 1;

  MissingException(String message) {
    super(message);
  }
}
