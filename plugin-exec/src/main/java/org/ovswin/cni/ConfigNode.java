package org.ovswin.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A value in the network configuration with the way to it, so that every complaint can name its
 * field. A JSON null counts as absent, as in the reference library.
 *
 * @param path for example {@code runtimeConfig.portMappings[0].hostPort}; empty at the top
 * @param node the value
 * @param keyCase how keys below are compared
 */
record ConfigNode(String path, JsonNode node, KeyCase keyCase) {

  /** How keys are compared. */
  enum KeyCase {
    EXACT,
    /** For {@code runtimeConfig}: containerd capitalises there, kubelet does not. */
    IGNORED
  }

  private static final int MAX_DEPTH = 64;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a whole configuration.
   *
   * @throws CniException 6 with line and column if it is not a JSON object
   */
  static ConfigNode parse(byte[] json) throws CniException {
    JsonNode node;
    try {
      node = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : "line %d, column %d: ".formatted(at.getLineNr(), at.getColumnNr());
      throw CniErrors.decodingFailure("network configuration: not JSON: " + where + reason(e))
          .causedBy(e);
    } catch (IOException e) {
      throw CniErrors.decodingFailure("network configuration: not JSON: " + reason(e)).causedBy(e);
    }
    if (!node.isObject()) {
      throw CniErrors.decodingFailure(
          "network configuration: line 1, column 1: %s (expected: a JSON object)"
              .formatted(node.isMissingNode() ? "nothing" : typeName(node)));
    }
    return new ConfigNode("", node, KeyCase.EXACT);
  }

  /** The parser's words, where they are about the text and not about itself. */
  private static String reason(IOException e) {
    if (e instanceof JsonMappingException) {
      return "more behind the end of the object";
    }
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }

  private static String typeName(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      case NUMBER -> "a number";
      case STRING -> "a string";
      case OBJECT -> "an object";
      case BINARY, MISSING, POJO -> "something else";
    };
  }

  ConfigNode ignoringCase() {
    return new ConfigNode(path, node, KeyCase.IGNORED);
  }

  /** Keys below are as their author wrote them, also where those above are not. */
  ConfigNode exactly() {
    return new ConfigNode(path, node, KeyCase.EXACT);
  }

  /**
   * The value under this key of an object.
   *
   * @throws CniException 7 if this is no object, or has the key twice in different cases
   */
  Optional<ConfigNode> child(String key) throws CniException {
    Optional<ConfigNode> found = Optional.empty();
    for (ConfigNode child : children()) {
      String name = child.lastKey(this);
      if (name.equals(key) || (keyCase == KeyCase.IGNORED && name.equalsIgnoreCase(key))) {
        if (found.isPresent()) {
          throw child.invalid("the key only once, in whatever case");
        }
        found = Optional.of(child);
      }
    }
    return found;
  }

  /** All values of an object that are not null. */
  List<ConfigNode> children() throws CniException {
    if (!node.isObject()) {
      throw invalid("an object");
    }
    List<ConfigNode> children = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      if (!property.getValue().isNull()) {
        children.add(
            new ConfigNode(
                path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
                property.getValue(),
                keyCase));
      }
    }
    return children;
  }

  private String lastKey(ConfigNode parent) {
    return parent.path.isEmpty() ? path : path.substring(parent.path.length() + 1);
  }

  /** The elements under this key; none if it is absent. */
  List<ConfigNode> elements(String key) throws CniException {
    Optional<ConfigNode> array = child(key);
    return array.isEmpty() ? List.of() : array.get().elements();
  }

  private List<ConfigNode> elements() throws CniException {
    if (!node.isArray()) {
      throw invalid("an array");
    }
    List<ConfigNode> elements = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      elements.add(new ConfigNode(path + "[" + i + "]", node.get(i), keyCase));
    }
    return elements;
  }

  /** The strings under this key; none if it is absent. */
  List<String> texts(String key) throws CniException {
    List<String> texts = new ArrayList<>();
    for (ConfigNode element : elements(key)) {
      texts.add(element.text());
    }
    return texts;
  }

  /** The string under this key; an empty one counts as absent. */
  Optional<String> text(String key) throws CniException {
    Optional<ConfigNode> child = child(key);
    return child.isEmpty()
        ? Optional.empty()
        : Optional.of(child.get().text()).filter(text -> !text.isEmpty());
  }

  /** The value as a string. */
  String text() throws CniException {
    if (!node.isTextual()) {
      throw invalid("a string");
    }
    return node.textValue();
  }

  /** The string under this key, read by a parser that throws IllegalArgumentException. */
  <T> Optional<T> parsed(String key, String expectation, Function<String, T> parser)
      throws CniException {
    Optional<ConfigNode> child = child(key);
    if (child.isEmpty() || child.get().text().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(child.get().parsed(expectation, parser));
  }

  private <T> T parsed(String expectation, Function<String, T> parser) throws CniException {
    try {
      return parser.apply(text());
    } catch (IllegalArgumentException e) {
      throw invalid(expectation).causedBy(e);
    }
  }

  /** The integer under this key. */
  Optional<Long> integer(String key, long min, long max) throws CniException {
    Optional<ConfigNode> child = child(key);
    if (child.isEmpty()) {
      return Optional.empty();
    }
    JsonNode value = child.get().node;
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < min
        || value.longValue() > max) {
      throw child.get().invalid("an integer from " + min + " to " + max);
    }
    return Optional.of(value.longValue());
  }

  /** Checks that the value is true or false. */
  void requireBoolean() throws CniException {
    if (!node.isBoolean()) {
      throw invalid("true or false");
    }
  }

  /** Code 7 about this value. */
  CniException invalid(String expectation) {
    return CniErrors.invalidConfig(path, shown(), expectation);
  }

  /** Code 7 about a key that is not there. */
  CniException missing(String key, String expectation) {
    return CniErrors.invalidConfig(path.isEmpty() ? key : path + "." + key, "missing", expectation);
  }

  /** Code 2 about this value. */
  CniException unsupported(String expectation) {
    return CniErrors.unsupportedField(path, shown(), expectation);
  }

  /** As in the configuration, so that a string 5 and a number 5 look different. */
  private String shown() {
    return node.toString();
  }
}
