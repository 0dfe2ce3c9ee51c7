package org.ovswin.cni;

/**
 * An answer other than success, as the specification has it (section "Error"). Made by {@link
 * CniErrors} only, so that every code has one meaning.
 */
public final class CniException extends Exception {
  private final int code;
  private final String details;

  CniException(int code, String msg, String details) {
    super(msg);
    this.code = code;
    this.details = details;
  }

  /** 1 to 99 as the specification says, 100 and more as {@link CniErrors} does. */
  public int code() {
    return code;
  }

  /** One line for the user. */
  public String msg() {
    return String.valueOf(getMessage());
  }

  /** More of it; empty if there is no more to say. */
  public String details() {
    return details;
  }

  /** The same, remembering what led to it, for the log. */
  public CniException causedBy(Throwable cause) {
    initCause(cause);
    return this;
  }
}
