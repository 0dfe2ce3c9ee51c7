package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * Changes that are made one by one, in order, with a barrier behind them: when it is answered, all
 * refusals are here. A bundle of them would cost the switch a third more, and hold its main thread
 * for as long as its commit takes.
 */
final class FlowBatch extends ChangeOperation {
  private final List<FlowChange> flows;
  private int next;

  FlowBatch(List<FlowChange> flows) {
    super("batch of " + flows.size() + " changes", flows);
    this.flows = flows;
  }

  @Override
  boolean writeNext(Session session, ByteBuf out) {
    if (next > flows.size()) {
      return false;
    }
    if (next == 0) {
      number(session);
    }
    if (next < flows.size()) {
      try {
        MessageEncoder.writeFlowMod(out, session.version(), xidOf(next), flows.get(next));
      } catch (IllegalArgumentException e) {
        refuse(next, String.valueOf(e.getMessage()));
      }
    } else {
      int xid = session.takeXids(1);
      session.await(xid, this);
      MessageEncoder.write(out, session.version(), xid, new Message.BarrierRequest());
    }
    next++;
    return true;
  }

  @Override
  void onMessage(Session session, int xid, Message message) {
    if (refused() == 0) {
      session.complete(this);
    } else {
      session.fail(this, changesRefused());
    }
  }

  @Override
  SessionException.Effect effect() {
    return next == 0 ? SessionException.Effect.NONE : SessionException.Effect.UNKNOWN;
  }

  @Override
  SessionException.ChangesRefused.Others others() {
    return SessionException.ChangesRefused.Others.MADE;
  }
}
