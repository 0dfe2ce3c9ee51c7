package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The objects of {@link StrictApiServer}: one version counter for all, optimistic concurrency, the
 * events since the last compaction, watches.
 *
 * <p>Thread-safe.
 */
final class ApiObjects {
  private static final String NAME =
      "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

  /** An answer that is not 2xx. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int code;
    private final transient ObjectNode status;

    Refusal(int code, ObjectNode status) {
      super(status.toString());
      this.code = code;
      this.status = status;
    }

    int code() {
      return code;
    }

    ObjectNode status() {
      return status;
    }
  }

  private record Event(long version, String plural, String type, ObjectNode object) {
    String text() {
      ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
      event.set("object", object);
      return event.toString();
    }
  }

  private final Map<String, SortedMap<String, ObjectNode>> objects = new HashMap<>();
  private final Map<String, JsonNode> definitions = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final Map<String, List<ObjectNode>> pages = new HashMap<>();
  private long version = 100;
  private long compacted = 99;

  ApiObjects() {
    objects.put("nodes", new TreeMap<>());
    for (JsonNode definition : Manifests.documents("crds.yaml")) {
      String plural = definition.path("spec").path("names").path("plural").asText();
      definitions.put(plural, definition);
      objects.put(plural, new TreeMap<>());
    }
  }

  static Refusal refusal(int code, String reason, String message, String plural, String name) {
    return new Refusal(code, status(code, reason, message, plural, name));
  }

  static ObjectNode status(int code, String reason, String message, String plural, String name) {
    ObjectNode status =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Status")
            .put("apiVersion", "v1")
            .put("status", "Failure")
            .put("message", message)
            .put("reason", reason)
            .put("code", code);
    status.putObject("metadata");
    status.putObject("details").put("name", name).put("kind", plural);
    return status;
  }

  synchronized ObjectNode get(String plural, String name) {
    ObjectNode object = all(plural).get(name);
    if (object == null) {
      throw refusal(404, "NotFound", plural + " \"" + name + "\" not found", plural, name);
    }
    return object.deepCopy();
  }

  synchronized boolean has(String plural, String name) {
    return all(plural).containsKey(name);
  }

  synchronized List<String> names(String plural) {
    return List.copyOf(all(plural).keySet());
  }

  synchronized ObjectNode list(String plural, int limit, String next) {
    List<ObjectNode> left = new ArrayList<>(all(plural).values());
    String at = Long.toString(version);
    if (!next.isEmpty()) {
      // A token is only good for the version that its list began at.
      at = next.substring(0, next.indexOf('/'));
      List<ObjectNode> kept = pages.remove(next);
      if (kept == null || Long.parseLong(at) <= compacted) {
        throw refusal(410, "Expired", "the continue parameter is too old", plural, "");
      }
      left = kept;
    }
    ObjectNode list =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", plural.equals("nodes") ? "v1" : "ipam.ovs-win.org/v1")
            .put("kind", "List");
    ObjectNode metadata = list.putObject("metadata").put("resourceVersion", at);
    ArrayNode items = list.putArray("items");
    int size = limit == 0 ? left.size() : Math.min(limit, left.size());
    left.subList(0, size).forEach(items::add);
    if (size < left.size()) {
      String token = at + "/" + UUID.randomUUID();
      pages.put(token, List.copyOf(left.subList(size, left.size())));
      metadata.put("continue", token);
    }
    return list;
  }

  synchronized ObjectNode create(String plural, ObjectNode given) {
    ObjectNode object = given.deepCopy();
    JsonNode metadata = object.path("metadata");
    String name = metadata.path("name").asText();
    if (name.length() > 253 || !name.matches(NAME)) {
      throw invalid(plural, name, "metadata.name: " + name);
    }
    if (metadata.has("resourceVersion")) {
      throw refusal(400, "BadRequest", "resourceVersion must not be set", plural, name);
    }
    if (all(plural).containsKey(name)) {
      throw refusal(
          409, "AlreadyExists", plural + " \"" + name + "\" already exists", plural, name);
    }
    if (hasStatus(plural)) {
      object.remove("status");
    }
    validate(plural, name, object);
    ((ObjectNode) object.path("metadata"))
        .put("uid", UUID.randomUUID().toString())
        .put("creationTimestamp", "2026-11-01T12:00:00Z")
        .put("generation", 1);
    return stored(plural, name, "ADDED", object).deepCopy();
  }

  synchronized ObjectNode replace(String plural, String name, ObjectNode given) {
    ObjectNode present = check(plural, name, given);
    ObjectNode object = given.deepCopy();
    object.remove("status");
    if (hasStatus(plural) && present.has("status")) {
      object.set("status", present.get("status"));
    }
    return replaced(plural, name, present, object);
  }

  synchronized ObjectNode replaceStatus(String plural, String name, ObjectNode given) {
    if (!hasStatus(plural)) {
      throw refusal(404, "NotFound", "the server could not find it", plural, "");
    }
    ObjectNode present = check(plural, name, given);
    ObjectNode object = present.deepCopy();
    object.set("status", given.path("status").deepCopy());
    return replaced(plural, name, present, object);
  }

  private ObjectNode check(String plural, String name, ObjectNode given) {
    ObjectNode present = get(plural, name);
    JsonNode metadata = given.path("metadata");
    if (!metadata.path("name").asText().equals(name)) {
      throw refusal(400, "BadRequest", "the name of the object is another", plural, name);
    }
    String expected = metadata.path("resourceVersion").asText();
    if (expected.isEmpty()) {
      throw invalid(plural, name, "metadata.resourceVersion: must be specified for an update");
    }
    if (!expected.equals(present.path("metadata").path("resourceVersion").asText())) {
      throw refusal(409, "Conflict", "the object has been modified", plural, name);
    }
    return present;
  }

  private ObjectNode replaced(String plural, String name, ObjectNode present, ObjectNode object) {
    validate(plural, name, object);
    // A write that changes nothing is none.
    if (object.equals(present)) {
      return present;
    }
    if (!object.path("spec").equals(present.path("spec"))) {
      ObjectNode metadata = (ObjectNode) object.path("metadata");
      metadata.put("generation", metadata.path("generation").asInt() + 1);
    }
    return stored(plural, name, "MODIFIED", object).deepCopy();
  }

  synchronized ObjectNode delete(String plural, String name, ObjectNode options) {
    ObjectNode present = get(plural, name);
    for (String field : List.of("uid", "resourceVersion")) {
      JsonNode expected = options.path("preconditions").path(field);
      if (!expected.isMissingNode() && !expected.equals(present.path("metadata").path(field))) {
        throw refusal(409, "Conflict", "Precondition failed: " + field, plural, name);
      }
    }
    all(plural).remove(name);
    ObjectNode last = present.deepCopy();
    publish(plural, "DELETED", last);
    ObjectNode done = status(200, "", "", plural, name);
    done.put("status", "Success");
    done.remove("reason");
    return done;
  }

  /** Puts an object past the schema: as one of before the schema was applied. */
  synchronized void force(String plural, String name, String spec) {
    ObjectNode object =
        all(plural)
            .getOrDefault(
                name,
                JsonNodeFactory.instance
                    .objectNode()
                    .put("apiVersion", Kind.API_VERSION)
                    .put("kind", kind(plural)))
            .deepCopy();
    object.withObject("/metadata").put("name", name);
    object.putObject("spec").put("damaged", spec);
    stored(plural, name, "MODIFIED", object);
  }

  private static Refusal invalid(String plural, String name, String why) {
    return refusal(422, "Invalid", plural + " \"" + name + "\" is invalid: " + why, plural, name);
  }

  private void validate(String plural, String name, ObjectNode object) {
    JsonNode definition = definitions.get(plural);
    if (definition == null) {
      return;
    }
    JsonNode schema = Manifests.schema(definition);
    for (String part : List.of("spec", "status")) {
      if (object.has(part)) {
        Manifests.prune(Manifests.property(schema, part), object.get(part));
      }
    }
    List<String> violations = Manifests.violations(schema, object, "");
    if (!violations.isEmpty()) {
      throw invalid(plural, name, violations.toString());
    }
  }

  private String kind(String plural) {
    JsonNode definition = definitions.get(plural);
    return definition == null ? "Node" : definition.at("/spec/names/kind").asText();
  }

  private boolean hasStatus(String plural) {
    JsonNode definition = definitions.get(plural);
    return definition != null && Manifests.hasStatus(definition);
  }

  private SortedMap<String, ObjectNode> all(String plural) {
    SortedMap<String, ObjectNode> all = objects.get(plural);
    if (all == null) {
      throw refusal(404, "NotFound", "the server could not find the requested resource", "", "");
    }
    return all;
  }

  private ObjectNode stored(String plural, String name, String type, ObjectNode object) {
    all(plural).put(name, object);
    publish(plural, type, object);
    return object;
  }

  private void publish(String plural, String type, ObjectNode object) {
    version++;
    ((ObjectNode) object.path("metadata")).put("resourceVersion", Long.toString(version));
    Event event = new Event(version, plural, type, object.deepCopy());
    events.add(event);
    watchers.stream().filter(each -> each.plural.equals(plural)).forEach(each -> each.send(event));
  }

  /** As if the kind had never been applied. */
  synchronized void removeKind(String plural) {
    objects.remove(plural);
  }

  /** Forgets all events: a watch or a page from before is too old (410). */
  synchronized void compact() {
    compacted = version;
    events.clear();
  }

  /** Tells all watches the present version, as the server does from time to time. */
  synchronized void bookmark() {
    for (Watcher watcher : watchers) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object
          .put("apiVersion", Kind.API_VERSION)
          .put("kind", kind(watcher.plural))
          .putObject("metadata")
          .put("resourceVersion", Long.toString(version));
      watcher.send(new Event(version, watcher.plural, "BOOKMARK", object));
    }
  }

  synchronized int watches() {
    return watchers.size();
  }

  /** Ends all watches, as the server does after a while. */
  synchronized void dropWatches() {
    watchers.forEach(Watcher::end);
    watchers.clear();
  }

  synchronized WebSocketListener watch(String plural, String from) {
    var _ = all(plural);
    return new Watcher(plural, Long.parseLong(from));
  }

  private final class Watcher extends WebSocketListener {
    private final String plural;
    private final long from;
    private final List<WebSocket> socket = new ArrayList<>();

    Watcher(String plural, long from) {
      this.plural = plural;
      this.from = from;
    }

    @Override
    public void onOpen(WebSocket opened, Response response) {
      synchronized (ApiObjects.this) {
        socket.add(opened);
        if (from < compacted) {
          send(
              new Event(
                  version,
                  plural,
                  "ERROR",
                  status(410, "Expired", "too old resource version: " + from, plural, "")));
          end();
          return;
        }
        events.stream()
            .filter(event -> event.version() > from && event.plural().equals(plural))
            .forEach(this::send);
        watchers.add(this);
      }
    }

    @Override
    public void onClosing(WebSocket closing, int code, String reason) {
      synchronized (ApiObjects.this) {
        watchers.remove(this);
      }
    }

    @Override
    public void onClosed(WebSocket closed, int code, String reason) {
      synchronized (ApiObjects.this) {
        watchers.remove(this);
      }
    }

    void send(Event event) {
      var _ = socket.getFirst().send(event.text());
    }

    void end() {
      var _ = socket.getFirst().close(1000, "");
    }
  }
}
