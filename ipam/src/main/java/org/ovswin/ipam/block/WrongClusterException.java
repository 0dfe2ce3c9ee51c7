package org.ovswin.ipam.block;

import java.io.IOException;

/** A store answers, but with another cluster than the one that this node is configured for. */
public final class WrongClusterException extends IOException {
  private static final long serialVersionUID = 1;

  WrongClusterException(String message) {
    super(message);
  }
}
