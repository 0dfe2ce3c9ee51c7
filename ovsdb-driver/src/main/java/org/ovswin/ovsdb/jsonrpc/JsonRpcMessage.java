package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** A message of JSON-RPC 1.0 as RFC 7047 (3.1, 4) uses it. */
sealed interface JsonRpcMessage {

  /** A call that is to be answered. */
  record Request(JsonNode id, String method, JsonNode params) implements JsonRpcMessage {}

  /** A call without an answer: its id is null. */
  record Notification(String method, JsonNode params) implements JsonRpcMessage {}

  /** The answer to a request; the result is null JSON when there is an error. */
  record Response(JsonNode id, JsonNode result, Optional<JsonNode> error)
      implements JsonRpcMessage {}

  /**
   * @throws IllegalArgumentException with what was expected
   */
  static JsonRpcMessage of(JsonNode json) {
    JsonNode id = json.path("id");
    JsonNode method = json.path("method");
    if (!method.isMissingNode()) {
      JsonNode params = json.path("params");
      if (!method.isTextual() || !params.isArray()) {
        throw new IllegalArgumentException(
            "message with method " + method + " (expected: a text method and an array of params)");
      }
      return isNothing(id)
          ? new Notification(method.textValue(), params)
          : new Request(id, method.textValue(), params);
    }
    if (isNothing(id) || !(json.has("result") || json.has("error"))) {
      throw new IllegalArgumentException(
          "message without method (expected: an id and a result or an error)");
    }
    JsonNode error = json.path("error");
    JsonNode result = json.path("result");
    return new Response(
        id,
        result.isMissingNode() ? JsonNodeFactory.instance.nullNode() : result,
        isNothing(error) ? Optional.empty() : Optional.of(error));
  }

  private static boolean isNothing(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  /** The object that goes over the wire. */
  default JsonNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    switch (this) {
      case Request(JsonNode id, String method, JsonNode params) -> {
        json.put("method", method);
        json.set("params", params);
        json.set("id", id);
      }
      case Notification(String method, JsonNode params) -> {
        json.put("method", method);
        json.set("params", params);
        json.putNull("id");
      }
      case Response(JsonNode id, JsonNode result, Optional<JsonNode> error) -> {
        json.set("id", id);
        json.set("result", result);
        json.set("error", error.orElse(JsonNodeFactory.instance.nullNode()));
      }
    }
    return json;
  }
}
