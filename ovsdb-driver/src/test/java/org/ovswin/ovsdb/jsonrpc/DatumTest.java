package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.ovsdb.fixture.Vectors;

/**
 * The notation cases of OVS's own tests, as {@code test-ovsdb} ran them: a command, its arguments
 * in shell quotes and m4 brackets, and what it printed.
 *
 * <p>The other commands of that file do what only a server does: evaluate conditions, execute
 * mutations and queries, check constraints and write schemas.
 */
@Tag("vectors")
final class DatumTest {

  private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'", Pattern.DOTALL);

  /** A command of test-ovsdb with its arguments, and the lines it printed. */
  record Case(String title, String command, List<JsonNode> arguments, List<String> output) {
    boolean isNegative() {
      return output.getFirst().contains("error") && !output.getFirst().startsWith("\"");
    }
  }

  private static Stream<Case> cases(String command) {
    return Vectors.lines("ovsdb/ovsdb-macros.jsonl").stream()
        .filter(vector -> vector.path("args").path(0).asText().startsWith("[" + command + " "))
        // Their constraints are checked by the server, which has said so before we read a value.
        .filter(
            vector ->
                !vector
                    .path("args")
                    .path(0)
                    .asText()
                    .matches("(?s).*\"(enum|m..(Integer|Real|Length))\".*"))
        .map(vector -> read(command, vector));
  }

  private static Case read(String command, JsonNode vector) {
    List<JsonNode> arguments = new ArrayList<>();
    Matcher argument = ARGUMENT.matcher(vector.path("args").path(0).asText());
    while (argument.find()) {
      JsonNode json = Vectors.parse(argument.group(1));
      // As test-ovsdb does: JSON had no scalars by themselves, so it takes them out of an array.
      arguments.add(json.isArray() && json.size() == 1 ? json.path(0) : json);
    }
    String output = vector.path("args").path(1).asText();
    return new Case(
        vector.path("title").asText(),
        command,
        arguments,
        List.of(unbracketed(output).split("\n")));
  }

  private static String unbracketed(String text) {
    return text.startsWith("[") && text.endsWith("]") && !text.startsWith("[\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  static Stream<Arguments> readCases() {
    return Stream.concat(cases("parse-atoms"), cases("parse-data"))
        .map(vector -> Arguments.of(vector.title(), vector));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("readCases")
  void read_vector_isTheValueThatOvsReads(String title, Case vector) {
    ColumnType type = ColumnType.parse(vector.arguments().getFirst());
    List<JsonNode> values = vector.arguments().subList(1, vector.arguments().size());
    for (int i = 0; i < values.size(); i++) {
      JsonNode value = values.get(i);
      if (vector.isNegative()) {
        assertThatThrownBy(() -> Datum.read(type, value))
            .isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(Datum.read(type, value))
            .isEqualTo(Datum.read(type, Vectors.parse(vector.output().get(i))));
      }
    }
  }

  @Test
  void readCases_vectorsFile_hasThem() {
    assertThat(readCases()).hasSizeGreaterThanOrEqualTo(28);
    assertThat(cases("diff-data")).hasSize(7);
    assertThat(cases("parse-type")).hasSize(25);
  }

  static Stream<Arguments> differenceCases() {
    return cases("diff-data")
        .filter(vector -> !vector.isNegative())
        .map(vector -> Arguments.of(vector.title(), vector));
  }

  /** Four lines of output per pair: the difference, what it makes of the old value, twice, OK. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("differenceCases")
  void with_vector_isTheNewValue(String title, Case vector) {
    ColumnType type = ColumnType.parse(vector.arguments().getFirst());
    int output = 0;
    for (int i = 1; i < vector.arguments().size(); i += 2) {
      Datum old = Datum.read(type, vector.arguments().get(i));
      Datum wanted = Datum.read(type, vector.arguments().get(i + 1));
      String line = vector.output().get(output);
      output += line.startsWith("no diff") ? 1 : 4;
      if (line.startsWith("diff: ")) {
        Datum difference = Datum.read(type, Vectors.parse(line.substring("diff: ".length())));
        assertThat(old.with(difference, type)).isEqualTo(wanted);
      } else {
        assertThat(wanted).isEqualTo(old);
      }
    }
  }

  static Stream<Arguments> typeCases() {
    return cases("parse-type").map(vector -> Arguments.of(vector.title(), vector));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("typeCases")
  void parse_vector_isTheTypeThatOvsReads(String title, Case vector) {
    JsonNode type = vector.arguments().getFirst();
    if (Set.of("integer", "real", "boolean", "string", "uuid").stream()
        .noneMatch(vector.output().getFirst()::contains)) {
      assertThatThrownBy(() -> ColumnType.parse(type)).isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(ColumnType.parse(type))
          .isEqualTo(ColumnType.parse(Vectors.parse(vector.output().getFirst())));
    }
  }
}
