package org.ovswin.openflow.session;

import java.util.List;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;

/** Why a request failed. The message is for people. */
public abstract sealed class SessionException extends RuntimeException {
  private SessionException(String message) {
    super(message);
  }

  /**
   * There is no connection, or it went while the request was in flight. A bundle whose commit was
   * in flight may have been applied.
   */
  public static final class Disconnected extends SessionException {
    Disconnected(String reason) {
      super(reason);
    }
  }

  /** No answer within the deadline; whether the switch did it is not known. */
  public static final class TimedOut extends SessionException {
    TimedOut(String message) {
      super(message);
    }
  }

  /** More requests in flight than {@link SessionConfig#requestQueue}. */
  public static final class Overloaded extends SessionException {
    Overloaded(int bound) {
      super("requests in flight: " + bound + " (expected: fewer)");
    }
  }

  /** The switch refused a request that is not about flows. */
  public static final class Refused extends SessionException {
    private final Message.ErrorReply error;

    Refused(String request, Message.ErrorReply error) {
      super(request + " refused: " + error.text());
      this.error = error;
    }

    public Message.ErrorReply error() {
      return error;
    }
  }

  /** Flow changes that were refused; none of the changes that came with them were made. */
  public static final class ChangesRefused extends SessionException {
    private final List<Refusal> refusals;

    /** A change and the reason, in words. */
    public record Refusal(FlowChange change, String reason) {}

    ChangesRefused(List<Refusal> refusals, int total, int refused) {
      super(message(refusals, total, refused));
      this.refusals = List.copyOf(refusals);
    }

    /** The first of the refused changes, at most {@link FlowBundle#MAX_REFUSALS}. */
    public List<Refusal> refusals() {
      return refusals;
    }

    private static String message(List<Refusal> refusals, int total, int refused) {
      Refusal first = refusals.getFirst();
      return "%d of %d flow changes refused, none made: %s: %s %s"
          .formatted(refused, total, first.reason(), verb(first.change()), first.change().flow());
    }

    private static String verb(FlowChange change) {
      return switch (change) {
        case FlowChange.Add _ -> "add";
        case FlowChange.ModifyStrict _ -> "modify";
        case FlowChange.DeleteStrict _ -> "delete";
      };
    }
  }
}
