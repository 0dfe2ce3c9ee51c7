package org.ovswin.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.GroupDiff;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.session.Reconciled;
import org.ovswin.openflow.session.SwitchConnection;
import org.ovswin.openflow.session.SwitchListener;
import org.ovswin.pipeline.Pipeline;

/** The bridge, over its management socket. */
final class OpenFlowSwitch implements FlowSwitch {
  private static final long EVERY_BIT = -1;

  private static final GroupDiff.Steps NO_GROUPS = new GroupDiff.Steps(List.of(), List.of());

  private final SwitchConnection connection;

  /** As many as the switch takes in one round of its loop. */
  private static final int MOST_IN_TURN = 48;

  private OpenFlowSwitch(SwitchConnection connection) {
    this.connection = connection;
  }

  /** What the switch tells by itself. Called in order, by one thread. */
  interface Listener {
    void switchUp();

    void switchDown(String reason);

    /** A packet that a flow sent here. */
    void frame(byte[] frame);
  }

  /** Begins to connect, and goes on until closed. */
  static OpenFlowSwitch open(Path socket, Listener listener) {
    return new OpenFlowSwitch(
        SwitchConnection.open(
            socket,
            new SwitchListener() {
              @Override
              public void connected(Version version) {
                listener.switchUp();
              }

              @Override
              public void disconnected(String reason) {
                listener.switchDown(reason);
              }

              @Override
              public void packetIn(Message.PacketIn packet) {
                listener.frame(packet.packet().toByteArray());
              }
            }));
  }

  @Override
  public CompletableFuture<Reconciled> reconcile(
      Iterable<Flow> desired, Predicate<Flow> removable, List<Meter> meters) {
    return connection.reconcile(
        Cookie.OURS, Cookie.MASK, desired, removable, meters, Pipeline::isOurMeter);
  }

  @Override
  public CompletableFuture<Void> apply(MeterDiff.Steps meters, List<FlowChange> changes) {
    return meters.isEmpty() && comeOrGo(changes)
        ? connection.applyInTurn(changes)
        : connection.apply(NO_GROUPS, meters, changes);
  }

  /**
   * Whether flows of a few pods come, or go, and nothing else changes: those that come lead nowhere
   * before the first table has them, and those that go serve nobody any more. What is refused of
   * them is found by the look that follows a failure.
   */
  private static boolean comeOrGo(List<FlowChange> changes) {
    return changes.size() <= MOST_IN_TURN
        && (changes.stream().allMatch(FlowChange.Add.class::isInstance)
            || changes.stream().allMatch(FlowChange.DeleteStrict.class::isInstance));
  }

  @Override
  public CompletableFuture<List<Flow>> dump(long cookie) {
    return connection.dumpFlows(cookie, EVERY_BIT);
  }

  @Override
  public CompletableFuture<List<Meter>> dumpMeters() {
    return connection.dumpMeters();
  }

  @Override
  public void send(int port, byte[] frame) {
    connection.packetOut(PortNo.CONTROLLER, List.of(Actions.output(port)), frame);
  }

  @Override
  public void close() {
    connection.close();
  }
}
