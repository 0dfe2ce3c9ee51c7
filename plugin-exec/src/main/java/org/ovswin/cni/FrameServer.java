package org.ovswin.cni;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
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
 * Listens on an owner-only Unix socket and answers one frame on each connection.
 *
 * <p>Every connection is on a virtual thread of its own. While as many as allowed are open, further
 * peers wait in the kernel's backlog, under their own deadline. A peer that is neither root nor the
 * agent's own user gets an error and nothing else.
 */
public final class FrameServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameServer.class);

  /** So that a lack of file descriptors does not make a busy loop. */
  private static final Duration PAUSE_AFTER_FAILED_ACCEPT = Duration.ofMillis(100);

  /** What is said on the connections. Called on many threads at a time. */
  public interface Exchange {
    /**
     * Answers one request, whatever it is.
     *
     * @param deadline when the answer is of no use any more
     * @return 1 byte to {@value Frames#MAX_PAYLOAD_BYTES}
     */
    byte[] answer(byte[] request, Instant deadline);

    /** Answers a peer that is neither root nor the owner of the socket. */
    byte[] notPermitted(String user);

    /** Answers what is no frame. */
    byte[] malformed(IOException reason);
  }

  /**
   * Bounds of a server.
   *
   * @param maxConnections open at a time, each with a request of at most 1 MiB
   * @param transferTimeout for a peer to send its request, and again to take the answer
   * @param handlerTimeout from request to the deadline of its answer
   * @param closeGrace how long {@link FrameServer#close} lets running requests finish
   */
  public record Limits(
      int maxConnections, Duration transferTimeout, Duration handlerTimeout, Duration closeGrace) {}

  private final SocketFile socket;
  private final UserPrincipal owner;
  private final Exchange exchange;
  private final String name;
  private final Limits limits;
  private final InstantSource clock;
  private final Semaphore slots;
  private final ExecutorService connections;
  private final ScheduledThreadPoolExecutor timer;

  private FrameServer(
      SocketFile socket,
      UserPrincipal owner,
      String name,
      Exchange exchange,
      Limits limits,
      InstantSource clock) {
    this.socket = socket;
    this.owner = owner;
    this.name = name;
    this.exchange = exchange;
    this.limits = limits;
    this.clock = clock;
    this.slots = new Semaphore(limits.maxConnections());
    this.connections =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 0).factory());
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name(name + "-timer").factory());
    this.timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Listens.
   *
   * @param unixSocket replaced if a dead agent left it; its directory is made if it is missing
   * @param name of the server, in its threads' names and in the log
   * @throws IOException with path and expectation if the socket cannot be had: another agent lives
   *     there, for example
   */
  public static FrameServer open(
      Path unixSocket, String name, Exchange exchange, Limits limits, InstantSource clock)
      throws IOException {
    SocketFile socket = SocketFile.bind(unixSocket);
    UserPrincipal owner;
    try {
      owner = Files.getOwner(socket.path());
    } catch (IOException e) {
      try (socket) {
        throw e;
      }
    }
    FrameServer server = new FrameServer(socket, owner, name, exchange, limits, clock);
    Thread.ofVirtual().name(name + "-accept").start(server::acceptAll);
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
        LOG.warn("{}_accept_failed socket={}", name, socket.path(), e);
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
              // The peer gave up or died; it has no use for the answer.
              LOG.info("{}_connection_lost reason=\"{}\"", name, e.toString());
            } finally {
              slots.release();
            }
          });
    } catch (RejectedExecutionException closing) {
      client.close();
    }
  }

  private void serve(SocketChannel client) throws IOException {
    byte[] answer = answer(client);
    ScheduledFuture<?> cut = cutAfterTimeout(client);
    Frames.write(client, answer);
    cut.cancel(false);
  }

  private byte[] answer(SocketChannel client) throws IOException {
    UserPrincipal user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    if (!user.equals(owner) && !user.getName().equals("root")) {
      return exchange.notPermitted(user.getName());
    }
    byte[] request;
    ScheduledFuture<?> cut = cutAfterTimeout(client);
    try {
      request = Frames.read(client);
    } catch (Frames.LengthException e) {
      return exchange.malformed(e);
    } finally {
      cut.cancel(false);
    }
    return exchange.answer(request, clock.instant().plus(limits.handlerTimeout()));
  }

  /** A blocking channel has no deadline of its own; closing it is what ends a read or write. */
  private ScheduledFuture<?> cutAfterTimeout(SocketChannel client) {
    return timer.schedule(
        () -> {
          LOG.info("{}_connection_cut reason=\"slower than {}\"", name, limits.transferTimeout());
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
        LOG.warn("{}_close_interrupts grace={}", name, limits.closeGrace());
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
