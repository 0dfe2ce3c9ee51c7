package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An API server on loopback: the web server of fabric8's mock, with objects of its own.
 *
 * <p>The mock's own objects are laxer than a real server's: any name may be created, a deletion's
 * preconditions and a watch's resourceVersion are ignored, nothing is ever too old (410), lists
 * have no pages, schemas and permissions do not exist, and a 404 has no body. Here permissions and
 * schemas are those of deploy/kubernetes, and the rest is as the Kubernetes API Concepts say.
 *
 * <p>Thread-safe. Objects outlive {@link #stop}, as they do in a cluster.
 */
final class StrictApiServer implements AutoCloseable {
  private static final String TOKEN = "the-token-of-the-test";
  private static final ObjectMapper JSON = new ObjectMapper();
  // Kept, since the logging configuration of a logger that nobody refers to is forgotten.
  private static final Logger WEB_LOG = Logger.getLogger(MockWebServer.class.getName());

  static {
    WEB_LOG.setLevel(Level.WARNING);
  }

  private final ApiObjects objects;
  private final Transport transport;
  private final Set<String> permissions = new HashSet<>(Manifests.permissions());
  private final Map<String, Runnable> hooks = new HashMap<>();
  private final Map<String, Integer> failures = new HashMap<>();
  private final Map<String, Integer> lostAnswers = new HashMap<>();
  private final List<String> requests = new ArrayList<>();
  private volatile Supplier<Optional<Fault>> faults = Optional::empty;
  private @Nullable MockWebServer web;
  private volatile int port;

  /**
   * What befalls a request.
   *
   * @param code of the answer, or {@link #NO_ANSWER}
   */
  record Fault(Moment moment, int code) {
    /** Before or after the objects are read or changed. */
    enum Moment {
      BEFORE,
      AFTER
    }

    /** Not a status code (RFC 9110, 15: three digits): the client drops the connection. */
    static final int NO_ANSWER = 99;
  }

  StrictApiServer() throws IOException {
    this(new ApiObjects());
  }

  /** Another server of the same cluster: one that waits in a hook answers nobody else. */
  StrictApiServer(ApiObjects objects) throws IOException {
    this(objects, Transport.PLAIN);
  }

  /** What requests ride on. */
  enum Transport {
    PLAIN,
    /** With a certificate that the server makes and signs itself, for "localhost". */
    TLS
  }

  StrictApiServer(ApiObjects objects, Transport transport) throws IOException {
    this.objects = objects;
    this.transport = transport;
    start();
  }

  /** On the same port as before. */
  void start() throws IOException {
    MockWebServer started = new MockWebServer();
    started.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        });
    // A client that is offered HTTP/2 on a plain connection takes it, and cutting one answer would
    // cut all.
    started.setHttp2ClearTextEnabled(false);
    if (transport == Transport.TLS) {
      started.useHttps();
    }
    // Not under the lock, and neither is the end: the web server waits for its threads then, and
    // these wait for the lock when they answer.
    started.start(InetAddress.getLoopbackAddress(), port);
    synchronized (this) {
      port = started.getPort();
      web = started;
    }
  }

  /** The file of the certificate. */
  synchronized String certificate() {
    return Objects.requireNonNull(web).getSelfSignedCertificate().certificatePath();
  }

  /** Connections end, and new ones are refused. */
  void stop() {
    objects.dropWatches();
    @Nullable MockWebServer stopped;
    synchronized (this) {
      stopped = web;
      web = null;
    }
    if (stopped != null) {
      stopped.shutdown();
    }
  }

  @Override
  public void close() {
    stop();
  }

  ApiObjects objects() {
    return objects;
  }

  String url() {
    return switch (transport) {
      case PLAIN -> "http://127.0.0.1:" + port;
      case TLS -> "https://localhost:" + port;
    };
  }

  KubernetesOptions options(Path directory) throws IOException {
    return KubernetesOptions.of(Optional.of(kubeconfig(directory, TOKEN)));
  }

  Path kubeconfig(Path directory, String token) throws IOException {
    Path file = Files.createTempFile(directory, "kubeconfig", ".yaml");
    return Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: agent}}]
        clusters: [{name: test, cluster: {server: "%s"}}]
        users: [{name: agent, user: {token: %s}}]
        """
            .formatted(url(), token));
  }

  /** Takes a permission away, for example "create ovswinblocks". */
  synchronized void forbid(String permission) {
    if (!permissions.remove(permission)) {
      throw new AssertionError(permission + " is not in rbac.yaml");
    }
  }

  synchronized void allow(String permission) {
    permissions.add(permission);
  }

  /** Runs once, after the request has arrived and before anything is read or written for it. */
  synchronized void before(String request, Runnable action) {
    hooks.put(request, action);
  }

  /** Answers requests such as "get nodes" with this code until {@link #heal}. */
  synchronized void fail(String request, int code) {
    failures.put(request, code);
  }

  /** Does what is asked, and answers with this code until {@link #heal}. */
  synchronized void failAfter(String request, int code) {
    lostAnswers.put(request, code);
  }

  synchronized void heal(String request) {
    failures.remove(request);
    lostAnswers.remove(request);
  }

  /**
   * Draws what befalls each request that is permitted.
   *
   * @param faults called by many threads
   */
  void strike(Supplier<Optional<Fault>> faults) {
    this.faults = faults;
  }

  /** How often something such as "create ovswinblocks" was asked. */
  synchronized long count(String request) {
    return requests.stream().filter(request::equals).count();
  }

  private MockResponse answer(RecordedRequest request) {
    try {
      return handle(request);
    } catch (ApiObjects.Refusal e) {
      return response(e.code(), e.status());
    } catch (JsonProcessingException e) {
      return response(400, ApiObjects.status(400, "BadRequest", e.getOriginalMessage(), "", ""));
    }
  }

  private MockResponse handle(RecordedRequest request) throws JsonProcessingException {
    URI uri = URI.create(request.getPath());
    Map<String, String> query = query(uri);
    String[] parts = uri.getPath().split("/", -1);
    // "", "api", "v1", PLURAL, NAME or "", "apis", GROUP, "v1", PLURAL, NAME, SUBRESOURCE
    int at = parts[1].equals("api") ? 3 : 4;
    String plural = parts[at];
    String name = parts.length > at + 1 ? parts[at + 1] : "";
    String subresource = parts.length > at + 2 ? "/" + parts[at + 2] : "";
    boolean watches = query.getOrDefault("watch", "").equals("true");
    String verb = verb(request.getMethod(), name, watches);
    admit(request, verb, plural + subresource);
    Optional<Fault> fault = faults.get();
    strike(fault, Fault.Moment.BEFORE, plural, name);
    // Once: reading takes the bytes away.
    String body = String.valueOf(request.getUtf8Body());
    MockResponse done = perform(query, verb, plural, name, subresource, body);
    strike(fault, Fault.Moment.AFTER, plural, name);
    synchronized (this) {
      Integer lost = lostAnswers.get(verb + " " + plural + subresource);
      if (lost != null) {
        throw ApiObjects.refusal(lost, "InternalError", "thrown by the test", plural, name);
      }
    }
    return done;
  }

  private static void strike(
      Optional<Fault> fault, Fault.Moment moment, String plural, String name) {
    if (fault.isPresent() && fault.get().moment() == moment) {
      throw ApiObjects.refusal(
          fault.get().code(), "InternalError", "thrown by the test", plural, name);
    }
  }

  private MockResponse perform(
      Map<String, String> query,
      String verb,
      String plural,
      String name,
      String subresource,
      String body)
      throws JsonProcessingException {
    return switch (verb) {
      case "get" -> response(200, objects.get(plural, name));
      case "list" ->
          response(
              200,
              objects.list(
                  plural,
                  Integer.parseInt(query.getOrDefault("limit", "0")),
                  query.getOrDefault("continue", "")));
      case "watch" ->
          new MockResponse()
              .withWebSocketUpgrade(
                  objects.watch(plural, query.getOrDefault("resourceVersion", "")));
      case "create" -> response(201, objects.create(plural, object(body)));
      case "update" ->
          response(
              200,
              subresource.isEmpty()
                  ? objects.replace(plural, name, object(body))
                  : objects.replaceStatus(plural, name, object(body)));
      case "delete" -> response(200, objects.delete(plural, name, object(body)));
      default -> throw new AssertionError(verb);
    };
  }

  private static ObjectNode object(String body) throws JsonProcessingException {
    return (ObjectNode) JSON.readTree(body.isEmpty() ? "{}" : body);
  }

  private void admit(RecordedRequest request, String verb, String resource) {
    String wanted = verb + " " + resource;
    Runnable hook;
    synchronized (this) {
      requests.add(wanted);
      if (!("Bearer " + TOKEN).equals(request.getHeader("Authorization"))) {
        throw ApiObjects.refusal(401, "Unauthorized", "Unauthorized", "", "");
      }
      if (!permissions.contains(wanted)) {
        throw ApiObjects.refusal(
            403,
            "Forbidden",
            "User \"agent\" cannot " + verb + " resource \"" + resource + "\"",
            resource,
            "");
      }
      Integer failure = failures.get(wanted);
      if (failure != null) {
        throw ApiObjects.refusal(failure, "InternalError", "thrown by the test", resource, "");
      }
      hook = hooks.remove(wanted);
    }
    if (hook != null) {
      hook.run();
    }
  }

  private static String verb(String method, String name, boolean watches) {
    return switch (method) {
      case "GET" -> watches ? "watch" : name.isEmpty() ? "list" : "get";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "DELETE" -> "delete";
      default -> method;
    };
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> query = new HashMap<>();
    if (uri.getRawQuery() != null) {
      for (String pair : uri.getRawQuery().split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  private static MockResponse response(int code, JsonNode body) {
    return new MockResponse()
        .setResponseCode(code)
        .setHeader("Content-Type", "application/json")
        .setBody(body.toString());
  }

  /** A Node as the controller manager completes it. */
  static ObjectNode kubernetesNode(String name, String... podCidrs) {
    ObjectNode node =
        JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Node");
    node.putObject("metadata").put("name", name);
    ObjectNode spec = node.putObject("spec");
    if (podCidrs.length > 0) {
      spec.put("podCIDR", podCidrs[0]);
      for (String cidr : podCidrs) {
        spec.withArrayProperty("podCIDRs").add(cidr);
      }
    }
    return node;
  }
}
