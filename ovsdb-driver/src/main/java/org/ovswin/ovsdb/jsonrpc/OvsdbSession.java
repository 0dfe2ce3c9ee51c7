package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that comes back by itself: calls with deadlines, echo both ways, notifications.
 *
 * <p>All state belongs to one thread, {@link #thread()}: the event loop only hands messages to it,
 * the listener is called and calls complete on it. What runs there must not block. A call that
 * waits when the connection goes fails at once and is not repeated: only its caller knows whether
 * it may be.
 */
public final class OvsdbSession implements AutoCloseable {

  /** Calls that may wait for their answers at a time. */
  public static final int MAX_PENDING_CALLS = 4096;

  private static final Logger log = LoggerFactory.getLogger(OvsdbSession.class);
  private static final String ECHO_ID = "echo";

  /** Told on the session's thread; must not block. */
  public interface Listener {
    /** The connection stands. */
    void connected();

    /** It went, or an attempt failed; calls have failed before. */
    void disconnected(String reason);

    /** The server sent a notification, such as {@code update3}. */
    void notified(String method, JsonNode params);
  }

  private record Pending(
      String method, CompletableFuture<JsonNode> result, Future<?> deadlineTimer) {}

  private final SessionOptions options;
  private final Listener listener;
  private final EventLoopGroup eventLoop;
  private final ScheduledThreadPoolExecutor thread;

  // What follows belongs to the thread.
  private final Map<Long, Pending> pending = new HashMap<>();
  private Reconnect reconnect;
  private Optional<OvsdbLink> link = Optional.empty();
  private Optional<OvsdbLink> openLink = Optional.empty();
  private Optional<Future<?>> wakeUp = Optional.empty();
  private String lastReason = "not tried yet";
  private long lastId;
  private boolean closed;

  private OvsdbSession(SessionOptions options, Listener listener) {
    this.options = options;
    this.listener = listener;
    String name = "ovsdb-" + options.address();
    eventLoop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name + "-io", true), NioIoHandler.newFactory());
    thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
    thread.setRemoveOnCancelPolicy(true);
    reconnect = Reconnect.start(Reconnect.Policy.of(options), System.nanoTime());
  }

  /**
   * Begins to connect, and returns at once.
   *
   * @throws IllegalArgumentException when the TLS files cannot be used
   */
  public static OvsdbSession open(SessionOptions options, Listener listener) {
    options.tls().ifPresent(OvsdbLink::sslContext);
    OvsdbSession session = new OvsdbSession(options, listener);
    session.post(session::tick);
    return session;
  }

  /** The thread that everything of this session runs on; refuses work when closed. */
  public Executor thread() {
    return work -> {
      if (!post(work)) {
        throw new RejectedExecutionException("session closed");
      }
    };
  }

  /**
   * Calls a method of the server.
   *
   * @return the result, completed on {@link #thread()}; or failed with an {@link OvsdbException}
   */
  public CompletableFuture<JsonNode> call(String method, JsonNode params) {
    CompletableFuture<JsonNode> result = new CompletableFuture<>();
    if (!post(() -> callNow(method, params, result))) {
      result.completeExceptionally(new OvsdbException.NotConnected("session closed"));
    }
    return result;
  }

  private void callNow(String method, JsonNode params, CompletableFuture<JsonNode> result) {
    if (openLink.isEmpty()) {
      result.completeExceptionally(new OvsdbException.NotConnected(lastReason));
      return;
    }
    if (pending.size() >= MAX_PENDING_CALLS) {
      result.completeExceptionally(new OvsdbException.TooManyCalls(method, MAX_PENDING_CALLS));
      return;
    }
    long id = ++lastId;
    Duration deadline = options.callDeadline();
    Future<?> timer =
        thread.schedule(
            () -> fail(id, new OvsdbException.DeadlineExceeded(method, deadline)),
            deadline.toNanos(),
            TimeUnit.NANOSECONDS);
    pending.put(id, new Pending(method, result, timer));
    openLink
        .get()
        .send(new JsonRpcMessage.Request(JsonNodeFactory.instance.numberNode(id), method, params));
  }

  private void fail(long id, OvsdbException reason) {
    Optional.ofNullable(pending.remove(id))
        .ifPresent(call -> call.result().completeExceptionally(reason));
  }

  /** Gives up the present connection, if any, and connects anew after the pause. */
  public void disconnect(String reason) {
    post(() -> link.ifPresent(present -> present.close(reason)));
  }

  @Override
  public void close() {
    post(
        () -> {
          closed = true;
          link.ifPresent(
              present -> {
                present.close("session closed");
                lost(present, "session closed");
              });
          wakeUp.ifPresent(timer -> timer.cancel(false));
          thread.shutdown();
          // Nobody waits for the last I/O: the threads are daemons.
          var _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        });
  }

  /** False when the session is closed. */
  private boolean post(Runnable work) {
    try {
      thread.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException e) {
              // A broken invariant of ours; the state it left may be anything, so start over.
              log.error("event=ovsdb-failure address={}", options.address(), e);
              link.ifPresent(present -> present.close("internal failure: " + e));
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Does what the state machine says is due, and sleeps until it says so again. */
  private void tick() {
    if (closed) {
      return;
    }
    openLink.ifPresent(open -> reconnect = reconnect.received(open.receivedAt()));
    Reconnect.Step step = reconnect.at(System.nanoTime());
    reconnect = step.next();
    switch (step.action()) {
      case NONE -> {}
      case CONNECT -> link = Optional.of(OvsdbLink.connect(options, eventLoop, new LinkEvents()));
      case PROBE ->
          openLink.ifPresent(
              open ->
                  open.send(
                      new JsonRpcMessage.Request(
                          JsonNodeFactory.instance.textNode(ECHO_ID),
                          "echo",
                          JsonNodeFactory.instance.arrayNode())));
      case DISCONNECT -> {
        String reason =
            openLink.isPresent()
                ? "no answer to an echo within " + options.probeInterval().toMillis() + " ms"
                : "not connected within " + options.connectDeadline().toMillis() + " ms";
        link.ifPresent(
            present -> {
              present.close(reason);
              afterLoss(reason);
            });
      }
    }
    sleep();
  }

  private void sleep() {
    wakeUp.ifPresent(timer -> timer.cancel(false));
    long delay = Math.max(0, reconnect.wakeAt() - System.nanoTime());
    wakeUp =
        closed
            ? Optional.empty()
            : Optional.of(thread.schedule(() -> post(this::tick), delay, TimeUnit.NANOSECONDS));
  }

  private void opened(OvsdbLink opened) {
    if (!isPresent(opened)) {
      return;
    }
    reconnect = reconnect.connected(System.nanoTime());
    openLink = link;
    sleep();
    log.info("event=ovsdb-connected address={}", options.address());
    listener.connected();
  }

  private void lost(OvsdbLink lost, String reason) {
    if (isPresent(lost)) {
      reconnect = reconnect.disconnected(System.nanoTime());
      afterLoss(reason);
      sleep();
    }
  }

  private void afterLoss(String reason) {
    if (!closed && (openLink.isPresent() || !reason.equals(lastReason))) {
      log.info("event=ovsdb-disconnected address={} reason=\"{}\"", options.address(), reason);
    }
    link = Optional.empty();
    openLink = Optional.empty();
    lastReason = reason;
    List<Pending> calls = new ArrayList<>(pending.values());
    pending.clear();
    for (Pending call : calls) {
      call.deadlineTimer().cancel(false);
      call.result().completeExceptionally(new OvsdbException.ConnectionLost(call.method(), reason));
    }
    listener.disconnected(reason);
  }

  private void received(OvsdbLink from, JsonRpcMessage message) {
    if (!isPresent(from)) {
      return;
    }
    switch (message) {
      case JsonRpcMessage.Request(JsonNode id, String method, JsonNode params)
          when method.equals("echo") ->
          from.send(new JsonRpcMessage.Response(id, params, Optional.empty()));
      case JsonRpcMessage.Request(JsonNode id, String method, JsonNode _) ->
          from.send(
              new JsonRpcMessage.Response(
                  id,
                  JsonNodeFactory.instance.nullNode(),
                  Optional.of(JsonNodeFactory.instance.textNode("unknown method " + method))));
      case JsonRpcMessage.Notification(String method, JsonNode params) ->
          listener.notified(method, params);
      case JsonRpcMessage.Response response -> answered(response);
    }
  }

  /** An answer to a call given up already, or to our echo, is passed over. */
  private void answered(JsonRpcMessage.Response response) {
    Pending call =
        response.id().isIntegralNumber() ? pending.remove(response.id().longValue()) : null;
    if (call == null) {
      return;
    }
    call.deadlineTimer().cancel(false);
    if (response.error().isPresent()) {
      call.result()
          .completeExceptionally(
              new OvsdbException.ErrorResponse(call.method(), response.error().get().toString()));
    } else {
      call.result().complete(response.result());
    }
  }

  private boolean isPresent(OvsdbLink candidate) {
    return link.isPresent() && link.get() == candidate;
  }

  /** From the event loop to the thread. */
  private final class LinkEvents implements OvsdbLink.Events {
    @Override
    public void opened(OvsdbLink from) {
      post(() -> OvsdbSession.this.opened(from));
    }

    @Override
    public void received(OvsdbLink from, JsonRpcMessage message, int bytes) {
      post(
          () -> {
            from.handled(bytes);
            OvsdbSession.this.received(from, message);
          });
    }

    @Override
    public void closed(OvsdbLink from, String reason) {
      post(() -> lost(from, reason));
    }
  }
}
