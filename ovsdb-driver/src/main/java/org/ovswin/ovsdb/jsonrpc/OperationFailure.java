package org.ovswin.ovsdb.jsonrpc;

/**
 * Which part of a transaction failed, and why (RFC 7047, 4.1.3).
 *
 * @param where the operation, or the commit after all operations
 * @param error the short name, such as {@code constraint violation}
 * @param details the server's explanation, possibly empty
 */
public record OperationFailure(Where where, String error, String details) {

  /** A place in a transaction. */
  public sealed interface Where {}

  /**
   * One operation.
   *
   * @param index from 0
   * @param op such as {@code insert}
   * @param table its table, or empty for an operation without one
   */
  public record AtOperation(int index, String op, String table) implements Where {
    @Override
    public String toString() {
      return "operation " + index + " (" + op + (table.isEmpty() ? "" : " " + table) + ")";
    }
  }

  /** The commit: the result has one element more than the transaction has operations. */
  public record AtCommit() implements Where {
    @Override
    public String toString() {
      return "commit";
    }
  }

  @Override
  public String toString() {
    return where + " failed: " + error + (details.isEmpty() ? "" : ": " + details);
  }
}
