package org.ovswin.agent;

/** The configuration file cannot be used; the message names file, key, value and expectation. */
public final class InvalidConfigException extends Exception {
  private static final long serialVersionUID = 1;

  InvalidConfigException(String message) {
    super(message);
  }
}
