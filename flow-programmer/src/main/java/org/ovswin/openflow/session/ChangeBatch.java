package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;
import org.ovswin.openflow.session.SessionException.ChangesRefused.Refusal;

/**
 * Changes that are made one by one, in order, with a barrier behind them: when it is answered, all
 * refusals are here. A bundle would hold the switch's main thread for as long as its commit takes,
 * and one change needs none; meters cannot be in one.
 */
abstract class ChangeBatch<C> extends ChangeOperation<C> {
  private int next;

  private ChangeBatch(List<C> changes) {
    super("batch of " + changes.size() + " changes", changes);
  }

  static ChangeBatch<FlowChange> ofFlows(List<FlowChange> changes) {
    return new ChangeBatch<>(changes) {
      @Override
      void write(ByteBuf out, Version version, int xid, FlowChange change) {
        MessageEncoder.writeFlowMod(out, version, xid, change);
      }

      @Override
      Refusal refusal(FlowChange change, String reason) {
        return ChangeText.refusal(change, reason);
      }
    };
  }

  static ChangeBatch<MeterChange> ofMeters(List<MeterChange> changes) {
    return new ChangeBatch<>(changes) {
      @Override
      void write(ByteBuf out, Version version, int xid, MeterChange change) {
        MessageEncoder.write(out, version, xid, change.message());
      }

      @Override
      Refusal refusal(MeterChange change, String reason) {
        return ChangeText.refusal(change, reason);
      }
    };
  }

  /**
   * Appends the message of a change.
   *
   * @throws IllegalArgumentException the version cannot say it; nothing is appended then
   */
  abstract void write(ByteBuf out, Version version, int xid, C change);

  @Override
  final boolean writeNext(Session session, ByteBuf out) {
    if (next > changes().size()) {
      return false;
    }
    if (next == 0) {
      number(session);
    }
    if (next < changes().size()) {
      try {
        write(out, session.version(), xidOf(next), changes().get(next));
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
  final void onMessage(Session session, int xid, Message message) {
    if (refused() == 0) {
      session.complete(this);
    } else {
      session.fail(this, changesRefused());
    }
  }

  @Override
  final SessionException.Effect effect() {
    return next == 0 ? SessionException.Effect.NONE : SessionException.Effect.UNKNOWN;
  }

  @Override
  final SessionException.ChangesRefused.Others others() {
    return refused() == changes().size()
        ? SessionException.ChangesRefused.Others.NOT_MADE
        : SessionException.ChangesRefused.Others.MADE;
  }
}
