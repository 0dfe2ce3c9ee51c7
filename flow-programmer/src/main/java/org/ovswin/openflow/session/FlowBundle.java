package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.ovswin.openflow.BundledChange;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Message.BundleControl.Kind;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * Changes that are made all or not at all.
 *
 * <p>Open vSwitch leaves a message that it refuses out of a bundle and commits the rest, whatever
 * the bundle's flags say. So the commit waits for a barrier behind the last message: by then every
 * refusal is here, and if there is one the bundle is discarded. What the switch finds wrong only
 * while it commits (a group that does not exist) it rolls back itself.
 *
 * <pre>
 * OPEN, ADD, ADD, …, BARRIER   ->   errors, BARRIER reply   ->   COMMIT or DISCARD   ->   reply
 * </pre>
 */
final class FlowBundle extends ChangeOperation<BundledChange> {
  private static final int FLAGS = Message.BundleControl.ATOMIC | Message.BundleControl.ORDERED;

  private enum Stage {
    OPENING,
    ADDING,
    CHECKING,
    DECIDED,
    DECIDING
  }

  private Stage stage = Stage.OPENING;
  private int bundleId;
  private int next;
  private int barrierXid;

  FlowBundle(List<? extends BundledChange> changes) {
    super("bundle of " + changes.size() + " changes", changes);
  }

  @Override
  boolean writeNext(Session session, ByteBuf out) {
    return switch (stage) {
      case OPENING -> {
        bundleId = session.takeBundleId();
        number(session);
        writeControl(session, out, Kind.OPEN_REQUEST);
        stage = Stage.ADDING;
        yield true;
      }
      case ADDING -> {
        if (next < changes().size()) {
          writeChange(session, out, next++);
        } else {
          barrierXid = session.takeXids(1);
          session.await(barrierXid, this);
          MessageEncoder.write(out, session.version(), barrierXid, new Message.BarrierRequest());
          stage = Stage.CHECKING;
        }
        yield true;
      }
      case DECIDED -> {
        writeControl(session, out, refused() == 0 ? Kind.COMMIT_REQUEST : Kind.DISCARD_REQUEST);
        stage = Stage.DECIDING;
        yield true;
      }
      case CHECKING, DECIDING -> false;
    };
  }

  private void writeControl(Session session, ByteBuf out, Kind kind) {
    int xid = session.takeXids(1);
    session.await(xid, this);
    MessageEncoder.write(
        out, session.version(), xid, new Message.BundleControl(bundleId, kind, FLAGS));
  }

  private void writeChange(Session session, ByteBuf out, int index) {
    Version version = session.version();
    int xid = xidOf(index);
    try {
      switch (changes().get(index)) {
        case FlowChange change ->
            MessageEncoder.writeBundleAdd(out, version, xid, bundleId, FLAGS, change);
        case GroupChange change ->
            MessageEncoder.write(
                out, version, xid, new Message.BundleAdd(bundleId, FLAGS, change.message()));
      }
    } catch (IllegalArgumentException e) {
      refuse(index, String.valueOf(e.getMessage()));
    }
  }

  @Override
  void onMessage(Session session, int xid, Message message) {
    if (xid == barrierXid) {
      stage = Stage.DECIDED;
      session.enqueue(this);
      return;
    }
    if (!(message instanceof Message.BundleControl control)) {
      session.close(name() + " answered by " + message);
      return;
    }
    switch (control.kind()) {
      case COMMIT_REPLY -> session.complete(this);
      case DISCARD_REPLY -> session.fail(this, changesRefused());
      default -> session.forget(xid);
    }
  }

  @Override
  SessionException.ChangesRefused.Refusal refusal(BundledChange change, String reason) {
    return ChangeText.refusal(change, reason);
  }

  @Override
  void onTimeout(Session session) {
    if (stage == Stage.ADDING || stage == Stage.CHECKING) {
      session.sendNow(
          session.takeXids(1), new Message.BundleControl(bundleId, Kind.DISCARD_REQUEST, FLAGS));
    }
  }

  @Override
  SessionException.Effect effect() {
    return stage == Stage.DECIDING && refused() == 0
        ? SessionException.Effect.UNKNOWN
        : SessionException.Effect.NONE;
  }

  @Override
  SessionException.ChangesRefused.Others others() {
    return SessionException.ChangesRefused.Others.NOT_MADE;
  }
}
