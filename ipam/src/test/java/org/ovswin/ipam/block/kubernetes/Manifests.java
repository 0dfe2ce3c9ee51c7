package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What deploy/kubernetes says, applied as an API server does. */
final class Manifests {
  private static final Path DIRECTORY = Path.of("..", "deploy", "kubernetes");

  private Manifests() {}

  static List<JsonNode> documents(String file) {
    try (MappingIterator<JsonNode> documents =
        new YAMLMapper()
            .readerFor(JsonNode.class)
            .readValues(Files.readString(DIRECTORY.resolve(file)))) {
      return documents.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String file) {
    try {
      return Files.readString(DIRECTORY.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode definition(String plural) {
    return documents("crds.yaml").stream()
        .filter(each -> each.path("spec").path("names").path("plural").asText().equals(plural))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no kind " + plural));
  }

  static JsonNode schema(JsonNode definition) {
    return definition.path("spec").path("versions").path(0).path("schema").path("openAPIV3Schema");
  }

  static boolean hasStatus(JsonNode definition) {
    return definition.path("spec").path("versions").path(0).path("subresources").has("status");
  }

  /** "verb resource" of every rule. */
  static List<String> permissions() {
    List<String> permissions = new ArrayList<>();
    for (JsonNode document : documents("rbac.yaml")) {
      for (JsonNode rule : document.path("rules")) {
        for (JsonNode resource : rule.path("resources")) {
          rule.path("verbs")
              .forEach(verb -> permissions.add(verb.asText() + " " + resource.asText()));
        }
      }
    }
    return permissions;
  }

  /** What of this value the schema does not allow; as much of OpenAPI as the manifests use. */
  static List<String> violations(JsonNode schema, JsonNode value, String path) {
    List<String> violations = new ArrayList<>();
    switch (schema.path("type").asText()) {
      case "object" -> {
        if (!value.isObject()) {
          return List.of(path + ": is no object");
        }
        for (JsonNode required : schema.path("required")) {
          if (!value.has(required.asText())) {
            violations.add(path + "." + required.asText() + ": is missing");
          }
        }
        for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
          if (value.has(field.getKey())) {
            violations.addAll(
                violations(
                    field.getValue(), value.get(field.getKey()), path + "." + field.getKey()));
          }
        }
      }
      case "array" -> {
        if (!value.isArray()) {
          return List.of(path + ": is no array");
        }
        if (value.size() < schema.path("minItems").asInt(0)
            || value.size() > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
          violations.add(path + ": has " + value.size() + " items");
        }
        value.forEach(
            item -> violations.addAll(violations(schema.path("items"), item, path + "[]")));
      }
      case "string" -> {
        if (!value.isTextual()) {
          return List.of(path + ": is no string");
        }
        if (value.asText().length() > schema.path("maxLength").asInt(Integer.MAX_VALUE)
            || !value.asText().matches(schema.path("pattern").asText("(?s).*"))) {
          violations.add(path + ": " + value);
        }
      }
      case "integer" -> {
        if (!value.isIntegralNumber()
            || value.asLong() < schema.path("minimum").asLong(Long.MIN_VALUE)
            || value.asLong() > schema.path("maximum").asLong(Long.MAX_VALUE)) {
          violations.add(path + ": " + value);
        }
      }
      case "boolean" -> {
        if (!value.isBoolean()) {
          violations.add(path + ": " + value);
        }
      }
      default -> throw new AssertionError(path + ": a type that this test does not know");
    }
    return violations;
  }

  /** Removes the fields that the schema does not name, as the API server does. */
  static void prune(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      JsonNode properties = schema.path("properties");
      object.retain(properties.propertyStream().map(Map.Entry::getKey).toList());
      object.properties().forEach(field -> prune(properties.get(field.getKey()), field.getValue()));
    } else if (value.isArray()) {
      value.forEach(item -> prune(schema.path("items"), item));
    }
  }

  static JsonNode property(JsonNode schema, String name) {
    JsonNode property = schema.path("properties").path(name);
    return property.isMissingNode() ? MissingNode.getInstance() : property;
  }
}
