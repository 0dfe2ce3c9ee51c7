package org.ovswin.agent.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ovswin.cni.Frames;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Reservation;

/**
 * Asks a running agent on this machine, one connection a call. Safe for use by several threads.
 *
 * <p>Every method throws {@link AdminException.NotRunning} where no agent listens, {@link
 * AdminException.Refused} with the agent's reason, and {@link AdminException.Unanswered} where
 * nobody knows what became of the request.
 */
public final class AdminClient {
  /** The agent gives up before. */
  private static final Duration PATIENCE = AdminServer.HANDLER_TIMEOUT.plusSeconds(5);

  private final Path socket;
  private final Duration patience;

  private AdminClient(Path socket, Duration patience) {
    this.socket = socket;
    this.patience = patience;
  }

  /** A client of the agent that listens, or will listen, on this socket. */
  public static AdminClient at(Path socket) {
    return new AdminClient(socket, PATIENCE);
  }

  /** The same with another patience. */
  public AdminClient withPatience(Duration value) {
    return new AdminClient(socket, value);
  }

  /** How the agent is. */
  public AgentHealth health() throws AdminException {
    return call(AdminProtocol.HEALTH, new AdminProtocol.NoParams(), AgentHealth.class);
  }

  /** Takes an address back, together with all others of its attachment. */
  public Release release(IpAddress address, Force force) throws AdminException {
    return call(
        AdminProtocol.RELEASE, new AdminProtocol.ReleaseParams(address, force), Release.class);
  }

  /** Keeps a range from pods that do not ask for an address of it. */
  public Reservation reserve(AddressRange range, String reason) throws AdminException {
    return call(
        AdminProtocol.RESERVE, new AdminProtocol.ReserveParams(range, reason), Reservation.class);
  }

  /** Undoes {@link #reserve}; the answer is what was reserved. */
  public Reservation unreserve(AddressRange range) throws AdminException {
    return call(
        AdminProtocol.UNRESERVE, new AdminProtocol.UnreserveParams(range), Reservation.class);
  }

  /** Finds the leases that nobody needs, and reclaims them if told so. */
  public GcReport gc(GcMode mode) throws AdminException {
    return call(AdminProtocol.GC, new AdminProtocol.GcParams(mode), GcReport.class);
  }

  /** Claims one more block of this family for the node. */
  public BlockChange addBlock(Family family) throws AdminException {
    return call(
        AdminProtocol.BLOCK_ADD, new AdminProtocol.BlockAddParams(family), BlockChange.class);
  }

  /** Gives a block without leases back to the cluster. */
  public BlockChange releaseBlock(IpPrefix block) throws AdminException {
    return call(
        AdminProtocol.BLOCK_RELEASE,
        new AdminProtocol.BlockReleaseParams(block),
        BlockChange.class);
  }

  private <T> T call(String method, Record params, Class<T> type) throws AdminException {
    ObjectNode request = AdminProtocol.JSON.createObjectNode();
    request.put("method", method);
    request.set("params", AdminProtocol.JSON.valueToTree(params));
    try (SocketChannel agent = connect()) {
      return result(exchange(agent, AdminProtocol.JSON.writeValueAsBytes(request)), type);
    } catch (IOException e) {
      throw new AdminException.Unanswered(
          "%s: no answer to %s: %s".formatted(socket, method, e.getMessage()), e);
    }
  }

  private SocketChannel connect() throws AdminException {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
      } catch (IOException e) {
        try (channel) {
          throw e;
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new AdminException.NotRunning(
          "%s: no agent answers here: %s".formatted(socket, e.getMessage()), e);
    }
  }

  /** A blocking channel has no deadline of its own; closing it is what ends a read or write. */
  private byte[] exchange(SocketChannel agent, byte[] request) throws IOException {
    FutureTask<byte[]> task =
        new FutureTask<>(
            () -> {
              Frames.write(agent, request);
              return Frames.read(agent);
            });
    Thread.ofVirtual().name("admin-client").start(task);
    try {
      return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("none within " + patience.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static <T> T result(byte[] answer, Class<T> type) throws IOException, AdminException {
    JsonNode document = AdminProtocol.JSON.readTree(answer);
    JsonNode error = document.path("error");
    if (error.isObject()) {
      throw new AdminException.Refused(error.path("message").asText());
    }
    JsonNode result = document.path("result");
    if (!result.isObject()) {
      throw new IOException("an answer without a result: " + document);
    }
    try {
      // An agent of a later version may say more.
      return AdminProtocol.JSON
          .readerFor(type)
          .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .readValue(result);
    } catch (JsonProcessingException e) {
      throw new IOException("an answer that cannot be read: " + e.getOriginalMessage(), e);
    }
  }
}
