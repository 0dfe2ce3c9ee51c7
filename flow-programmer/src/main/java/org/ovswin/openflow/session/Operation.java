package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import org.ovswin.openflow.Message;

/**
 * A request in progress: the messages it writes and what it makes of the answers. Event loop only.
 *
 * @param <T> the result
 */
abstract class Operation<T> {
  private final String name;
  private final Reply<T> future = new Reply<>();
  private long lastProgress = System.nanoTime();

  /**
   * @param name for errors, e.g. {@code barrier}
   */
  Operation(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  Reply<T> future() {
    return future;
  }

  /**
   * Appends the next message.
   *
   * @return whether there was one; when not, the operation waits for an answer or is done
   */
  abstract boolean writeNext(Session session, ByteBuf out);

  /** An answer with an xid that the operation awaits. */
  abstract void onMessage(Session session, int xid, Message message);

  /** An error with an xid that the operation awaits. */
  void onError(Session session, int xid, Message.ErrorReply error) {
    session.fail(this, new SessionException.Refused(name, error));
  }

  /** The connection is gone: whether the switch may have done the request. */
  SessionException.Effect effect() {
    return SessionException.Effect.NONE;
  }

  /** Something was written or answered, so the deadline begins anew. */
  final void progressed(long now) {
    lastProgress = now;
  }

  final long lastProgress() {
    return lastProgress;
  }

  /** The deadline has passed: tells the switch where it must know. */
  void onTimeout(Session session) {}

  /** Nothing more is to be written, and no answer is awaited. */
  boolean isDone() {
    return future.isDone();
  }
}
