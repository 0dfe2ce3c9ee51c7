package org.ovswin.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Listens for launchers and answers each with what the handler says. */
public final class CniServer implements AutoCloseable {
  private final FrameServer server;

  private CniServer(FrameServer server) {
    this.server = server;
  }

  /** What the agent uses. The deadline of a request comes before the launcher's own, of 60 s. */
  public static FrameServer.Limits standardLimits() {
    return new FrameServer.Limits(
        256, Duration.ofSeconds(10), Duration.ofSeconds(50), Duration.ofSeconds(5));
  }

  /**
   * Listens with the standard limits.
   *
   * @param unixSocket replaced if a dead agent left it; its directory is made if it is missing
   * @throws IOException with path and expectation if the socket cannot be had: another agent lives
   *     there, for example
   */
  public static CniServer open(Path unixSocket, CniHandler handler) throws IOException {
    return open(unixSocket, handler, standardLimits(), InstantSource.system());
  }

  /** Listens with limits and a clock for the deadlines; otherwise as the other. */
  public static CniServer open(
      Path unixSocket, CniHandler handler, FrameServer.Limits limits, InstantSource clock)
      throws IOException {
    return new CniServer(
        FrameServer.open(
            unixSocket, "cni", new CniExchange(new CniProtocol(handler)), limits, clock));
  }

  /** The frames' payloads: {@link Invocation} and {@link Answer}. */
  private record CniExchange(CniProtocol protocol) implements FrameServer.Exchange {
    @Override
    public byte[] answer(byte[] request, Instant deadline) {
      try {
        return protocol.answer(Invocation.decode(request), deadline).encode();
      } catch (CniException e) {
        return CniProtocol.refused(e).encode();
      }
    }

    @Override
    public byte[] notPermitted(String user) {
      return CniProtocol.refused(CniErrors.notPermitted(user)).encode();
    }

    @Override
    public byte[] malformed(IOException reason) {
      return CniProtocol.refused(
              CniErrors.ioFailure("request: " + reason.getMessage()).causedBy(reason))
          .encode();
    }
  }

  /**
   * Takes no more requests, gives those under way their grace, then interrupts them. Repeating it
   * does nothing.
   */
  @Override
  public void close() throws IOException {
    server.close();
  }
}
