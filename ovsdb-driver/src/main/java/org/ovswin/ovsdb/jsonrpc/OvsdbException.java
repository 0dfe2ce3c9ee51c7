package org.ovswin.ovsdb.jsonrpc;

import java.time.Duration;

/** Why a call to an OVSDB server gave no result. The kinds are the subclasses. */
public class OvsdbException extends Exception {

  protected OvsdbException(String message) {
    super(message);
  }

  /** There is no connection: nothing was sent. */
  public static final class NotConnected extends OvsdbException {
    public NotConnected(String reason) {
      super("not connected to the OVSDB server: " + reason);
    }
  }

  /** The connection went while the call was on its way: it may or may not have taken effect. */
  public static final class ConnectionLost extends OvsdbException {
    public ConnectionLost(String method, String reason) {
      super(method + ": connection to the OVSDB server lost before the answer: " + reason);
    }
  }

  /** More calls wait than {@link OvsdbSession#MAX_PENDING_CALLS}: nothing was sent. */
  public static final class TooManyCalls extends OvsdbException {
    public TooManyCalls(String method, int limit) {
      super(method + ": " + limit + " calls wait for the OVSDB server already");
    }
  }

  /** No answer within the call's deadline: it may or may not take effect. */
  public static final class DeadlineExceeded extends OvsdbException {
    public DeadlineExceeded(String what, Duration deadline) {
      super(what + ": not done within " + deadline.toMillis() + " ms");
    }
  }

  /** The server answered the whole call with an error (JSON-RPC 1.0, "error"). */
  public static final class ErrorResponse extends OvsdbException {
    public ErrorResponse(String method, String error) {
      super(method + ": the OVSDB server answered with an error: " + error);
    }
  }

  /** The server does not keep to the protocol, or lacks what we need. */
  public static final class UnexpectedServer extends OvsdbException {
    public UnexpectedServer(String message) {
      super(message);
    }
  }

  /** An operation of a transaction, or its commit, failed: nothing of it took effect. */
  public static final class TransactionFailed extends OvsdbException {
    private final transient OperationFailure failure;

    public TransactionFailed(OperationFailure failure) {
      super(failure.toString());
      this.failure = failure;
    }

    public OperationFailure failure() {
      return failure;
    }
  }
}
