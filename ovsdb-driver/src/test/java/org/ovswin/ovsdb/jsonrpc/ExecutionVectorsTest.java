package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opendaylight.ovsdb.lib.operations.Operation;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.ovswin.ovsdb.fixture.OvsFixture;
import org.ovswin.ovsdb.fixture.Vectors;

/**
 * The transactions of OVS's own tests, built with the library's operations, sent by our client to a
 * real server with their schema: the results must be those of the vectors.
 */
@Tag("vectors")
final class ExecutionVectorsTest {

  private static final Pattern UUID =
      Pattern.compile("<\\d+>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  static Stream<Arguments> vectors() {
    return Vectors.lines("ovsdb/ovsdb-execution.jsonl").stream()
        .map(vector -> Arguments.of(vector.path("title").asText(), vector));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void transact_vector_givesTheResultsOfOvs(String title, JsonNode vector, @TempDir Path directory)
      throws Exception {
    JsonNode schema =
        Vectors.document("ovsdb/ovsdb-schemas.json").path(vector.path("schema").asText());
    Path schemaFile = Files.writeString(directory.resolve("schema"), schema.toString());
    // A server that is to follow another and cannot reach it takes no changes.
    String[] more =
        title.contains("read only") ? new String[] {"--sync-from=unix:nowhere"} : new String[0];
    try (OvsFixture ovs = OvsFixture.ofSchema(schemaFile).startServer(more);
        TestSession test = TestSession.open(SessionOptions.of(ovs.address()))) {
      String database = schema.path("name").asText();
      LibraryOperations library =
          new LibraryOperations(
              DatabaseSchema.fromJson(database, versioned(test.schema(database))));
      List<JsonNode> actual = new ArrayList<>();
      List<JsonNode> expected = new ArrayList<>();
      for (int i = 0; i < vector.path("txns").size(); i++) {
        List<Operation<?>> operations = new ArrayList<>();
        // The first element is the database.
        for (int op = 1; op < vector.path("txns").path(i).size(); op++) {
          operations.add(library.of(vector.path("txns").path(i).path(op)));
        }
        JsonNode wanted = Vectors.parse(vector.path("expected").path(i).asText());
        actual.add(outcome(test.client().transact(database, operations)));
        expected.add(failureOf(wanted, operations));
      }
      assertThat(normal(actual)).isEqualTo(normal(expected));
    }
  }

  /** RFC 7047, 3.2 wants a version, and so does the library; OVS and its tests do without. */
  private static JsonNode versioned(JsonNode schema) {
    ObjectNode copy = schema.deepCopy();
    return copy.has("version") ? copy : copy.put("version", "1.0.0");
  }

  /** The results, or where and how the transaction failed. */
  private static JsonNode outcome(CompletableFuture<List<JsonNode>> results) throws Exception {
    ArrayNode outcome = Json.MAPPER.createArrayNode();
    try {
      results.get().forEach(outcome::add);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof OvsdbException.TransactionFailed failed)) {
        throw e;
      }
      outcome.add(failed.failure().toString());
    }
    return outcome;
  }

  /** The same form for what the vector expects. */
  private static JsonNode failureOf(JsonNode results, List<Operation<?>> operations) {
    for (int i = 0; i < results.size(); i++) {
      JsonNode result = results.path(i);
      if (result.has("error")) {
        String where =
            i == operations.size()
                ? "commit"
                : "operation "
                    + i
                    + " ("
                    + operations.get(i).getOp()
                    + (operations.get(i).getTable() == null
                        ? ""
                        : " " + operations.get(i).getTable())
                    + ")";
        String details = result.path("details").asText("");
        return Json.MAPPER
            .createArrayNode()
            .add(
                where
                    + " failed: "
                    + result.path("error").asText()
                    + (details.isEmpty() ? "" : ": " + details));
      }
    }
    return results;
  }

  /**
   * Row identifiers numbered as they come, rows and sets in one order: theirs is that of the
   * server's hashes. Inserts name the rows before a select shows them.
   */
  private static List<String> normal(List<JsonNode> outcomes) {
    Map<String, String> names = new HashMap<>();
    List<String> texts = new ArrayList<>();
    for (JsonNode outcome : outcomes) {
      String known =
          UUID.matcher(outcome.toString())
              .replaceAll(match -> names.getOrDefault(match.group(), match.group()));
      texts.add(
          UUID.matcher(sorted(Vectors.parse(known)).toString())
              .replaceAll(
                  match -> names.computeIfAbsent(match.group(), _ -> "row" + names.size())));
    }
    return texts;
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      ObjectNode object = Json.MAPPER.createObjectNode();
      node.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(member -> object.set(member.getKey(), sorted(member.getValue())));
      if (object.has("rows")) {
        object.set("rows", inOrder(object.path("rows")));
      }
      return object;
    }
    if (node.isArray()) {
      List<JsonNode> elements = new ArrayList<>();
      node.forEach(element -> elements.add(sorted(element)));
      if (node.path(0).asText().equals("set")) {
        elements.set(1, inOrder(elements.get(1)));
      }
      return Json.MAPPER.createArrayNode().addAll(elements);
    }
    return node;
  }

  /** By what is known of the elements. */
  private static JsonNode inOrder(JsonNode array) {
    List<JsonNode> elements = new ArrayList<>();
    array.forEach(elements::add);
    elements.sort(Comparator.comparing(element -> UUID.matcher(element.toString()).replaceAll("")));
    return Json.MAPPER.createArrayNode().addAll(elements);
  }
}
