package org.ovswin.openflow.session;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.BundledChange;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.GroupDiff;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.PortDescription;
import org.ovswin.openflow.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bridge of a running switch, over its management socket ({@code <run dir>/<bridge>.mgmt}).
 *
 * <p>Connects, and connects again when the connection goes, until it is closed. Any thread may call
 * it; nothing here blocks. Requests fail with a {@link SessionException}: at once while there is no
 * connection, all of them when it goes, and each at its deadline. Futures complete on threads of
 * their own, so that what depends on them may block.
 *
 * <pre>{@code
 * var bridge = SwitchConnection.open(runDir.resolve("br0.mgmt"), listener);
 * // when listener.connected was called:
 * List<Flow> observed = bridge.dumpFlows(Cookie.OURS, Cookie.MASK).join();
 * bridge.apply(FlowDiff.diff(observed, desired)).join();
 * }</pre>
 */
public final class SwitchConnection implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SwitchConnection.class);

  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(256 * 1024, 512 * 1024);
  private static final int CLOSE_SECONDS = 5;

  private final Path socket;
  private final SessionConfig config;
  private final EventLoopGroup loop;
  private final ExecutorService completions;
  private final Events events;
  private final BulkWork bulk;

  /** Only on the event loop, as all below. */
  private Reconnect reconnect;

  private Optional<Session> session = Optional.empty();
  private Optional<Session> up = Optional.empty();
  private Optional<Future<?>> wake = Optional.empty();
  private CompletableFuture<Session> whenUp = new CompletableFuture<>();
  private String lastReason = "not connected yet";
  private boolean closed;

  private SwitchConnection(Path socket, SwitchListener listener, SessionConfig config) {
    this.socket = socket;
    this.config = config;
    String name = "openflow-" + socket.getFileName();
    this.loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    this.completions = Executors.newVirtualThreadPerTaskExecutor();
    this.bulk = new BulkWork(new Link(), config, name + "-bulk");
    this.events = new Events(listener, config.packetInQueue(), name + "-events");
    this.reconnect = Reconnect.start(config, System.nanoTime());
  }

  /** Starts to connect to a management socket, with {@link SessionConfig#defaults}. */
  public static SwitchConnection open(Path socket, SwitchListener listener) {
    return open(socket, listener, SessionConfig.defaults());
  }

  /** Starts to connect to a management socket, which need not exist yet. */
  public static SwitchConnection open(Path socket, SwitchListener listener, SessionConfig config) {
    SwitchConnection connection = new SwitchConnection(socket, listener, config);
    connection.loop.execute(connection::drive);
    return connection;
  }

  /**
   * The flows whose cookie agrees with {@code cookie} in the bits of {@code cookieMask}; mask 0 for
   * all. Ours are {@code dumpFlows(Cookie.OURS, Cookie.MASK)}.
   */
  public CompletableFuture<List<Flow>> dumpFlows(long cookie, long cookieMask) {
    return submit(Multipart.flows(cookie, cookieMask));
  }

  /**
   * Makes all of the changes or none, in their order, in one bundle; a single change of a flow
   * needs none. When the future completes, the switch has them.
   *
   * <p>Fails with {@link SessionException.ChangesRefused}, which names flow and reason, where the
   * switch refuses any of them.
   */
  public CompletableFuture<Void> apply(List<? extends BundledChange> changes) {
    List<BundledChange> copy = List.copyOf(changes);
    if (copy.isEmpty()) {
      return submit(new Barrier(() -> {}));
    }
    // A bundle would ask the switch twice for what one message does all or not at all.
    return submit(
        copy.size() == 1 && copy.getFirst() instanceof FlowChange only
            ? ChangeBatch.ofFlows(List.of(only))
            : new FlowBundle(copy));
  }

  /**
   * Makes changes one after another, in their order, and asks the switch once: a bundle asks twice,
   * which with many ports is twice as long. For changes of which each is right by itself.
   *
   * <p>Fails with {@link SessionException.ChangesRefused} where the switch refuses any of them; the
   * others are made.
   */
  public CompletableFuture<Void> applyInTurn(List<FlowChange> changes) {
    return changes.isEmpty() ? apply(changes) : submit(ChangeBatch.ofFlows(List.copyOf(changes)));
  }

  /**
   * Makes changes of groups, meters and flows so that nothing is used before it is there or after
   * it is gone: new meters; then, in one bundle, all or nothing, new groups, the flows, groups that
   * are too much; then meters that are too much.
   *
   * <p>Fails where the switch refuses any of them, and does nothing further; meters are no part of
   * a bundle, so those that were made stay.
   */
  public CompletableFuture<Void> apply(
      GroupDiff.Steps groups, MeterDiff.Steps meters, List<? extends FlowChange> flows) {
    List<BundledChange> bundle = new ArrayList<>(groups.before());
    bundle.addAll(flows);
    bundle.addAll(groups.after());
    return changed(meters.before())
        .thenCompose(_ -> apply(bundle))
        .thenCompose(_ -> changed(meters.after()));
  }

  /** Makes changes of meters one by one; those that the switch refuses are told, as flows are. */
  public CompletableFuture<Void> applyMeters(List<MeterChange> changes) {
    List<MeterChange> copy = List.copyOf(changes);
    return submit(copy.isEmpty() ? new Barrier(() -> {}) : ChangeBatch.ofMeters(copy));
  }

  /** All groups of the bridge; whose they are must be known by their ids. */
  public CompletableFuture<List<Group>> dumpGroups() {
    return submit(Multipart.groups());
  }

  /** All meters of the bridge; whose they are must be known by their ids. */
  public CompletableFuture<List<Meter>> dumpMeters() {
    return submit(Multipart.meters());
  }

  /**
   * Makes any number of changes in their order of tables: those of one table before those of the
   * table that follows in {@code changes}. Within a table, changes of different keys may overtake
   * each other.
   *
   * <p>The changes are pulled as the switch takes them, on a thread of the connection's own, and
   * made one by one, over several connections where they are many. Where the switch refuses a
   * change, those that are on their way are still made, no more are pulled, and the future fails
   * with {@link SessionException.ChangesRefused}. Where a connection goes, it fails with {@link
   * SessionException.Disconnected}. Loads and reconciles of one connection run one after another.
   */
  public CompletableFuture<Loaded> load(Iterable<? extends FlowChange> changes) {
    return bulk.load(changes);
  }

  /**
   * Makes the flows whose cookie agrees with {@code cookie} in the bits of {@code cookieMask}
   * exactly the desired ones: what is right is not touched, what is new or other is made from the
   * last table to the first, and only then is deleted what is too much, from the first table to the
   * last. Flows with another cookie are not touched.
   *
   * <p>A small difference is made in one bundle, all or nothing; a large one as {@link #load} does.
   * Goes on by itself when the connection goes and comes back.
   *
   * @param desired gives the same flows each time it is iterated, those of the last table first, no
   *     two of the same table, priority and match, all with the cookie
   * @param removable which of the flows that are not desired may be deleted
   */
  public CompletableFuture<Reconciled> reconcile(
      long cookie, long cookieMask, Iterable<Flow> desired, Predicate<Flow> removable) {
    return bulk.reconcile(cookie, cookieMask, desired, removable);
  }

  /**
   * As above, with the meters that the flows use: what of them is missing or other is made before
   * the flows, and what is too much deleted after them. Deleting a meter deletes the flows that use
   * it, so no meter goes while a flow was kept that is not desired.
   *
   * @param meters no two of one id
   * @param isOurs by its id, whether a meter may be changed or deleted
   */
  public CompletableFuture<Reconciled> reconcile(
      long cookie,
      long cookieMask,
      Iterable<Flow> desired,
      Predicate<Flow> removable,
      List<Meter> meters,
      IntPredicate isOurs) {
    return dumpMeters()
        .thenCompose(
            all -> {
              List<Meter> there = all.stream().filter(meter -> isOurs.test(meter.id())).toList();
              MeterDiff.Steps steps = MeterDiff.diff(there, meters);
              return changed(steps.before())
                  .thenCompose(_ -> reconcile(cookie, cookieMask, desired, removable))
                  .thenCompose(flows -> withoutMeters(steps, flows));
            });
  }

  private CompletableFuture<Reconciled> withoutMeters(MeterDiff.Steps steps, Reconciled flows) {
    List<MeterChange> deletes = flows.kept() == 0 ? steps.after() : List.of();
    Reconciled done = flows.withMeters((long) steps.before().size() + deletes.size());
    return changed(deletes).thenApply(_ -> done);
  }

  private CompletableFuture<Void> changed(List<MeterChange> meters) {
    return meters.isEmpty() ? CompletableFuture.completedFuture(null) : applyMeters(meters);
  }

  /** Completes when the switch has done all that was sent before. */
  public CompletableFuture<Void> barrier() {
    return submit(new Barrier(() -> {}));
  }

  /** The ports of the bridge, with their numbers. */
  public CompletableFuture<List<PortDescription>> ports() {
    return submit(Multipart.ports());
  }

  /**
   * Has the switch do these actions to a packet. Dropped while there is no connection, as a packet
   * may be; an error of the switch is logged.
   *
   * @param inPort the port that the packet seems to have come from, e.g. {@code PortNo.CONTROLLER}
   * @param frame from the Ethernet header on
   */
  public void packetOut(int inPort, List<Action> actions, byte[] frame) {
    Message.PacketOut packetOut = Message.PacketOut.of(inPort, actions, frame);
    onLoop(
        () ->
            up.ifPresentOrElse(
                s -> s.sendUnlessBusy(packetOut),
                () -> log.debug("event=packet_out_dropped reason=\"{}\"", lastReason)));
  }

  /** Packet-ins that were dropped because the listener was slower than the switch. */
  public long droppedPacketIns() {
    return events.dropped();
  }

  private <T> CompletableFuture<T> submit(Operation<T> operation) {
    boolean accepted =
        onLoop(
            () ->
                up.ifPresentOrElse(
                    s -> s.submit(operation),
                    () -> operation.future().completeExceptionally(disconnected())));
    if (!accepted) {
      operation.future().completeExceptionally(new SessionException.Disconnected("closed"));
    }
    return operation.future();
  }

  private SessionException disconnected() {
    return new SessionException.Disconnected("no connection to " + socket + ": " + lastReason);
  }

  private boolean onLoop(Runnable task) {
    if (loop.isShuttingDown()) {
      return false;
    }
    try {
      loop.execute(task);
      return true;
    } catch (java.util.concurrent.RejectedExecutionException e) {
      return false;
    }
  }

  /** Does what the state machine says, and comes back when it may say something else. */
  private void drive() {
    if (closed) {
      return;
    }
    long now = System.nanoTime();
    switch (reconnect.todo(now)) {
      case NOTHING -> {}
      case CONNECT -> {
        reconnect = reconnect.connecting(now);
        connect();
      }
      case GIVE_UP -> {
        // The state changes when the channel says that it is closed.
        session.ifPresent(s -> s.close("no handshake within " + config.handshakeTimeout()));
        return;
      }
    }
    wake.ifPresent(timer -> timer.cancel(false));
    long wait = reconnect.nanosToWait(now);
    wake =
        wait == Long.MAX_VALUE
            ? Optional.empty()
            : Optional.of(loop.schedule(this::drive, wait, TimeUnit.NANOSECONDS));
  }

  private void connect() {
    dial(Session.Role.CONTROL, new SessionOwner(), next -> session = Optional.of(next))
        .addListener(
            (Future<Void> connected) -> {
              if (!connected.isSuccess()) {
                wentDown(String.valueOf(connected.cause().getMessage()));
              }
            });
  }

  private ChannelFuture dial(Session.Role role, Session.Owner owner, Consumer<Session> made) {
    return new Bootstrap()
        .group(loop)
        .channel(NioDomainSocketChannel.class)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                Session next = new Session(config, role, owner, completions, channel);
                made.accept(next);
                channel.pipeline().addLast(new FrameDecoder(), next);
              }
            })
        .connect(UnixDomainSocketAddress.of(socket));
  }

  private void wentDown(String reason) {
    boolean wasUp = up.isPresent();
    session = Optional.empty();
    up = Optional.empty();
    if (wasUp) {
      whenUp = new CompletableFuture<>();
    }
    if (wasUp || !reason.equals(lastReason)) {
      log.info("event=switch_disconnected socket={} reason=\"{}\"", socket, reason);
    }
    lastReason = reason;
    if (wasUp) {
      events.down(reason);
    }
    if (!closed) {
      reconnect = reconnect.down(System.nanoTime());
      drive();
    }
  }

  /** What a session tells; a session that has been replaced has nothing to say. */
  private final class SessionOwner implements Session.Owner {
    @Override
    public void up(Session from, Version version) {
      if (isCurrent(from)) {
        reconnect = reconnect.up(System.nanoTime());
        up = session;
        log.info("event=switch_connected socket={} version={}", socket, version);
        events.up(version);
        whenUp.complete(from);
      }
    }

    @Override
    public void packetIn(Message.PacketIn packetIn) {
      events.packetIn(packetIn);
    }

    @Override
    public void down(Session from, String reason) {
      if (isCurrent(from)) {
        wentDown(reason);
      }
    }

    private boolean isCurrent(Session candidate) {
      return session.filter(s -> s == candidate).isPresent();
    }
  }

  /** What bulk work sees of the connection. */
  private final class Link implements BulkWork.Link {
    @Override
    public CompletableFuture<Session> up() {
      CompletableFuture<Session> result = new CompletableFuture<>();
      boolean accepted =
          onLoop(
              () ->
                  up.ifPresentOrElse(
                      result::complete, () -> result.completeExceptionally(disconnected())));
      if (!accepted) {
        result.completeExceptionally(new SessionException.Disconnected("closed"));
      }
      return result;
    }

    @Override
    public CompletableFuture<Session> whenUp() {
      CompletableFuture<Session> result = new CompletableFuture<>();
      boolean accepted =
          onLoop(
              () -> {
                if (closed) {
                  result.completeExceptionally(new SessionException.Disconnected("closed"));
                } else {
                  var _ = whenUp.thenAccept(result::complete);
                }
              });
      if (!accepted) {
        result.completeExceptionally(new SessionException.Disconnected("closed"));
      }
      return result;
    }

    @Override
    public CompletableFuture<Session> dial() {
      CompletableFuture<Session> result = new CompletableFuture<>();
      var _ =
          SwitchConnection.this
              .dial(Session.Role.BULK, new BulkOwner(result), _ -> {})
              .addListener(
                  (Future<Void> connected) -> {
                    if (!connected.isSuccess()) {
                      String why = String.valueOf(connected.cause().getMessage());
                      result.completeExceptionally(new SessionException.Disconnected(why));
                    }
                  });
      return result;
    }
  }

  /** Waits for the handshake of a connection for bulk work. */
  private record BulkOwner(CompletableFuture<Session> result) implements Session.Owner {
    @Override
    public void up(Session session, Version version) {
      result.complete(session);
    }

    @Override
    public void packetIn(Message.PacketIn packetIn) {
      log.debug("event=packet_in_dropped reason=\"bulk connection\"");
    }

    @Override
    public void down(Session session, String reason) {
      result.completeExceptionally(new SessionException.Disconnected(reason));
    }
  }

  /** Fails what is in flight, tells the listener, and returns when the connection is closed. */
  @Override
  public void close() {
    boolean accepted =
        onLoop(
            () -> {
              closed = true;
              bulk.close();
              session.ifPresent(s -> s.close("closed"));
            });
    if (!accepted) {
      return;
    }
    @SuppressWarnings("unchecked")
    Future<Object> stopped =
        (Future<Object>) loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    var _ =
        stopped.addListener(
            (Future<Object> _) -> {
              events.close();
              completions.shutdown();
            });
    if (!events.isCurrentThread()) {
      stopped.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
