package org.ovswin.cli;

/** What was asked for was understood, and was not done; the message says why and what to do. */
final class FailedException extends Exception {
  private static final long serialVersionUID = 1;

  FailedException(String message) {
    super(message);
  }
}
