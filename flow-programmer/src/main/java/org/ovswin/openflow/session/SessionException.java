package org.ovswin.openflow.session;

import java.util.List;
import org.ovswin.openflow.BundledChange;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.Message;

/** Why a request failed. The message is for people. */
public abstract sealed class SessionException extends RuntimeException {
  private SessionException(String message) {
    super(message);
  }

  /** What a request that failed may have done to the switch. */
  public enum Effect {
    /** Nothing. */
    NONE,
    /** Some or all of its changes may have been made; a dump tells. */
    UNKNOWN
  }

  /** There is no connection, or it went while the request was in flight. */
  public static final class Disconnected extends SessionException {
    private final String reason;
    private final Effect effect;

    Disconnected(String reason) {
      this(reason, Effect.NONE);
    }

    Disconnected(String reason, Effect effect) {
      super(
          switch (effect) {
            case NONE -> reason;
            case UNKNOWN -> reason + "; whether the changes were made is not known";
          });
      this.reason = reason;
      this.effect = effect;
    }

    Disconnected withEffect(Effect other) {
      return new Disconnected(reason, other);
    }

    /** Whether changes of the request may have been made. */
    public Effect effect() {
      return effect;
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

  /**
   * Flow changes that were refused; none of the changes that came with them were made. Of a load,
   * the chunks before them were.
   */
  public static final class ChangesRefused extends SessionException {
    private final List<Refusal> refusals;

    /** A change and the reason, in words. */
    public record Refusal(BundledChange change, String reason) {}

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
      return "%d of %d changes refused, none made: %s: %s"
          .formatted(refused, total, first.reason(), text(first.change()));
    }

    private static String text(BundledChange change) {
      return switch (change) {
        case FlowChange.Add(Flow flow) -> "add " + flow;
        case FlowChange.ModifyStrict(Flow flow) -> "modify " + flow;
        case FlowChange.DeleteStrict(Flow flow) -> "delete " + flow;
        case GroupChange.Add(Group group) -> "add " + group;
        case GroupChange.Modify(Group group) -> "modify " + group;
        case GroupChange.Delete(int id) -> "delete group " + Integer.toUnsignedString(id);
        case GroupChange.InsertBuckets insert -> "insert buckets: " + insert;
        case GroupChange.RemoveBuckets remove -> "remove buckets: " + remove;
      };
    }
  }
}
