package org.ovswin.ovsdb.vswitch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;

/**
 * One Open vSwitch: a replica of its configuration and state, and changes to it.
 *
 * <p>The replica is kept by a monitor; the connection comes back by itself. All methods may be
 * called from any thread and none blocks.
 */
public interface Vswitch extends AutoCloseable {

  /**
   * Begins to connect to a switch's OVSDB server, and returns at once.
   *
   * @throws IllegalArgumentException when the TLS files of the options cannot be used
   */
  static Vswitch open(SessionOptions options, VswitchListener listener) {
    return new OvsdbVswitch(options, listener);
  }

  /** The replica as it is known now; see {@link VswitchSnapshot#link()}. */
  VswitchSnapshot snapshot();

  /**
   * Applies all changes in one transaction, or none of them.
   *
   * <p>What the replica shows to be so already costs nothing; no change at all, no transaction.
   * When the future completes normally the changes are committed and {@link #snapshot()} shows
   * them; ovs-vswitchd may still be working on them, see {@link #awaitPorts}.
   *
   * @return failed with {@link ChangeFailed} when the server refused a change, or another {@link
   *     org.ovswin.ovsdb.jsonrpc.OvsdbException}
   */
  CompletableFuture<Void> apply(List<VswitchChange> changes);

  /**
   * Waits until ovs-vswitchd has dealt with each of these ports: it has an OpenFlow port number,
   * was refused, or is gone.
   *
   * @return the outcome by name, or failed with {@link
   *     org.ovswin.ovsdb.jsonrpc.OvsdbException.DeadlineExceeded} that lists those still open
   */
  CompletableFuture<Map<String, PortOutcome>> awaitPorts(
      Collection<String> names, Duration deadline);

  /** Ends the session; calls on their way fail at once. */
  @Override
  void close();
}
