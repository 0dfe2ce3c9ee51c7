package org.ovswin.agent.admin;

/** Why there is no result; the message is for the person who asked. */
public abstract sealed class AdminException extends Exception {
  private static final long serialVersionUID = 1;

  private AdminException(String message) {
    super(message);
  }

  private AdminException(String message, Throwable cause) {
    super(message, cause);
  }

  /** No agent listens on the socket. */
  public static final class NotRunning extends AdminException {
    private static final long serialVersionUID = 1;

    NotRunning(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The agent has understood and will not do it. */
  public static final class Refused extends AdminException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
      super(message);
    }
  }

  /** Nobody knows whether it was done: no answer in time, or none that can be read. */
  public static final class Unanswered extends AdminException {
    private static final long serialVersionUID = 1;

    public Unanswered(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
