package org.ovswin.cni;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for launchers and answers each with what the handler says.
 *
 * <p>Every connection carries one request and one answer, on a virtual thread of its own. While as
 * many as allowed are open, further launchers wait in the kernel's backlog, under their own
 * deadline. A peer that is neither root nor the agent's own user gets an error and nothing else.
 */
public final class CniServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CniServer.class);

  /** So that a lack of file descriptors does not make a busy loop. */
  private static final Duration PAUSE_AFTER_FAILED_ACCEPT = Duration.ofMillis(100);

  /**
   * Bounds of a server.
   *
   * @param maxConnections open at a time, each with a request of at most 1 MiB
   * @param transferTimeout for a peer to send its request, and again to take the answer
   * @param handlerTimeout from request to {@link CniRequest#deadline}; less than the launcher's own
   *     60 s
   * @param closeGrace how long {@link CniServer#close} lets running requests finish
   */
  public record Limits(
      int maxConnections, Duration transferTimeout, Duration handlerTimeout, Duration closeGrace) {

    /** What the agent uses. */
    public static Limits standard() {
      return new Limits(256, Duration.ofSeconds(10), Duration.ofSeconds(50), Duration.ofSeconds(5));
    }
  }

  private final SocketFile socket;
  private final UserPrincipal owner;
  private final CniProtocol protocol;
  private final Limits limits;
  private final InstantSource clock;
  private final Semaphore slots;
  private final ExecutorService connections =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("cni-", 0).factory());
  private final ScheduledThreadPoolExecutor timer;

  private CniServer(
      SocketFile socket,
      UserPrincipal owner,
      CniHandler handler,
      Limits limits,
      InstantSource clock) {
    this.socket = socket;
    this.owner = owner;
    this.protocol = new CniProtocol(handler);
    this.limits = limits;
    this.clock = clock;
    this.slots = new Semaphore(limits.maxConnections());
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("cni-timer").factory());
    this.timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Listens with the standard limits.
   *
   * @param unixSocket replaced if a dead agent left it; its directory is made if it is missing
   * @throws IOException with path and expectation if the socket cannot be had: another agent lives
   *     there, for example
   */
  public static CniServer open(Path unixSocket, CniHandler handler) throws IOException {
    return open(unixSocket, handler, Limits.standard(), InstantSource.system());
  }

  /** Listens with limits and a clock for the deadlines; otherwise as the other. */
  public static CniServer open(
      Path unixSocket, CniHandler handler, Limits limits, InstantSource clock) throws IOException {
    SocketFile socket = SocketFile.bind(unixSocket);
    UserPrincipal owner;
    try {
      owner = Files.getOwner(socket.path());
    } catch (IOException e) {
      try (socket) {
        throw e;
      }
    }
    CniServer server = new CniServer(socket, owner, handler, limits, clock);
    Thread.ofVirtual().name("cni-accept").start(server::acceptAll);
    return server;
  }

  private void acceptAll() {
    ServerSocketChannel listener = socket.listener();
    while (listener.isOpen()) {
      slots.acquireUninterruptibly();
      try {
        SocketChannel client = listener.accept();
        start(client);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        slots.release();
        LOG.warn("cni_accept_failed socket={}", socket.path(), e);
        LockSupport.parkNanos(PAUSE_AFTER_FAILED_ACCEPT.toNanos());
      }
    }
  }

  /** Takes over the slot and the client. */
  private void start(SocketChannel client) throws IOException {
    try {
      connections.execute(
          () -> {
            try (client) {
              serve(client);
            } catch (IOException e) {
              // The runtime gave up or died; it will call DEL, or has no use for the answer.
              LOG.info("cni_connection_lost reason=\"{}\"", e.toString());
            } finally {
              slots.release();
            }
          });
    } catch (RejectedExecutionException closing) {
      client.close();
    }
  }

  private void serve(SocketChannel client) throws IOException {
    Answer answer = answer(client);
    ScheduledFuture<?> cut = cutAfterTimeout(client);
    Frames.write(client, answer.encode());
    cut.cancel(false);
  }

  private Answer answer(SocketChannel client) throws IOException {
    try {
      requirePermitted(client.getOption(ExtendedSocketOptions.SO_PEERCRED).user());
      Invocation invocation = Invocation.decode(read(client));
      return protocol.answer(invocation, clock.instant().plus(limits.handlerTimeout()));
    } catch (CniException e) {
      return CniProtocol.refused(e);
    }
  }

  private byte[] read(SocketChannel client) throws IOException, CniException {
    ScheduledFuture<?> cut = cutAfterTimeout(client);
    try {
      return Frames.read(client);
    } catch (Frames.LengthException e) {
      throw CniErrors.ioFailure("request: " + e.getMessage()).causedBy(e);
    } finally {
      cut.cancel(false);
    }
  }

  private void requirePermitted(UserPrincipal user) throws CniException {
    if (!user.equals(owner) && !user.getName().equals("root")) {
      throw CniErrors.notPermitted(user.getName());
    }
  }

  /** A blocking channel has no deadline of its own; closing it is what ends a read or write. */
  private ScheduledFuture<?> cutAfterTimeout(SocketChannel client) {
    return timer.schedule(
        () -> {
          LOG.info("cni_connection_cut reason=\"slower than {}\"", limits.transferTimeout());
          client.close();
          return true;
        },
        limits.transferTimeout().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * Takes no more requests, gives those under way their grace, then interrupts them. Repeating it
   * does nothing.
   */
  @Override
  public void close() throws IOException {
    socket.close();
    connections.shutdown();
    try {
      if (!connections.awaitTermination(limits.closeGrace().toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("cni_close_interrupts grace={}", limits.closeGrace());
        connections.shutdownNow();
      }
    } catch (InterruptedException e) {
      connections.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      timer.shutdownNow();
    }
  }
}
