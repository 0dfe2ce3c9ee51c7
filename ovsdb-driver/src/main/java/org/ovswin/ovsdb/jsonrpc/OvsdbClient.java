package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.opendaylight.ovsdb.lib.operations.Operation;

/**
 * The methods of RFC 7047 (4.1) over a session. Futures complete on the session's thread, with an
 * {@link OvsdbException} when they fail.
 */
public final class OvsdbClient {

  private final OvsdbSession session;

  public OvsdbClient(OvsdbSession session) {
    this.session = session;
  }

  /** The databases of the server (4.1.1). */
  public CompletableFuture<List<String>> listDbs() {
    return session
        .call("list_dbs", JsonNodeFactory.instance.arrayNode())
        .thenApply(
            result ->
                StreamSupport.stream(result.spliterator(), false).map(JsonNode::asText).toList());
  }

  /** The schema of a database (4.1.2). */
  public CompletableFuture<JsonNode> getSchema(String database) {
    return session.call("get_schema", JsonNodeFactory.instance.arrayNode().add(database));
  }

  /**
   * Runs the operations in one transaction (4.1.3).
   *
   * @return one result object per operation; or failed with {@link
   *     OvsdbException.TransactionFailed} when an operation or the commit failed
   */
  public CompletableFuture<List<JsonNode>> transact(
      String database, List<? extends Operation<?>> operations) {
    ArrayNode params = JsonNodeFactory.instance.arrayNode().add(database);
    for (Operation<?> operation : operations) {
      params.add(Json.MAPPER.<JsonNode>valueToTree(operation));
    }
    return session
        .call("transact", params)
        .thenCompose(
            result -> {
              Optional<OperationFailure> failure = failure(operations, result);
              if (failure.isPresent()) {
                return CompletableFuture.failedFuture(
                    new OvsdbException.TransactionFailed(failure.get()));
              }
              List<JsonNode> results = new ArrayList<>();
              result.forEach(results::add);
              return CompletableFuture.completedFuture(List.copyOf(results));
            });
  }

  /**
   * Finds the part that failed. After an operation that failed the results are null; an error in an
   * element past the last operation is the commit's (4.1.3).
   */
  private static Optional<OperationFailure> failure(
      List<? extends Operation<?>> operations, JsonNode results) {
    for (int i = 0; i < results.size(); i++) {
      JsonNode error = results.path(i).path("error");
      if (error.isTextual()) {
        OperationFailure.Where where = new OperationFailure.AtCommit();
        if (i < operations.size()) {
          Operation<?> operation = operations.get(i);
          where =
              new OperationFailure.AtOperation(
                  i, operation.getOp(), Optional.ofNullable(operation.getTable()).orElse(""));
        }
        return Optional.of(
            new OperationFailure(
                where, error.textValue(), results.path(i).path("details").asText("")));
      }
    }
    return Optional.empty();
  }

  /** Any method: the monitor family, whose results depend on the variant. */
  CompletableFuture<JsonNode> call(String method, JsonNode params) {
    return session.call(method, params);
  }
}
