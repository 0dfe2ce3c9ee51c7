package org.ovswin.sandbox;

import java.io.IOException;

/** An endpoint or a host interface could not be brought to, or compared with, what is wanted. */
public final class EndpointException extends IOException {
  /** Why, as far as a caller decides by it. */
  public enum Reason {
    /** The sandbox's network namespace does not exist, or the path is not one. */
    SANDBOX_MISSING,
    /** The name belongs to an interface that is not ours; it was left as it is. */
    NAME_IN_USE,
    /** This process may not do it (on Linux: CAP_NET_ADMIN and CAP_SYS_ADMIN are needed). */
    PERMISSION,
    /** Everything else the system answered; the message has its words. */
    SYSTEM
  }

  private final Reason reason;

  public EndpointException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public EndpointException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
