package org.ovswin.agent;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/** The switch as the reconciler programs it. Calls do not block. */
interface FlowSwitch extends AutoCloseable {
  /** All flows with a cookie of ours. */
  CompletableFuture<List<Flow>> dump();

  /** All changes or none. */
  CompletableFuture<Void> apply(List<FlowChange> changes);

  /** Sends one frame out of a port; lost without notice when the session is down. */
  void send(int port, byte[] frame);

  @Override
  void close();
}
