package org.ovswin.agent.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.ovswin.cni.FrameServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for {@link AdminClient}s and answers each with what the handler says. */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  /** Of one request: a release waits until the pod is gone, a claim for the store. */
  static final Duration HANDLER_TIMEOUT = Duration.ofSeconds(25);

  /** People ask, not machines: a few at a time. */
  private static final FrameServer.Limits LIMITS =
      new FrameServer.Limits(16, Duration.ofSeconds(5), HANDLER_TIMEOUT, Duration.ofSeconds(2));

  private static final List<String> METHODS =
      List.of(
          AdminProtocol.HEALTH,
          AdminProtocol.RELEASE,
          AdminProtocol.RESERVE,
          AdminProtocol.UNRESERVE,
          AdminProtocol.GC,
          AdminProtocol.BLOCK_ADD,
          AdminProtocol.BLOCK_RELEASE);

  private final FrameServer server;

  private AdminServer(FrameServer server) {
    this.server = server;
  }

  /**
   * Listens.
   *
   * @param unixSocket replaced if a dead agent left it
   * @throws IOException with path and expectation if the socket cannot be had
   */
  public static AdminServer open(Path unixSocket, AdminHandler handler, InstantSource clock)
      throws IOException {
    return new AdminServer(
        FrameServer.open(unixSocket, "admin", new AdminExchange(handler), LIMITS, clock));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private record AdminExchange(AdminHandler handler) implements FrameServer.Exchange {
    @Override
    public byte[] answer(byte[] request, Instant deadline) {
      try {
        return result(call(request, deadline));
      } catch (AdminException e) {
        return error(String.valueOf(e.getMessage()));
      } catch (JsonProcessingException e) {
        return error(reason(e));
      } catch (IOException | RuntimeException | Error e) {
        LOG.error("admin_failure", e);
        return error("internal: " + e.getClass().getSimpleName() + " (the agent's log has more)");
      }
    }

    private Record call(byte[] request, Instant deadline) throws IOException, AdminException {
      AdminProtocol.Request asked =
          AdminProtocol.JSON.readValue(request, AdminProtocol.Request.class);
      JsonNode params = asked.params();
      LOG.info("admin_request method={} params={}", asked.method(), params);
      return switch (asked.method()) {
        case AdminProtocol.HEALTH -> {
          read(params, AdminProtocol.NoParams.class);
          yield handler.health(deadline);
        }
        case AdminProtocol.RELEASE -> {
          var release = read(params, AdminProtocol.ReleaseParams.class);
          yield handler.release(release.address(), release.force(), deadline);
        }
        case AdminProtocol.RESERVE -> {
          var reserve = read(params, AdminProtocol.ReserveParams.class);
          yield handler.reserve(reserve.range(), reserve.reason(), deadline);
        }
        case AdminProtocol.UNRESERVE ->
            handler.unreserve(read(params, AdminProtocol.UnreserveParams.class).range(), deadline);
        case AdminProtocol.GC ->
            handler.gc(read(params, AdminProtocol.GcParams.class).mode(), deadline);
        case AdminProtocol.BLOCK_ADD ->
            handler.addBlock(read(params, AdminProtocol.BlockAddParams.class).family(), deadline);
        case AdminProtocol.BLOCK_RELEASE ->
            handler.releaseBlock(
                read(params, AdminProtocol.BlockReleaseParams.class).block(), deadline);
        default ->
            throw new AdminException.Refused(
                "method: %s (expected: one of %s)"
                    .formatted(asked.method(), String.join(", ", METHODS)));
      };
    }

    private static <T> T read(JsonNode params, Class<T> type) throws JsonProcessingException {
      return AdminProtocol.JSON.treeToValue(params, type);
    }

    /** The parser's words without its excerpt of the input. */
    private static String reason(JsonProcessingException e) {
      return "request: " + e.getOriginalMessage().lines().findFirst().orElse("not JSON");
    }

    @Override
    public byte[] notPermitted(String user) {
      return error("user: " + user + " (expected: root or the user of the agent)");
    }

    @Override
    public byte[] malformed(IOException reason) {
      return error("request: " + reason.getMessage());
    }

    private static byte[] result(Record result) {
      ObjectNode answer = AdminProtocol.JSON.createObjectNode();
      answer.set("result", AdminProtocol.JSON.valueToTree(result));
      return bytes(answer);
    }

    private static byte[] error(String message) {
      ObjectNode answer = AdminProtocol.JSON.createObjectNode();
      answer.set("error", AdminProtocol.JSON.valueToTree(new AdminProtocol.Refusal(message)));
      return bytes(answer);
    }

    private static byte[] bytes(ObjectNode answer) {
      try {
        return AdminProtocol.JSON.writeValueAsBytes(answer);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a tree of texts and numbers must have a JSON form", e);
      }
    }
  }
}
