package org.ovswin.bench.flows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.session.Reconciled;
import org.ovswin.openflow.session.SessionConfig;
import org.ovswin.openflow.session.SwitchConnection;
import org.ovswin.openflow.session.SwitchListener;

/** The program under test: a connection of its own session, kept over all runs. */
final class Ours implements AutoCloseable {
  /** Longer than any run takes, so that a slow machine gives a slow number and no failure. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(20);

  private static final int CONNECT_SECONDS = 10;

  private final SwitchConnection connection;

  private Ours(SwitchConnection connection) {
    this.connection = connection;
  }

  /** Connects and waits for the handshake. */
  static Ours connect(Path socket) {
    CompletableFuture<Version> connected = new CompletableFuture<>();
    SwitchConnection connection =
        SwitchConnection.open(
            socket,
            new SwitchListener() {
              @Override
              public void connected(Version version) {
                connected.complete(version);
              }

              @Override
              public void disconnected(String reason) {
                connected.completeExceptionally(new IllegalStateException(reason));
              }

              @Override
              public void packetIn(Message.PacketIn packetIn) {}
            },
            SessionConfig.defaults().withRequestTimeout(REQUEST_TIMEOUT));
    try {
      connected.orTimeout(CONNECT_SECONDS, TimeUnit.SECONDS).join();
      return new Ours(connection);
    } catch (CompletionException e) {
      connection.close();
      throw e;
    }
  }

  /** All of the changes in one bundle, checked before it is committed. */
  void apply(List<FlowChange> changes) {
    connection.apply(changes).join();
  }

  /** All of the changes, over as many connections as the session finds good. */
  void load(List<FlowChange> changes) {
    connection.load(changes).join();
  }

  /** Deletes the flows of a cookie, of which there must be this many. */
  void delete(long cookie, int count) {
    Reconciled done = connection.reconcile(cookie, -1L, List.of(), _ -> true).join();
    if (done.deleted() != count) {
      throw new IllegalStateException("deleted: %s (expected: %d)".formatted(done, count));
    }
  }

  /**
   * Compares all flows of ours in the switch with the desired ones.
   *
   * @throws IllegalStateException they differ
   */
  void requireNothingToDo(List<Flow> desired) {
    Reconciled done = connection.reconcile(Cookie.OURS, Cookie.MASK, desired, _ -> true).join();
    if (done.added() + done.modified() + done.deleted() != 0) {
      throw new IllegalStateException("reconcile: " + done + " (expected: nothing to do)");
    }
  }

  /** The flows whose cookie agrees in the bits of the mask; mask 0 for all. */
  List<Flow> dump(long cookie, long mask) {
    return connection.dumpFlows(cookie, mask).join();
  }

  @Override
  public void close() {
    connection.close();
  }
}
