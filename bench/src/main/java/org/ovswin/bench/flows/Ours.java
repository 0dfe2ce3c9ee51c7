package org.ovswin.bench.flows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
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

  /** The flows whose cookie agrees in the bits of the mask; mask 0 for all. */
  List<Flow> dump(long cookie, long mask) {
    return connection.dumpFlows(cookie, mask).join();
  }

  @Override
  public void close() {
    connection.close();
  }
}
