package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
final class FlowBundle extends Operation<Void> {
  /** How many refusals are told; a wrong pipeline may have a hundred thousand. */
  static final int MAX_REFUSALS = 16;

  private static final int FLAGS = Message.BundleControl.ATOMIC | Message.BundleControl.ORDERED;

  private enum Stage {
    OPENING,
    ADDING,
    CHECKING,
    DECIDED,
    DECIDING
  }

  /** Who says whether the changes that the switch has taken in are made. */
  private enum Decider {
    ITSELF,
    CALLER
  }

  private final List<? extends BundledChange> changes;
  private final Decider decider;
  private final CompletableFuture<Integer> checked = new CompletableFuture<>();
  private final List<SessionException.ChangesRefused.Refusal> refusals = new ArrayList<>();
  private Stage stage = Stage.OPENING;
  private Kind decision = Kind.DISCARD_REQUEST;
  private int refused;
  private int bundleId;
  private int firstXid;
  private int next;
  private int barrierXid;

  private FlowBundle(List<? extends BundledChange> changes, Decider decider) {
    super("bundle of " + changes.size() + " changes");
    this.changes = changes;
    this.decider = decider;
    var _ =
        future()
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    checked.completeExceptionally(failure);
                  }
                });
  }

  /** Commits by itself where nothing is refused. */
  static FlowBundle of(List<? extends BundledChange> changes) {
    return new FlowBundle(changes, Decider.ITSELF);
  }

  /** Waits, when {@link #checked}, for {@link #commit} or {@link #discard}. */
  static FlowBundle held(List<? extends BundledChange> changes) {
    return new FlowBundle(changes, Decider.CALLER);
  }

  /** Completes, on the event loop, when the switch has seen all changes; how many it refused. */
  CompletableFuture<Integer> checked() {
    return checked;
  }

  /** The first of what was refused; once checked. */
  List<SessionException.ChangesRefused.Refusal> refusals() {
    return refusals;
  }

  /** Makes the changes. */
  void commit(Session session) {
    session.onLoop(() -> decide(session, Kind.COMMIT_REQUEST));
  }

  /** Makes none; the future then completes as if all was well. */
  void discard(Session session) {
    session.onLoop(() -> decide(session, Kind.DISCARD_REQUEST));
  }

  private void decide(Session session, Kind kind) {
    if (!isDone() && stage == Stage.CHECKING) {
      decision = kind;
      stage = Stage.DECIDED;
      session.enqueueFirst(this);
    }
  }

  @Override
  SessionException.Effect effect() {
    return stage == Stage.DECIDING && decision == Kind.COMMIT_REQUEST
        ? SessionException.Effect.UNKNOWN
        : SessionException.Effect.NONE;
  }

  /** Whether this is the xid of one of the flow changes. */
  boolean owns(int xid) {
    return stage != Stage.OPENING && xid - firstXid >= 0 && xid - firstXid < changes.size();
  }

  @Override
  boolean writeNext(Session session, ByteBuf out) {
    return switch (stage) {
      case OPENING -> {
        bundleId = session.takeBundleId();
        firstXid = session.takeXids(changes.size());
        session.track(this);
        writeControl(session, out, Kind.OPEN_REQUEST);
        stage = Stage.ADDING;
        yield true;
      }
      case ADDING -> {
        if (next < changes.size()) {
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
        writeControl(session, out, decision);
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
    int xid = firstXid + index;
    try {
      switch (changes.get(index)) {
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

  private void refuse(int index, String reason) {
    refused++;
    if (refusals.size() < MAX_REFUSALS) {
      refusals.add(new SessionException.ChangesRefused.Refusal(changes.get(index), reason));
    }
  }

  @Override
  void onMessage(Session session, int xid, Message message) {
    if (xid == barrierXid) {
      if (decider == Decider.CALLER) {
        session.forget(xid);
        checked.complete(refused);
      } else {
        decide(session, refused == 0 ? Kind.COMMIT_REQUEST : Kind.DISCARD_REQUEST);
      }
      return;
    }
    if (!(message instanceof Message.BundleControl control)) {
      session.close(name() + " answered by " + message);
      return;
    }
    switch (control.kind()) {
      case COMMIT_REPLY -> session.complete(this);
      case DISCARD_REPLY -> {
        if (refused > 0) {
          session.fail(this, changesRefused());
        } else {
          session.complete(this);
        }
      }
      default -> session.forget(xid);
    }
  }

  @Override
  void onError(Session session, int xid, Message.ErrorReply error) {
    if (owns(xid)) {
      refuse(xid - firstXid, error.text());
    } else {
      session.fail(
          this, refused == 0 ? new SessionException.Refused(name(), error) : changesRefused());
    }
  }

  @Override
  void onTimeout(Session session) {
    if (stage == Stage.ADDING || stage == Stage.CHECKING) {
      session.sendNow(
          session.takeXids(1), new Message.BundleControl(bundleId, Kind.DISCARD_REQUEST, FLAGS));
    }
  }

  private SessionException changesRefused() {
    return new SessionException.ChangesRefused(refusals, changes.size(), refused);
  }
}
