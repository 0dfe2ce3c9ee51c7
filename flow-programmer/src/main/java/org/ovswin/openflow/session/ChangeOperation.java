package org.ovswin.openflow.session;

import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.Message;

/**
 * A request of many changes, each a message with an xid of its own.
 *
 * @param <C> a change
 */
abstract class ChangeOperation<C> extends Operation<Void> {
  /** How many refusals are told; a wrong pipeline may have a hundred thousand. */
  private static final int MAX_REFUSALS = 16;

  private final List<? extends C> changes;
  private final List<SessionException.ChangesRefused.Refusal> refusals = new ArrayList<>();
  private int refused;
  private int firstXid;
  private boolean numbered;

  ChangeOperation(String name, List<? extends C> changes) {
    super(name);
    this.changes = changes;
  }

  final List<? extends C> changes() {
    return changes;
  }

  /** Gives each change its xid, so that errors find it. */
  final void number(Session session) {
    firstXid = session.takeXids(changes.size());
    numbered = true;
    session.track(this);
  }

  final int xidOf(int index) {
    return firstXid + index;
  }

  /** Whether this is the xid of one of the changes. */
  final boolean owns(int xid) {
    return numbered && xid - firstXid >= 0 && xid - firstXid < changes.size();
  }

  /** A change cannot be made. */
  final void refuse(int index, String reason) {
    refused++;
    if (refusals.size() < MAX_REFUSALS) {
      refusals.add(refusal(changes.get(index), reason));
    }
  }

  abstract SessionException.ChangesRefused.Refusal refusal(C change, String reason);

  @Override
  final void onError(Session session, int xid, Message.ErrorReply error) {
    if (owns(xid)) {
      refuse(xid - firstXid, error.text());
    } else {
      session.fail(
          this, refused == 0 ? new SessionException.Refused(name(), error) : changesRefused());
    }
  }

  final int refused() {
    return refused;
  }

  /** What became of the changes that were not refused. */
  abstract SessionException.ChangesRefused.Others others();

  final SessionException changesRefused() {
    return new SessionException.ChangesRefused(refusals, changes.size(), refused, others());
  }
}
