package org.ovswin.node.uplink;

/** An adapter cannot be taken into the bridge, or could not be put back. The message says why. */
public final class TakeoverException extends Exception {
  TakeoverException(String message) {
    super(message);
  }

  TakeoverException(String message, Throwable cause) {
    super(message, cause);
  }
}
