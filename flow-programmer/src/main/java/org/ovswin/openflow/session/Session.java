package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from its hello to its end: writes what operations have to say as far as the socket
 * takes it, and gives each answer to the operation whose xid it carries. Event loop only.
 */
final class Session extends SimpleChannelInboundHandler<OpenFlowMessage> {
  /** What the connection tells its owner; on the event loop. */
  interface Owner {
    void up(Session session, Version version);

    void packetIn(Message.PacketIn packetIn);

    void down(Session session, String reason);
  }

  /** What the connection is for. */
  enum Role {
    /** Requests, packet-ins and other messages that the switch sends by itself. */
    CONTROL,
    /** Requests only; the switch would otherwise send every packet-in on each connection. */
    BULK
  }

  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int MISS_SEND_ALL = 0xffff;
  private static final int LIVENESS_CHECKS = 4;

  private final SessionConfig config;
  private final Role role;
  private final Owner owner;
  private final Executor completions;
  private final Channel channel;

  private final Queue<Operation<?>> writing = new ArrayDeque<>();
  private final Map<Integer, Operation<?>> awaited = new HashMap<>();
  private final Map<Operation<?>, ScheduledFuture<?>> inFlight = new LinkedHashMap<>();
  private final List<ChangeOperation<?>> tracked = new ArrayList<>();

  private Optional<Version> version = Optional.empty();
  private Optional<String> reason = Optional.empty();
  private Liveness liveness;
  private Optional<ScheduledFuture<?>> livenessChecks = Optional.empty();
  private int nextXid = 1;
  private int nextBundleId = 1;

  Session(SessionConfig config, Role role, Owner owner, Executor completions, Channel channel) {
    this.config = config;
    this.role = role;
    this.owner = owner;
    this.completions = completions;
    this.channel = channel;
    this.liveness = Liveness.start(config, System.nanoTime());
  }

  Version version() {
    return version.orElseThrow();
  }

  /** The first of {@code count} consecutive xids. */
  int takeXids(int count) {
    int first = nextXid;
    nextXid += count;
    return first;
  }

  int takeBundleId() {
    return nextBundleId++;
  }

  /** An answer with this xid belongs to the operation. */
  void await(int xid, Operation<?> operation) {
    awaited.put(xid, operation);
  }

  void forget(int xid) {
    awaited.remove(xid);
  }

  /** Errors with an xid of the operation's changes belong to it. */
  void track(ChangeOperation<?> operation) {
    tracked.add(operation);
  }

  /** Takes an operation in, from any thread. */
  void submitFromOutside(Operation<?> operation) {
    try {
      channel.eventLoop().execute(() -> submitUnlessClosed(operation));
    } catch (RejectedExecutionException e) {
      operation.future().completeExceptionally(new SessionException.Disconnected("closed"));
    }
  }

  private void submitUnlessClosed(Operation<?> operation) {
    try {
      submit(operation);
    } catch (RejectedExecutionException e) {
      // The last tasks of a loop that stops run when it takes no timers any more.
      operation.future().completeExceptionally(new SessionException.Disconnected("closed"));
    }
  }

  /** Takes an operation in, or fails it where too many are in flight. */
  void submit(Operation<?> operation) {
    if (inFlight.size() >= config.requestQueue()) {
      completeExceptionally(operation, new SessionException.Overloaded(config.requestQueue()));
      return;
    }
    if (reason.isPresent()) {
      completeExceptionally(operation, new SessionException.Disconnected(reason.get()));
      return;
    }
    operation.progressed(System.nanoTime());
    inFlight.put(operation, deadline(operation, config.requestTimeout().toNanos()));
    enqueue(operation);
  }

  private ScheduledFuture<?> deadline(Operation<?> operation, long nanos) {
    return channel
        .eventLoop()
        .schedule(() -> checkProgress(operation), nanos, TimeUnit.NANOSECONDS);
  }

  /** The operation has something to write. */
  void enqueue(Operation<?> operation) {
    writing.add(operation);
    pump();
  }

  /** Runs a task where the session may be used; not at all once the loop has stopped. */
  void onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("event=session_task_dropped reason=\"closed\"");
    }
  }

  /** Reads no more than is here already, until {@link #resumeReading}. */
  void pauseReading() {
    channel.config().setAutoRead(false);
  }

  void resumeReading() {
    liveness = liveness.heard(System.nanoTime());
    channel.config().setAutoRead(true);
  }

  /** Done. */
  @SuppressWarnings("NullAway") // The result of a Void future is null.
  void complete(Operation<Void> operation) {
    complete(operation, null);
  }

  /** Done, with a result. */
  <T> void complete(Operation<T> operation, T result) {
    release(operation);
    operation.future().arrive(result, completions);
  }

  /** Done, without. */
  void fail(Operation<?> operation, SessionException failure) {
    release(operation);
    completeExceptionally(operation, failure);
  }

  private void completeExceptionally(Operation<?> operation, SessionException failure) {
    operation.future().arriveExceptionally(failure, completions);
  }

  private void release(Operation<?> operation) {
    ScheduledFuture<?> deadline = inFlight.remove(operation);
    if (deadline != null) {
      deadline.cancel(false);
    }
    writing.remove(operation);
    awaited.values().removeIf(operation::equals);
    if (operation instanceof ChangeOperation<?> changes) {
      tracked.remove(changes);
    }
  }

  private void checkProgress(Operation<?> operation) {
    long left = operation.lastProgress() + config.requestTimeout().toNanos() - System.nanoTime();
    if (left > 0) {
      inFlight.put(operation, deadline(operation, left));
      return;
    }
    operation.onTimeout(this);
    fail(
        operation,
        new SessionException.TimedOut(
            operation.name() + ": no answer within " + config.requestTimeout()));
  }

  /**
   * Writes while the socket takes it. What does not fit stays with the operations: the messages of
   * a bundle of a hundred thousand flows are made as they are sent, not before.
   */
  private void pump() {
    long now = System.nanoTime();
    while (channel.isWritable() && !writing.isEmpty()) {
      ByteBuf chunk = channel.alloc().ioBuffer(CHUNK_BYTES);
      while (chunk.readableBytes() < CHUNK_BYTES && !writing.isEmpty()) {
        Operation<?> operation = writing.element();
        operation.progressed(now);
        if (!operation.writeNext(this, chunk)) {
          writing.remove(operation);
        }
      }
      // At once: the switch has work while the next messages are made.
      var _ = channel.writeAndFlush(chunk, channel.voidPromise());
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    send(new VersionChoice(config.versions()).hello(takeXids(1)));
    long period = config.probeAfter().toNanos() / LIVENESS_CHECKS;
    livenessChecks =
        Optional.of(
            channel
                .eventLoop()
                .scheduleWithFixedDelay(this::checkLiveness, period, period, TimeUnit.NANOSECONDS));
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    pump();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, OpenFlowMessage message) {
    liveness = liveness.heard(System.nanoTime());
    switch (message.body()) {
      case Message.Hello hello -> greeted(message.wireVersion(), hello);
      case Message.EchoRequest echo ->
          send(
              new OpenFlowMessage(
                  message.wireVersion(), message.xid(), new Message.EchoReply(echo.data())));
      case Message.EchoReply _ -> {} // Any message is a sign of life.
      case Message.PacketIn packetIn -> owner.packetIn(packetIn);
      case Message.ErrorReply error -> refused(message.xid(), error);
      default -> answered(message.xid(), message.body());
    }
  }

  private void greeted(int wireVersion, Message.Hello hello) {
    if (version.isPresent()) {
      close("a second hello");
      return;
    }
    version = new VersionChoice(config.versions()).with(wireVersion, hello);
    if (version.isEmpty()) {
      close("no common OpenFlow version (ours: " + config.versions() + ")");
      return;
    }
    if (role == Role.CONTROL) {
      // On a service connection, asynchronous messages are off until this says otherwise.
      sendNow(takeXids(1), new Message.SetConfig(0, MISS_SEND_ALL));
    }
    submit(new Barrier(() -> owner.up(this, version())));
  }

  private void answered(int xid, Message body) {
    Operation<?> operation = awaited.get(xid);
    if (operation != null) {
      operation.progressed(System.nanoTime());
      operation.onMessage(this, xid, body);
    } else if (body instanceof Message.PortStatus) {
      log.trace("event=port_status body={}", body);
    }
  }

  private void refused(int xid, Message.ErrorReply error) {
    Optional<Operation<?>> operation =
        Optional.<Operation<?>>ofNullable(awaited.get(xid))
            .or(() -> tracked.stream().filter(t -> t.owns(xid)).findFirst());
    if (operation.isPresent()) {
      operation.get().onError(this, xid, error);
    } else if (version.isEmpty()) {
      close("the switch refused the handshake: " + error.text());
    } else {
      log.warn(
          "event=openflow_error xid=0x{} error=\"{}\"", Integer.toHexString(xid), error.text());
    }
  }

  private void checkLiveness() {
    long now = System.nanoTime();
    if (!channel.config().isAutoRead()) {
      return; // It is we who do not listen.
    }
    switch (liveness.verdict(now)) {
      case ALIVE -> {}
      case PROBE -> {
        liveness = liveness.probing(now);
        if (version.isPresent()) {
          sendNow(takeXids(1), new Message.EchoRequest(Octets.EMPTY));
        }
      }
      case DEAD -> close("the switch was silent for " + config.deadAfter() + " after an echo");
    }
  }

  /** Writes a message before all that waits. */
  void sendNow(int xid, Message body) {
    send(new OpenFlowMessage(version(), xid, body));
  }

  /** A packet-out is worth no queue: where the socket is full, it is dropped. */
  void sendUnlessBusy(Message.PacketOut packetOut) {
    if (!channel.isWritable()) {
      log.debug("event=packet_out_dropped reason=\"the switch takes no more\"");
      return;
    }
    int xid = takeXids(1);
    try {
      sendNow(xid, packetOut);
    } catch (IllegalArgumentException e) {
      log.warn("event=packet_out_refused reason=\"{}\"", e.getMessage());
    }
  }

  private void send(OpenFlowMessage message) {
    ByteBuf out = channel.alloc().ioBuffer();
    try {
      MessageEncoder.write(out, message);
    } catch (IllegalArgumentException e) {
      out.release();
      throw e;
    }
    var _ = channel.writeAndFlush(out, channel.voidPromise());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    String why =
        cause instanceof DecoderException && cause.getCause() != null
            ? "malformed message from the switch: " + cause.getCause().getMessage()
            : String.valueOf(cause.getMessage());
    close(why);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    livenessChecks.ifPresent(checks -> checks.cancel(false));
    String why = reason.orElse("the switch closed the connection");
    reason = Optional.of(why);
    List.copyOf(inFlight.keySet())
        .forEach(
            operation ->
                fail(operation, new SessionException.Disconnected(why, operation.effect())));
    owner.down(this, why);
  }

  /** Ends the connection; the first reason is the one that is told. */
  void close(String why) {
    if (reason.isEmpty()) {
      reason = Optional.of(why);
    }
    var _ = channel.close();
  }
}
