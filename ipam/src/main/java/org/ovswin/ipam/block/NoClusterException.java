package org.ovswin.ipam.block;

import java.io.IOException;
import java.util.UUID;

/**
 * A store answers, but the wanted cluster is not in it: it has none, or another. It may come back,
 * as a directory does that is mounted late.
 */
public final class NoClusterException extends IOException {
  private static final long serialVersionUID = 1;

  private static final String WAY_OUT =
      " To begin or join another cluster, stop the agent, delete cluster-view.json in its state"
          + " directory and start it again)";

  private NoClusterException(String message) {
    super(message);
  }

  static NoClusterException missing(String where, String expected) {
    return new NoClusterException(
        where
            + ": no cluster (expected: "
            + expected
            + "; is the directory mounted, or the prefix right?"
            + WAY_OUT);
  }

  static NoClusterException another(String where, UUID present, UUID expected) {
    return new NoClusterException(
        where
            + ": cluster "
            + present
            + " (expected: cluster "
            + expected
            + "; the store was emptied or is another one."
            + WAY_OUT);
  }
}
