package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.codec.MessageEncoder;

/** Answered when all messages before it are done. */
final class Barrier extends Operation<Void> {
  private final Runnable answered;
  private boolean written;

  /**
   * @param answered is run first when the answer is there
   */
  Barrier(Runnable answered) {
    super("barrier");
    this.answered = answered;
  }

  @Override
  boolean writeNext(Session session, ByteBuf out) {
    if (written) {
      return false;
    }
    written = true;
    int xid = session.takeXids(1);
    session.await(xid, this);
    MessageEncoder.write(out, session.version(), xid, new Message.BarrierRequest());
    return true;
  }

  @Override
  void onMessage(Session session, int xid, Message message) {
    answered.run();
    session.complete(this);
  }
}
