package org.ovswin.ovsdb.jsonrpc;

import java.util.List;
import java.util.Map;
import org.opendaylight.ovsdb.lib.notation.Condition;
import org.opendaylight.ovsdb.lib.operations.Operation;
import org.opendaylight.ovsdb.lib.schema.GenericTableSchema;

/**
 * The {@code wait} operation (RFC 7047, 5.2.6), which the library lacks: the transaction goes on
 * when the rows that match {@code where} are (or are not) exactly {@code rows}, and fails with
 * "timed out" when they are not so within the timeout.
 */
public final class Wait extends Operation<GenericTableSchema> {

  /** How the rows found are compared with the rows given. */
  public enum Until {
    EQUAL("=="),
    NOT_EQUAL("!=");

    private final String notation;

    Until(String notation) {
      this.notation = notation;
    }
  }

  private final int timeoutMillis;
  private final List<Condition> where;
  private final List<String> columns;
  private final Until until;
  private final List<Map<String, Object>> rows;

  /**
   * @param timeoutMillis 0 to look once
   * @param rows values in the library's notation, as its {@code Insert} has them
   */
  public Wait(
      GenericTableSchema table,
      int timeoutMillis,
      List<Condition> where,
      List<String> columns,
      Until until,
      List<Map<String, Object>> rows) {
    super(table, "wait");
    this.timeoutMillis = timeoutMillis;
    this.where = List.copyOf(where);
    this.columns = List.copyOf(columns);
    this.until = until;
    this.rows = List.copyOf(rows);
  }

  public int getTimeout() {
    return timeoutMillis;
  }

  public List<Condition> getWhere() {
    return where;
  }

  public List<String> getColumns() {
    return columns;
  }

  public String getUntil() {
    return until.notation;
  }

  public List<Map<String, Object>> getRows() {
    return rows;
  }
}
