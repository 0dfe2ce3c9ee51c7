package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ovswin.ipam.block.StoreHealth;

/**
 * The requests to the API server (Kubernetes API Concepts), each with a deadline.
 *
 * <p>fabric8's client brings the configuration, the credentials and their renewal, TLS, and
 * watches. Requests are sent by themselves and not through its typed operations: those answer a
 * missing object and a missing kind alike, and retry a replacement in ways that a lock must not.
 *
 * <p>Every request may be sent again: a creation or replacement that had happened unnoticed is then
 * a conflict, on which callers look.
 */
final class ApiServer implements AutoCloseable {
  /** What came of a change. */
  sealed interface Write {
    /** It was made; the object as it is now. */
    record Written(ApiObject object) implements Write {}

    /**
     * It was not: the object is there already, is not any more, or has changed since it was read.
     */
    record Conflict() implements Write {}
  }

  /**
   * All objects of a kind.
   *
   * @param resourceVersion from which a watch sees what comes after
   */
  record Listing(List<ApiObject> objects, String resourceVersion) {}

  private static final int PAGE = 500;
  private static final int MAX_ATTEMPTS = 3;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GET = "GET";
  private static final String WATCH = "watch";

  private final KubernetesClient client;
  private final Duration deadline;
  private final ApiHealth health;
  private final String url;

  /**
   * @param deadline of one call, all its attempts together
   */
  ApiServer(KubernetesClient client, Duration deadline, ApiHealth health) {
    this.client = client;
    this.deadline = deadline;
    this.health = health;
    this.url = client.getMasterUrl().toString().replaceAll("/+$", "");
  }

  String url() {
    return url;
  }

  StoreHealth health() {
    return health.current();
  }

  Optional<ApiObject> get(Kind kind, String name) throws IOException {
    Request request = new Request(GET, "get", kind.resource(), kind.path() + "/" + name, "");
    Answer answer = send(request);
    return answer.isNotFound(name)
        ? Optional.empty()
        : Optional.of(object(kind, request.require(answer)));
  }

  /** All objects, read now: whoever has changed one before is seen. */
  Listing list(Kind kind) throws IOException {
    List<ApiObject> objects = new ArrayList<>();
    String version =
        listPages(kind.resource(), kind.path(), item -> objects.add(object(kind, item)));
    return new Listing(List.copyOf(objects), version);
  }

  Write create(ApiObject object) throws IOException {
    Kind kind = object.kind();
    return write(
        kind,
        object.name(),
        new Request("POST", "create", kind.resource(), kind.path(), object.json().toString()));
  }

  /** Replaces the object if it is still at the version that it was read at. */
  Write replace(ApiObject object) throws IOException {
    return put(object, "", "");
  }

  /** As {@link #replace}, of the status alone. */
  Write replaceStatus(ApiObject object) throws IOException {
    return put(object, "/status", "/status");
  }

  private Write put(ApiObject object, String subresource, String suffix) throws IOException {
    Kind kind = object.kind();
    return write(
        kind,
        object.name(),
        new Request(
            "PUT",
            "update",
            kind.plural() + subresource + "." + Kind.GROUP,
            kind.path() + "/" + object.name() + suffix,
            object.json().toString()));
  }

  /** Deletes the object if it is still at the version that it was read at. */
  Write delete(ApiObject object) throws IOException {
    ObjectNode options =
        JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "DeleteOptions");
    options
        .putObject("preconditions")
        .put("uid", object.uid())
        .put("resourceVersion", object.resourceVersion());
    Kind kind = object.kind();
    Request request =
        new Request(
            "DELETE",
            "delete",
            kind.resource(),
            kind.path() + "/" + object.name(),
            options.toString());
    Answer answer = send(request);
    if (answer.code() == 409 || answer.isNotFound(object.name())) {
      return new Write.Conflict();
    }
    var _ = request.require(answer);
    return new Write.Written(object);
  }

  private Write write(Kind kind, String name, Request request) throws IOException {
    Answer answer = send(request);
    if (answer.code() == 409 || answer.isNotFound(name)) {
      return new Write.Conflict();
    }
    return new Write.Written(object(kind, request.require(answer)));
  }

  /** The cluster's own Node; empty only if the API server says that there is none. */
  Optional<KubernetesNode> node(String name) throws IOException {
    Request request = new Request(GET, "get", "nodes", "/api/v1/nodes/" + name, "");
    Answer answer = send(request);
    return answer.isNotFound(name)
        ? Optional.empty()
        : Optional.of(KubernetesNode.read(request.require(answer)));
  }

  List<KubernetesNode> nodes() throws IOException {
    List<KubernetesNode> nodes = new ArrayList<>();
    var _ = listPages("nodes", "/api/v1/nodes", item -> nodes.add(KubernetesNode.read(item)));
    return nodes;
  }

  /**
   * Watches a kind from a version on. It is not taken up again when it ends.
   *
   * @throws IOException also if the version is too old: {@link Gone}
   */
  Watch watch(Kind kind, String resourceVersion, Watcher<GenericKubernetesResource> watcher)
      throws IOException {
    try {
      Watch watch =
          client
              .genericKubernetesResources(kind.context())
              .watch(
                  new ListOptionsBuilder()
                      .withResourceVersion(resourceVersion)
                      .withAllowWatchBookmarks(true)
                      .build(),
                  watcher);
      health.succeeded(ApiHealth.Sort.WATCH);
      return watch;
    } catch (KubernetesClientException e) {
      Request request = new Request(GET, WATCH, kind.resource(), kind.path(), "");
      if (e.getCode() == 410) {
        throw new Gone(String.valueOf(e.getMessage()));
      }
      if (e.getCode() == 0) {
        throw request.unreachable(e);
      }
      throw request.failure(e.getCode(), String.valueOf(e.getMessage()));
    }
  }

  /** The version to watch or list from is not kept any more: list anew. */
  static final class Gone extends IOException {
    private static final long serialVersionUID = 1;

    Gone(String message) {
      super(message);
    }
  }

  /** An object of a watch. */
  static ApiObject object(Kind kind, GenericKubernetesResource resource) {
    return new ApiObject(kind, JSON.valueToTree(resource));
  }

  @Override
  public void close() {
    client.close();
  }

  private interface Items {
    void add(JsonNode item);
  }

  private String listPages(String resource, String path, Items items) throws IOException {
    String next = "";
    while (true) {
      Request request =
          new Request(
              GET,
              "list",
              resource,
              path
                  + "?limit="
                  + PAGE
                  + (next.isEmpty()
                      ? ""
                      : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8)),
              "");
      Answer answer = send(request);
      if (answer.code() == 410) {
        // Longer between two pages than the server keeps versions: half a list is none.
        throw new Gone(request + ": " + answer.message());
      }
      JsonNode page = request.require(answer);
      page.path("items").forEach(items::add);
      next = page.path("metadata").path("continue").asText("");
      if (next.isEmpty()) {
        return page.path("metadata").path("resourceVersion").asText();
      }
    }
  }

  private static ApiObject object(Kind kind, JsonNode json) {
    return new ApiObject(kind, (ObjectNode) json);
  }

  private Answer send(Request request) throws IOException {
    long deadlineNanos = System.nanoTime() + deadline.toNanos();
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      boolean last =
          attempt == MAX_ATTEMPTS || System.nanoTime() + pause.toNanos() - deadlineNanos > 0;
      try {
        Answer answer = attempt(request, deadlineNanos);
        if (last || !answer.isTransient()) {
          if (answer.isDecision()) {
            health.succeeded(request.sort());
          }
          return answer;
        }
      } catch (IOException e) {
        if (last || client.getHttpClient().isClosed()) {
          throw request.unreachable(e);
        }
      }
      pause(request, pause);
      pause = pause.multipliedBy(2);
    }
  }

  private Answer attempt(Request request, long deadlineNanos) throws IOException {
    HttpClient http = client.getHttpClient();
    HttpRequest.Builder builder =
        http.newHttpRequestBuilder()
            .uri(url + request.path())
            .setHeader("Accept", "application/json");
    if (!request.body().isEmpty()) {
      builder = builder.method(request.method(), "application/json", request.body());
    }
    CompletableFuture<HttpResponse<String>> future;
    try {
      future = http.sendAsync(builder.build(), String.class);
    } catch (IllegalStateException e) {
      // A watch that goes on while the store is closed.
      throw new IOException("the client is closed", e);
    }
    try {
      HttpResponse<String> response =
          future.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      return Answer.of(response.code(), String.valueOf(response.body()));
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException("no answer for " + deadline.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void pause(Request request, Duration pause) throws IOException {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(request + ": interrupted", e);
    }
  }

  /**
   * @param body a Status object if the code says that it failed (and nobody between spoke instead)
   */
  private record Answer(int code, JsonNode body) {
    static Answer of(int code, String text) {
      try {
        JsonNode body = JSON.readTree(text);
        return new Answer(code, body.isObject() ? body : MissingNode.getInstance());
      } catch (JsonProcessingException e) {
        return new Answer(code, MissingNode.getInstance());
      }
    }

    boolean isTransient() {
      return code == 429 || (code >= 500 && code != 501);
    }

    /** Whether the server did what it was asked to, or said that the objects do not allow it. */
    boolean isDecision() {
      return code / 100 == 2 || code == 409 || (code == 404 && isStatus("NotFound"));
    }

    boolean isStatus(String reason) {
      return body.path("kind").asText().equals("Status")
          && body.path("reason").asText().equals(reason);
    }

    /** Not: that the kind is not there, or what a proxy says of a server it does not find. */
    boolean isNotFound(String name) {
      return code == 404
          && isStatus("NotFound")
          && body.path("details").path("name").asText().equals(name);
    }

    String message() {
      return body.path("message").asText("no reason given");
    }
  }

  /** One request, with its verb and resource as in rules of RBAC, for the messages. */
  private final class Request {
    private final String method;
    private final String verb;
    private final String resource;
    private final String path;
    private final String body;

    Request(String method, String verb, String resource, String path, String body) {
      this.method = method;
      this.verb = verb;
      this.resource = resource;
      this.path = path;
      this.body = body;
    }

    String method() {
      return method;
    }

    String path() {
      return path;
    }

    String body() {
      return body;
    }

    /** The body of an answer that succeeded. */
    JsonNode require(Answer answer) throws IOException {
      if (answer.code() / 100 != 2) {
        throw failure(answer.code(), answer.message());
      }
      if (answer.body().isMissingNode()) {
        throw failure(answer.code(), "is not a JSON object");
      }
      return answer.body();
    }

    IOException failure(int code, String message) {
      String text = this + ": " + code + " " + message + " (expected: " + expectation(code) + ")";
      health.failed(sort(), text);
      return new IOException(text);
    }

    IOException unreachable(Exception cause) {
      String text = this + ": " + cause.getMessage() + " (expected: an answer)";
      health.failed(ApiHealth.Sort.CONNECTION, text);
      return new IOException(text, cause);
    }

    private ApiHealth.Sort sort() {
      return switch (verb) {
        case "get", "list" -> ApiHealth.Sort.READ;
        case WATCH -> ApiHealth.Sort.WATCH;
        default -> ApiHealth.Sort.CHANGE;
      };
    }

    private String expectation(int code) {
      return switch (code) {
        case 401 -> "credentials that are valid; see the kubeconfig or the service account's token";
        case 403 ->
            "permission to "
                + verb
                + " "
                + resource
                + "; apply deploy/kubernetes/rbac.yaml and bind it to this account";
        case 404 -> "that " + resource + " is served; apply deploy/kubernetes/crds.yaml";
        case 400, 422 ->
            "an object that the schema allows; apply deploy/kubernetes/crds.yaml of this version";
        default -> "success";
      };
    }

    /** "https://10.96.0.1:443: create ovswinblocks.ipam.ovs-win.org". */
    @Override
    public String toString() {
      return "Kubernetes API " + url + ": " + verb + " " + resource;
    }
  }
}
