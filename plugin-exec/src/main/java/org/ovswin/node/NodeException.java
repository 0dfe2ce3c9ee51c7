package org.ovswin.node;

/** A step that could not be done; the message says why and what to do next. */
public final class NodeException extends Exception {
  private static final long serialVersionUID = 1;

  public NodeException(String message) {
    super(message);
  }

  public NodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
