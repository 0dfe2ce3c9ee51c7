package org.ovswin.agent;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.session.Reconciled;

/** The switch as the reconciler programs it. Calls do not block. */
interface FlowSwitch extends AutoCloseable {
  /**
   * Looks at all flows with a cookie of ours and makes them these. Where it fails, any part of it
   * may have been done.
   *
   * @param desired the same flows each time it is iterated, those of the last table first
   * @param removable which of the others may be deleted
   * @param meters those that the desired flows use
   */
  CompletableFuture<Reconciled> reconcile(
      Iterable<Flow> desired, Predicate<Flow> removable, List<Meter> meters);

  /**
   * Changes of flows between those of meters, all or none, but for flows that only come or only go:
   * of those some may be made where it fails.
   */
  CompletableFuture<Void> apply(MeterDiff.Steps meters, List<FlowChange> changes);

  /** The flows with this cookie. */
  CompletableFuture<List<Flow>> dump(long cookie);

  /** Every meter of the switch. */
  CompletableFuture<List<Meter>> dumpMeters();

  /** Sends one frame out of a port; lost without notice when the session is down. */
  void send(int port, byte[] frame);

  @Override
  void close();
}
