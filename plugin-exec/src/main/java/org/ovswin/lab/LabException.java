package org.ovswin.lab;

/**
 * The lab could not be built, changed or taken down. The message names what was tried, what came
 * instead, and carries the tail of the log that explains it where there is one.
 */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LabException(String message) {
    super(message);
  }

  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
