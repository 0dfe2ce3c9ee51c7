package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.block.StoreHealth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs operations against whichever member answers. Thread-safe.
 *
 * <p>All calls go to one member until it fails one; then all go to the next. The first is chosen at
 * random, so that the nodes of a cluster spread over its members.
 */
final class EtcdConnection implements AutoCloseable {
  /** Longer than an election and a silent member on the way. */
  static final Duration OPERATION_TIMEOUT = Duration.ofSeconds(10);

  /** After a race was lost. */
  private static final int RACE_PAUSE_MILLIS = 40;

  /** After every member has failed; doubled each time. */
  private static final int FIRST_PAUSE_MILLIS = 100;

  private static final int MAX_PAUSE_MILLIS = 1000;

  /** A watch that just broke is about to be scheduled anew by jetcd, which must find it open. */
  private static final Duration RETIREMENT = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(EtcdConnection.class);

  /**
   * One try of an operation: reads, decides, and changes what it has read. It is made again from
   * its beginning after a fault, and so has to see what an earlier try may have changed.
   */
  interface Round<T> {
    /**
     * @return empty if somebody else changed what was read, and it is to be made again
     */
    Optional<T> attempt(EtcdSession session) throws IOException;
  }

  private final EtcdOptions options;
  private final InstantSource clock;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Object lock = new Object();
  private int current;
  private final Map<URI, EtcdSession> sessions = new HashMap<>();

  /** Not used for calls any more, and about to be closed. */
  private final Set<EtcdSession> retired = new HashSet<>();

  private boolean closed;
  private StoreHealth health;

  /** Since the last answer; of an outage only the first fault is logged. */
  private boolean failing;

  EtcdConnection(EtcdOptions options, InstantSource clock) {
    this.options = options;
    this.clock = clock;
    this.current = ThreadLocalRandom.current().nextInt(options.endpoints().size());
    this.health = new StoreHealth.Reachable(clock.instant());
  }

  StoreHealth health() {
    synchronized (lock) {
      return health;
    }
  }

  /** The member that the next call goes to. */
  URI member() {
    synchronized (lock) {
      return options.endpoints().get(current);
    }
  }

  /**
   * Makes rounds until one gives a result.
   *
   * @param what is being done, for the message
   * @throws IOException if none did in time, with what each member did; or before that if all of
   *     them refused us
   */
  <T> T run(String what, Round<T> round) throws IOException {
    long deadline = System.nanoTime() + OPERATION_TIMEOUT.toNanos();
    Map<URI, String> faults = new LinkedHashMap<>();
    int failed = 0;
    int refused = 0;
    for (int tries = 1; ; tries++) {
      @Nullable EtcdSession used = null;
      int pauseMillis = RACE_PAUSE_MILLIS;
      String reason = "others were faster each time";
      @Nullable EtcdFault fault = null;
      try {
        used = session();
        Optional<T> result = round.attempt(used);
        reachable();
        if (result.isPresent()) {
          return result.get();
        }
      } catch (EtcdFault e) {
        fault = e;
        failed++;
        faults.put(
            used == null ? options.endpoints().getFirst() : used.endpoint(),
            String.valueOf(e.getMessage()));
        reason = String.join("; ", faults.values());
        moveOn(used, e);
        refused = e.kind() == EtcdFault.Kind.REFUSED ? refused + 1 : 0;
        if (refused >= options.endpoints().size()) {
          throw unreachable(what, reason, e);
        }
        int cycles = failed / options.endpoints().size();
        boolean lastOfCycle = failed % options.endpoints().size() == 0;
        pauseMillis =
            lastOfCycle ? Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(cycles, 8)) : 0;
      }
      if (System.nanoTime() - deadline > 0) {
        throw fault == null
            ? new IOException(
                options.description() + ": " + what + ": " + reason + ", " + tries + " times")
            : unreachable(what, reason, fault);
      }
      pause(pauseMillis);
    }
  }

  /** The connection to the member in use; made if there is none. */
  EtcdSession session() throws IOException {
    synchronized (lock) {
      if (closed) {
        throw new IOException(options.description() + ": closed");
      }
      URI endpoint = options.endpoints().get(current);
      EtcdSession session = sessions.get(endpoint);
      if (session == null) {
        session = EtcdSession.open(endpoint, options, executor);
        sessions.put(endpoint, session);
      }
      return session;
    }
  }

  /**
   * Makes the next call go to the next member, unless somebody has moved on already. A connection
   * that failed is made anew when its turn comes: from files read anew, and without a back-off.
   *
   * @param used where the fault happened; null if no connection could be made
   */
  void moveOn(@Nullable EtcdSession used, EtcdFault fault) {
    if (fault.kind() == EtcdFault.Kind.COMPACTED) {
      return;
    }
    synchronized (lock) {
      URI endpoint = options.endpoints().get(current);
      if (used == null || used == sessions.get(endpoint)) {
        current = (current + 1) % options.endpoints().size();
        if (!failing) {
          LOG.info(
              "event=etcd-member-changed member={} reason=\"{}\"",
              options.endpoints().get(current),
              fault.getMessage());
        }
        failing = true;
      }
      boolean keep = fault.kind() == EtcdFault.Kind.SILENT;
      if (used == null || keep || !sessions.remove(used.endpoint(), used)) {
        return;
      }
      retired.add(used);
    }
    executor.execute(() -> retire(used));
  }

  @Override
  public void close() {
    List<EtcdSession> last = new ArrayList<>();
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      last.addAll(sessions.values());
      last.addAll(retired);
      sessions.clear();
      retired.clear();
    }
    last.forEach(EtcdSession::close);
    executor.shutdownNow();
  }

  private void retire(EtcdSession session) {
    try {
      Thread.sleep(RETIREMENT);
    } catch (InterruptedException e) {
      // Closed with the rest.
      return;
    }
    synchronized (lock) {
      retired.remove(session);
    }
    session.close();
  }

  private void reachable() {
    synchronized (lock) {
      failing = false;
      if (health instanceof StoreHealth.Unreachable) {
        health = new StoreHealth.Reachable(clock.instant());
        LOG.info("event=etcd-reachable store=\"{}\"", options.description());
      }
    }
  }

  private IOException unreachable(String what, String reason, EtcdFault fault) {
    synchronized (lock) {
      Instant since =
          health instanceof StoreHealth.Unreachable earlier ? earlier.since() : clock.instant();
      health = new StoreHealth.Unreachable(since, reason);
    }
    return new IOException(options.description() + ": " + what + ": " + reason, fault);
  }

  /** At most this long, at random, so that those who met do not meet again. */
  private static void pause(int maxMillis) throws IOException {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(maxMillis / 2, maxMillis + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
