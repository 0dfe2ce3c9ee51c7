package org.ovswin.sandbox.cni;

import java.io.IOException;

/** A network configuration list, or what is asked of it, breaks the CNI specification. */
public final class InvalidConfigException extends IOException {
  /**
   * @param field where, such as {@code plugins[1].type}
   * @param value what is there
   * @param expectation what should be there
   */
  InvalidConfigException(String field, String value, String expectation) {
    super("%s: %s (expected: %s)".formatted(field, value, expectation));
  }

  InvalidConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
