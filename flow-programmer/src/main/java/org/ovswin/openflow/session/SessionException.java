package org.ovswin.openflow.session;

import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.Flow;
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

  /** Changes that the switch refused. */
  public static final class ChangesRefused extends SessionException {
    private final List<Refusal> refusals;

    /**
     * What was refused and why.
     *
     * @param change in words
     * @param flow that it is about; empty for groups and meters
     * @param reason in words
     */
    public record Refusal(String change, Optional<Flow> flow, String reason) {}

    /** What became of the changes that came with the refused ones. */
    enum Others {
      NOT_MADE,
      MADE
    }

    ChangesRefused(List<Refusal> refusals, int total, int refused, Others others) {
      super(message(refusals, total, refused, others));
      this.refusals = List.copyOf(refusals);
    }

    /** The first of the refused changes, at most 16. */
    public List<Refusal> refusals() {
      return refusals;
    }

    private static String message(List<Refusal> refusals, int total, int refused, Others others) {
      Refusal first = refusals.getFirst();
      String made =
          switch (others) {
            case NOT_MADE -> "none made";
            case MADE -> "the others made";
          };
      return "%d of %d changes refused, %s: %s: %s"
          .formatted(refused, total, made, first.reason(), first.change());
    }
  }
}
