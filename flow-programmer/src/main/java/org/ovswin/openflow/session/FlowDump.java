package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * A dump that is consumed while it comes. A few messages of at most 64 KB wait for the consumer;
 * then no more is read from the connection, and the rest waits in the switch.
 */
final class FlowDump extends Operation<Void> implements AutoCloseable {
  private static final int PAUSE_AT = 4;
  private static final int RESUME_AT = 1;

  private final Session session;
  private final long cookie;
  private final long cookieMask;

  /** The end, or a failure, is an empty entry. */
  private final BlockingQueue<Optional<List<FlowStats>>> parts = new LinkedBlockingQueue<>();

  /** Written on the event loop only. */
  private volatile boolean paused;

  private Iterator<FlowStats> part = Collections.emptyIterator();
  private boolean written;

  private FlowDump(Session session, long cookie, long cookieMask) {
    super("flow dump");
    this.session = session;
    this.cookie = cookie;
    this.cookieMask = cookieMask;
    var _ = future().whenComplete((_, _) -> parts.add(Optional.empty()));
  }

  /** Asks the switch; what it answers waits for {@link #next}. */
  static FlowDump start(Session session, long cookie, long cookieMask) {
    FlowDump dump = new FlowDump(session, cookie, cookieMask);
    session.submitFromOutside(dump);
    return dump;
  }

  /**
   * The next flow, waited for; nothing at the end.
   *
   * @throws CompletionException the dump failed
   */
  Optional<Flow> next() {
    while (!part.hasNext()) {
      Optional<List<FlowStats>> next = takePart();
      if (next.isEmpty()) {
        parts.add(Optional.empty()); // The end stays the end.
        future().join();
        return Optional.empty();
      }
      part = next.get().iterator();
    }
    return Optional.of(part.next().flow());
  }

  private Optional<List<FlowStats>> takePart() {
    try {
      Optional<List<FlowStats>> next = parts.take();
      if (paused && parts.size() <= RESUME_AT) {
        session.onLoop(this::resume);
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SessionException.Disconnected("interrupted");
    }
  }

  /** What still comes is for nobody. */
  @Override
  public void close() {
    session.onLoop(this::abandon);
  }

  private void resume() {
    if (paused && parts.size() <= RESUME_AT) {
      paused = false;
      session.resumeReading();
    }
  }

  private void abandon() {
    if (!isDone()) {
      session.fail(this, new SessionException.Disconnected("the dump was given up"));
    }
    if (paused) {
      paused = false;
      session.resumeReading();
    }
  }

  @Override
  boolean writeNext(Session onSession, ByteBuf out) {
    if (written) {
      return false;
    }
    written = true;
    int xid = onSession.takeXids(1);
    onSession.await(xid, this);
    MessageEncoder.write(
        out, onSession.version(), xid, Message.FlowStatsRequest.ofCookie(cookie, cookieMask));
    return true;
  }

  @Override
  void onMessage(Session onSession, int xid, Message message) {
    if (!(message instanceof Message.FlowStatsReply(Message.More more, List<FlowStats> flows))) {
      throw new IllegalStateException("flow dump answered by " + message);
    }
    parts.add(Optional.of(flows));
    if (more == Message.More.LAST) {
      onSession.complete(this);
    } else if (!paused && parts.size() >= PAUSE_AT) {
      paused = true;
      onSession.pauseReading();
      // The consumer may have taken all of it before it could see that it is to say so.
      resume();
    }
  }
}
