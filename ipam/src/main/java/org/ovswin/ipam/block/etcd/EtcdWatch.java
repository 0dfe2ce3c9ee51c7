package org.ovswin.ipam.block.etcd;

import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.Watch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the watched keys from the revision of a full list, and delivers what they come to.
 *
 * <p>One thread lists, opens the stream of events, delivers, and looks every {@link #PING} whether
 * the member still answers for the whole cluster. When a stream ends, the next one begins at the
 * revision after the last event that was seen, at another member if need be: no event is missed and
 * none is applied twice. When that revision is compacted, all is listed again.
 *
 * <p>jetcd would resume a stream by itself, from the revision at which it was <i>created</i>, which
 * may be after events that had not arrived when it broke. So a stream counts as ended with its
 * first fault, whatever jetcd does after it.
 */
final class EtcdWatch implements Watch {
  /** A member that lost the others or went silent is noticed after this and one call's time. */
  private static final Duration PING = Duration.ofSeconds(2);

  /** Events that come this close together are one delivery. */
  private static final Duration BURST = Duration.ofMillis(50);

  /** So that streams that all end at once do not keep a processor busy. */
  private static final Duration RESUME_PAUSE = Duration.ofMillis(100);

  private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);

  private final EtcdConnection connection;
  private final Keys keys;
  private final UUID clusterId;
  private final Consumer<ClusterView> consumer;

  /** Guards the fields below it; told of each event, fault and end. */
  private final Object lock = new Object();

  private @Nullable Records records;
  private @Nullable Stream stream;
  private boolean changed;
  private boolean closed;

  /** Of the watch's thread. */
  private @Nullable ClusterView delivered;

  private String loggedTrouble = "";

  private EtcdWatch(
      EtcdConnection connection, Keys keys, UUID clusterId, Consumer<ClusterView> consumer) {
    this.connection = connection;
    this.keys = keys;
    this.clusterId = clusterId;
    this.consumer = consumer;
  }

  static EtcdWatch start(
      EtcdConnection connection, Keys keys, UUID clusterId, Consumer<ClusterView> consumer) {
    EtcdWatch watch = new EtcdWatch(connection, keys, clusterId, consumer);
    Thread.ofVirtual().name("ipam-etcd-watch").start(watch::run);
    return watch;
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
  }

  /** One stream of events from one member. */
  private final class Stream implements io.etcd.jetcd.Watch.Listener {
    private final EtcdSession session;
    private io.etcd.jetcd.Watch.@Nullable Watcher watcher;
    private @Nullable Throwable ended;

    Stream(EtcdSession session) {
      this.session = session;
    }

    @Override
    public void onNext(WatchResponse response) {
      synchronized (lock) {
        if (ended == null && stream == this && records != null) {
          response.getEvents().forEach(records::apply);
          changed |= !response.getEvents().isEmpty();
          lock.notifyAll();
        }
      }
    }

    @Override
    public void onError(Throwable cause) {
      end(cause);
    }

    @Override
    public void onCompleted() {
      end(new IOException("the stream of events ended"));
    }

    private void end(Throwable cause) {
      synchronized (lock) {
        if (ended == null) {
          ended = cause;
          lock.notifyAll();
        }
      }
    }

    void close() {
      if (watcher != null) {
        watcher.close();
      }
    }
  }

  private void run() {
    while (!isClosed()) {
      try {
        follow();
        sleep(RESUME_PAUSE);
      } catch (IOException e) {
        logTrouble(trouble(e), String.valueOf(e.getMessage()));
        sleep(PING);
      } catch (RuntimeException e) {
        LOG.error("event=etcd-watch-failed", e);
        forget();
        sleep(PING);
      }
    }
  }

  /** Lists or resumes, and then delivers until the stream ends. */
  private void follow() throws IOException {
    Stream opened = open();
    try {
      long pingAt = System.nanoTime() + PING.toNanos();
      while (!isClosed()) {
        deliver();
        awaitEvents(pingAt);
        Throwable ended = endOf(opened);
        if (ended != null) {
          EtcdFault fault = opened.session.fault(ended);
          if (fault.kind() == EtcdFault.Kind.COMPACTED) {
            LOG.info("event=etcd-watch-compacted reason=\"{}\"", fault.getMessage());
            forget();
          } else {
            connection.moveOn(opened.session, fault);
          }
          return;
        }
        if (System.nanoTime() - pingAt >= 0) {
          ping();
          if (!hasRecords() || connection.session() != opened.session) {
            return;
          }
          pingAt = System.nanoTime() + PING.toNanos();
        }
      }
    } finally {
      end(opened);
    }
  }

  private Stream open() throws IOException {
    // Also before a resumed stream: only a call that waits says whether anybody is there.
    ping();
    if (!hasRecords()) {
      Records listed = connection.run("list", session -> Optional.of(Records.read(session, keys)));
      synchronized (lock) {
        records = listed;
        changed = true;
      }
    }
    EtcdSession session = connection.session();
    Stream opened = new Stream(session);
    long from;
    synchronized (lock) {
      stream = opened;
      from = records == null ? 0 : records.revision() + 1;
    }
    opened.watcher =
        session.watch(
            keys.watchedFrom(),
            WatchOption.builder()
                .withRange(keys.watchedTo())
                .withRevision(from)
                // A member that has lost the others must say so rather than stay silent.
                .withRequireLeader(true)
                .build(),
            opened);
    return opened;
  }

  /** Asks for something that a member can only answer together with most others. */
  private void ping() throws IOException {
    GetOption keysOnly = GetOption.builder().withKeysOnly(true).build();
    long revision =
        connection.run(
            "watch",
            session ->
                Optional.of(session.get(keys.cluster(), keysOnly).getHeader().getRevision()));
    synchronized (lock) {
      if (records != null && revision < records.revision()) {
        // Restored from a backup: revisions start again in the past, and so do we.
        forget();
      }
    }
  }

  private void deliver() throws IOException {
    @Nullable ClusterView view = null;
    synchronized (lock) {
      if (changed && records != null && !closed) {
        changed = false;
        view = view(records);
      }
    }
    if (view == null) {
      return;
    }
    String unreadable = view.unreadable().isEmpty() ? "" : view.unreadable().toString();
    logTrouble(unreadable, unreadable);
    if (view.equals(delivered)) {
      return;
    }
    delivered = view;
    try {
      consumer.accept(view);
    } catch (RuntimeException e) {
      LOG.error("event=etcd-watch-consumer-failed", e);
    }
  }

  private ClusterView view(Records present) throws IOException {
    try {
      return present.view(clusterId);
    } catch (IOException e) {
      forget();
      throw e;
    }
  }

  /** Until an event and what comes with it, the end of the stream, or the time of a ping. */
  private void awaitEvents(long pingAt) {
    synchronized (lock) {
      awaitUntil(pingAt, () -> changed || stream == null || stream.ended != null);
      if (changed) {
        awaitUntil(System.nanoTime() + BURST.toNanos(), () -> false);
      }
    }
  }

  private void sleep(Duration time) {
    synchronized (lock) {
      awaitUntil(System.nanoTime() + time.toNanos(), () -> false);
    }
  }

  private void awaitUntil(long deadline, BooleanSupplier done) {
    try {
      while (!closed && !done.getAsBoolean()) {
        long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          return;
        }
        lock.wait(leftMillis);
      }
    } catch (InterruptedException e) {
      // Nobody has a handle of this thread.
      throw new IllegalStateException(e);
    }
  }

  private boolean hasRecords() {
    synchronized (lock) {
      return records != null;
    }
  }

  /** Makes the next stream begin with a full list. */
  private void forget() {
    synchronized (lock) {
      records = null;
      changed = false;
    }
  }

  private @Nullable Throwable endOf(Stream opened) {
    synchronized (lock) {
      return opened.ended;
    }
  }

  private void end(Stream opened) {
    synchronized (lock) {
      stream = null;
    }
    opened.close();
  }

  private boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /** The same for all of one outage, whatever each member says in its course. */
  private String trouble(IOException cause) {
    return switch (connection.health()) {
      case StoreHealth.Unreachable(Instant since, String _) -> "unreachable since " + since;
      case StoreHealth.Reachable _ -> String.valueOf(cause.getMessage());
    };
  }

  /**
   * @param trouble is logged once for as long as it lasts; empty: there is none any more
   */
  private void logTrouble(String trouble, String reason) {
    if (!trouble.isEmpty() && !trouble.equals(loggedTrouble)) {
      LOG.warn("event=etcd-watch-trouble reason=\"{}\"", reason);
    }
    loggedTrouble = trouble;
  }
}
