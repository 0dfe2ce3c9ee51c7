package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * An object of one of our kinds as the API server has it, whole: labels and annotations that
 * somebody put there survive a replacement.
 *
 * @param json never changed
 */
record ApiObject(Kind kind, ObjectNode json) {

  /** An object that is to be created. */
  static ApiObject of(Kind kind, String name, ObjectNode spec) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", Kind.API_VERSION)
            .put("kind", kind.kind());
    json.putObject("metadata").put("name", name);
    json.set("spec", spec);
    return new ApiObject(kind, json);
  }

  String name() {
    return json.path("metadata").path("name").asText();
  }

  String uid() {
    return json.path("metadata").path("uid").asText();
  }

  String resourceVersion() {
    return json.path("metadata").path("resourceVersion").asText();
  }

  /** A missing node if there is none. */
  JsonNode spec() {
    return json.path("spec");
  }

  byte[] specBytes() {
    return spec().toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A missing node if there is none. */
  JsonNode status() {
    return json.path("status");
  }

  /** This object, at the same version, with another spec. */
  ApiObject withSpec(ObjectNode spec) {
    return with("spec", spec);
  }

  /** This object, at the same version, with another status. */
  ApiObject withStatus(ObjectNode status) {
    return with("status", status);
  }

  private ApiObject with(String field, ObjectNode value) {
    ObjectNode changed = json.deepCopy();
    changed.set(field, value);
    return new ApiObject(kind, changed);
  }

  /** "ovswinblocks/10.244.3.0-24". */
  @Override
  public String toString() {
    return kind.plural() + "/" + name();
  }
}
