package org.ovswin.agent;

/** The agent cannot start; the message says what is in the way and what to do. */
final class AgentException extends Exception {
  private static final long serialVersionUID = 1;

  AgentException(String message) {
    super(message);
  }
}
