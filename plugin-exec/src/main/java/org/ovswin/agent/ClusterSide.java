package org.ovswin.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.WrongClusterException;
import org.ovswin.ipam.lease.BlockUsage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's store as this node uses it: registers the node, claims its blocks ahead of need,
 * follows what others write, and reports how full the blocks are. {@link ClusterPlan} decides; this
 * does it, on one thread, since every call may block for as long as the store likes.
 *
 * <p>Nothing waits for the store but an ADD for which the node has no address. What fails is tried
 * again at growing intervals, without a last try.
 */
final class ClusterSide implements ClusterLink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterSide.class);

  /** After a failure; each further one doubles it. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  /** A refused claim is asked for again so often, and whenever the records change. */
  private static final Duration REFUSED_RETRY = Duration.ofSeconds(10);

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(30);

  /** The store's health is looked at so often. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /** Opens the store; every call of it may block. */
  interface Opener {
    BlockStore open() throws IOException;
  }

  /** What an administrator asked for. */
  private record Command(Work work, CompletableFuture<?> done) {}

  private interface Work {
    void run(BlockStore store) throws IOException;
  }

  private final NodeRecord self;
  private final Opener opener;
  private final String description;
  private final CachedView cache;
  private final Consumer<Event> tell;
  private final InstantSource clock;
  private final Thread thread = Thread.ofPlatform().name("cluster").unstarted(this::run);
  private final CompletableFuture<Optional<String>> firstRound = new CompletableFuture<>();

  // Told by other threads, guarded by this.
  private LocalBlocks local = LocalBlocks.NONE;
  private Optional<ClusterView> delivered = Optional.empty();
  private final List<Command> commands = new ArrayList<>();
  private boolean moved;
  private boolean closed;

  // Of the thread.
  private Optional<BlockStore> store = Optional.empty();
  private Optional<ClusterView> view = Optional.empty();
  private Optional<ClusterView> toldView = Optional.empty();
  private final BlockActs acts;
  private final Map<Family, String> refused = new HashMap<>();
  private Map<IpPrefix, String> closedBlocks = Map.of();
  private Optional<String> obstacle = Optional.empty();
  private Instant refusedUntil = Instant.MIN;
  private Optional<StoreHealth.Unreachable> failing = Optional.empty();
  private Duration pause = FIRST_RETRY;
  private Instant retryAt = Instant.MIN;
  private List<BlockUsage> reported = List.of();
  private Instant reportAt = Instant.MIN;
  private boolean wasReachable = true;

  private volatile ClusterState state;

  ClusterSide(
      NodeRecord self,
      String description,
      Opener opener,
      CachedView cache,
      Consumer<Event> tell,
      InstantSource clock) {
    this.self = self;
    this.acts = new BlockActs(self, tell);
    this.opener = opener;
    this.description = description;
    this.cache = cache;
    this.tell = tell;
    this.clock = clock;
    this.state =
        new ClusterState(
            description,
            new StoreHealth.Unreachable(clock.instant(), "not opened yet"),
            Map.of(),
            Map.of(),
            List.of());
  }

  /**
   * Begins.
   *
   * @return completes after the first round, with the reason why this node cannot be in the cluster
   *     if there is one; a store that does not answer is none
   */
  CompletableFuture<Optional<String>> start() {
    thread.start();
    return firstRound;
  }

  @Override
  public synchronized void localMoved(LocalBlocks blocks) {
    if (!local.equals(blocks)) {
      local = blocks;
      moved = true;
      notifyAll();
    }
  }

  @Override
  public ClusterState state() {
    return state;
  }

  @Override
  public synchronized LocalBlocks local() {
    return local;
  }

  private synchronized void deliver(ClusterView told) {
    delivered = Optional.of(told);
    notifyAll();
  }

  /** Claims one more block; completes with it when addresses may be given from it. */
  CompletableFuture<IpPrefix> addBlock(Family family) {
    CompletableFuture<IpPrefix> done = new CompletableFuture<>();
    command(opened -> acts.claimOneMore(opened, family, done), done);
    return done;
  }

  /** Gives a block back that no pod has an address of. */
  CompletableFuture<Void> releaseBlock(IpPrefix block) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    command(
        opened -> {
          acts.giveBack(opened, block);
          view = Optional.of(opened.view());
          done.complete(null);
        },
        done);
    return done;
  }

  private synchronized void command(Work work, CompletableFuture<?> done) {
    if (closed) {
      done.completeExceptionally(new IOException("the agent is stopping"));
      return;
    }
    commands.add(new Command(work, done));
    notifyAll();
  }

  private void run() {
    try {
      while (awaitReason()) {
        round();
        firstRound.complete(obstacle);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      firstRound.complete(Optional.empty());
    }
  }

  private boolean isFirst() {
    return !firstRound.isDone();
  }

  /** Waits for something to do; false at the end. */
  private synchronized boolean awaitReason() throws InterruptedException {
    Instant wakeAt = clock.instant().plus(TICK);
    while (!closed && !isFirst()) {
      Instant now = clock.instant();
      boolean due = !now.isBefore(retryAt) && (moved || failing.isPresent());
      if (!commands.isEmpty() || delivered.isPresent() || due || !now.isBefore(wakeAt)) {
        break;
      }
      wait(Math.max(1, Duration.between(now, wakeAt).toMillis()));
    }
    return !closed;
  }

  private void round() {
    Instant now = clock.instant();
    List<Command> asked;
    LocalBlocks blocks;
    boolean told;
    synchronized (this) {
      asked = List.copyOf(commands);
      commands.clear();
      blocks = local;
      told = delivered.isPresent();
      if (told) {
        view = delivered;
        delivered = Optional.empty();
      }
      moved = false;
    }
    if (told || isFirst() || !now.isBefore(retryAt)) {
      try {
        settle(opened(), blocks, now);
        failing = Optional.empty();
        obstacle = Optional.empty();
        pause = FIRST_RETRY;
        retryAt = Instant.MIN;
      } catch (IOException | RuntimeException e) {
        failed(e, blocks, now);
      }
    }
    asked.forEach(this::perform);
    publish();
  }

  private BlockStore opened() throws IOException {
    if (store.isEmpty()) {
      BlockStore opened = opener.open();
      try {
        if (!cache.isOf(opened.clusterId())) {
          // Before anything is claimed: a node that forgot whose its blocks are might begin another
          // cluster after its next start.
          cache.write(opened.clusterId(), opened.view());
        }
        var _ = opened.watch(this::deliver);
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
      store = Optional.of(opened);
    }
    return store.get();
  }

  private void perform(Command command) {
    try {
      command.work().run(opened());
    } catch (IOException | RuntimeException e) {
      command.done().completeExceptionally(e);
    }
  }

  private void failed(Exception e, LocalBlocks blocks, Instant now) {
    String reason = String.valueOf(e.getMessage());
    if (e instanceof WrongClusterException) {
      obstacle = Optional.of(reason);
    }
    if (e instanceof RuntimeException) {
      LOG.error("store={} failed", description, e);
    }
    failing =
        Optional.of(
            new StoreHealth.Unreachable(
                failing.map(StoreHealth.Unreachable::since).orElse(now), reason));
    retryAt = now.plus(pause);
    pause =
        pause.multipliedBy(2).compareTo(LONGEST_RETRY) < 0 ? pause.multipliedBy(2) : LONGEST_RETRY;
    publish();
    String outage = state.outage().orElse(reason);
    blocks.waiting().forEach(family -> tell.accept(new Event.ClaimFailed(family, outage)));
  }

  /** Brings store and database together. */
  private void settle(BlockStore opened, LocalBlocks blocks, Instant now) throws IOException {
    Optional<ClusterView> before = view;
    ClusterView current = view.isPresent() ? view.get() : opened.view();
    ClusterPlan plan = ClusterPlan.of(current, self, blocks, acts.released());
    boolean claiming = !plan.claims().isEmpty() && mayClaim(before, current, now);
    if (plan.isAlarming() || plan.register() || claiming) {
      // What a watch told may be old by now.
      current = opened.view();
      plan = ClusterPlan.of(current, self, blocks, acts.released());
    }
    Map<IpPrefix, String> lost = new HashMap<>(plan.closed());
    boolean written = false;
    if (plan.register()) {
      if (opened.register(self) instanceof Registration.NameTaken taken) {
        obstacle = Optional.of(taken.message());
        throw new IOException(taken.message());
      }
      LOG.info("node={} registered store=\"{}\"", self.node(), opened.description());
      written = true;
    }
    for (IpPrefix block : plan.reclaim()) {
      Claim claim = opened.claim(self.node(), self.owner(), block);
      written = true;
      if (claim instanceof Claim.Claimed) {
        LOG.warn("block={} was not ours in the store though pods use it: claimed back", block);
      } else {
        lost.put(block, BlockActs.message(claim));
      }
    }
    if (claiming) {
      written |= claim(opened, plan.claims(), blocks, now);
    } else if (plan.claims().isEmpty()) {
      refused.clear();
    }
    if (written) {
      current = opened.view();
      plan = ClusterPlan.of(current, self, blocks, acts.released());
    }
    tellBlocks(plan, lost);
    tellView(opened.clusterId(), current);
    report(opened, blocks, now);
  }

  private boolean mayClaim(Optional<ClusterView> before, ClusterView current, Instant now) {
    return refused.isEmpty() || !now.isBefore(refusedUntil) || !before.equals(Optional.of(current));
  }

  private boolean claim(
      BlockStore opened, Map<Family, Integer> claims, LocalBlocks blocks, Instant now)
      throws IOException {
    boolean written = false;
    refused.clear();
    for (Map.Entry<Family, Integer> wanted : claims.entrySet()) {
      Claim claim = opened.claim(self.node(), self.owner(), wanted.getKey(), wanted.getValue());
      if (claim instanceof Claim.Claimed(List<BlockRecord> held)) {
        LOG.info(
            "claimed {} blocks={}",
            wanted.getKey(),
            held.stream().map(BlockRecord::block).toList());
        acts.claimed(held);
        written = true;
        continue;
      }
      String reason = BlockActs.message(claim);
      refused.put(wanted.getKey(), reason);
      refusedUntil = now.plus(REFUSED_RETRY);
      if (blocks.waiting().contains(wanted.getKey())) {
        tell.accept(new Event.ClaimFailed(wanted.getKey(), reason));
      }
    }
    return written;
  }

  private void tellBlocks(ClusterPlan plan, Map<IpPrefix, String> lost) {
    lost.forEach(
        (block, reason) -> {
          if (!closedBlocks.containsKey(block)) {
            LOG.error(
                "block={} is not ours any more, no address of it is given: {}", block, reason);
          }
        });
    boolean changed = !lost.equals(closedBlocks);
    closedBlocks = Map.copyOf(lost);
    plan.drop().forEach(block -> LOG.warn("block={} was released in the store: given up", block));
    plan.adopt().forEach(block -> LOG.info("block={} is ours", block));
    if (changed || !plan.adopt().isEmpty() || !plan.drop().isEmpty()) {
      tell.accept(
          new Event.BlocksMoved(
              plan.adopt(), plan.drop(), plan.open(), lost, new CompletableFuture<>()));
    }
  }

  private void tellView(UUID cluster, ClusterView current) {
    view = Optional.of(current);
    if (toldView.equals(view)) {
      return;
    }
    toldView = view;
    tell.accept(new Event.NodesMoved(current));
    current.unreadable().forEach(record -> LOG.warn("unreadable record: {}", record));
    try {
      cache.write(cluster, current);
    } catch (IOException e) {
      LOG.warn("the cluster's view was not kept: {}", e.getMessage());
    }
  }

  private void report(BlockStore opened, LocalBlocks blocks, Instant now) throws IOException {
    if (blocks.usage().equals(reported) || now.isBefore(reportAt)) {
      return;
    }
    opened.report(
        new NodeUsage(
            self.node(),
            blocks.usage().stream()
                .map(
                    usage ->
                        new NodeUsage.BlockUse(
                            usage.block(), usage.used(), usage.free() + usage.cooling()))
                .toList(),
            now));
    reported = blocks.usage();
    reportAt = now.plus(REPORT_INTERVAL);
  }

  private void publish() {
    StoreHealth health =
        failing
            .<StoreHealth>map(outage -> outage)
            .or(() -> store.map(BlockStore::health))
            .orElse(state.health());
    List<String> problems = new ArrayList<>(obstacle.stream().toList());
    view.ifPresent(
        now -> now.unreadable().forEach(record -> problems.add("unreadable record " + record)));
    state =
        new ClusterState(
            store.map(BlockStore::description).orElse(description),
            health,
            refused,
            closedBlocks,
            problems);
    boolean reachable = state.outage().isEmpty();
    if (reachable != wasReachable) {
      if (reachable) {
        LOG.info("store=up {}", state.description());
      } else {
        LOG.warn("store=down {}", state.outage().orElse(""));
      }
      wasReachable = reachable;
    }
  }

  @Override
  public void close() {
    List<Command> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(commands);
      commands.clear();
      notifyAll();
    }
    left.forEach(
        command -> command.done().completeExceptionally(new IOException("the agent is stopping")));
    thread.interrupt();
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    store.ifPresent(
        opened -> {
          try {
            opened.close();
          } catch (IOException e) {
            LOG.warn("store={} close failed: {}", description, e.getMessage());
          }
        });
  }
}
