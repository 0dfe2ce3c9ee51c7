package org.ovswin.ipam.block.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the objects of one kind: a list, then a watch from the list's version on, and again from
 * the last version seen when the watch ends. When the server does not keep that version any more
 * (410 Gone), the list is read anew, whole, and takes the place of what was known.
 *
 * <p>Until the first list nothing is known, and while the server is away what was known stays.
 */
final class KindWatch {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int GONE = 410;

  /**
   * A server sends a bookmark about once a minute. Without one, the connection may have lost its
   * other end long ago; watching again from the last version costs little.
   */
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(KindWatch.class);

  private final ApiServer server;
  private final Kind kind;
  private final Runnable changed;
  private final CountDownLatch end = new CountDownLatch(1);

  /** Guarded by this; empty until the first list. */
  private Optional<Map<String, ApiObject>> objects = Optional.empty();

  /** Guarded by this: from where to watch; empty: list. */
  private Optional<String> version = Optional.empty();

  /** Written by the thread before each watch. */
  private volatile @Nullable Session current;

  /** Of the thread. */
  private Duration pause = FIRST_PAUSE;

  private String loggedTrouble = "";

  KindWatch(ApiServer server, Kind kind, Runnable changed) {
    this.server = server;
    this.kind = kind;
    this.changed = changed;
  }

  void start() {
    Thread.ofVirtual().name("ipam-watch-" + kind.plural()).start(this::run);
  }

  void close() {
    end.countDown();
    Session session = current;
    if (session != null) {
      session.onClose();
    }
  }

  /** The objects as far as they are known; empty until the first list. */
  synchronized Optional<List<ApiObject>> objects() {
    return objects.map(known -> List.copyOf(known.values()));
  }

  private void run() {
    try {
      while (end.getCount() > 0) {
        try {
          follow();
          pause = FIRST_PAUSE;
          logTrouble("");
        } catch (ApiServer.Gone e) {
          forgetVersion();
        } catch (IOException e) {
          logTrouble(String.valueOf(e.getMessage()));
          pause = longer(pause);
        }
        // Also after a watch that ended well: a server that ends each at once is not to be pressed.
        var _ = end.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  /** Returns when a watch has ended that had begun. */
  private void follow() throws IOException, InterruptedException {
    String from = version();
    if (from.isEmpty()) {
      ApiServer.Listing listing = server.list(kind);
      from = listing.resourceVersion();
      replaceAll(listing);
    }
    Session session = new Session();
    current = session;
    try (Watch _ = server.watch(kind, from, session)) {
      if (session.awaitEnd() == GONE) {
        forgetVersion();
      }
    }
  }

  private synchronized String version() {
    return version.orElse("");
  }

  private synchronized void forgetVersion() {
    version = Optional.empty();
  }

  private void replaceAll(ApiServer.Listing listing) {
    synchronized (this) {
      Map<String, ApiObject> known = new HashMap<>();
      listing.objects().forEach(object -> known.put(object.name(), object));
      objects = Optional.of(known);
      version = Optional.of(listing.resourceVersion());
    }
    changed.run();
  }

  private void apply(Watcher.Action action, ApiObject object) {
    synchronized (this) {
      Map<String, ApiObject> known = objects.orElseThrow();
      switch (action) {
        case ADDED, MODIFIED -> known.put(object.name(), object);
        case DELETED -> known.remove(object.name());
        case BOOKMARK, ERROR -> {}
      }
      if (!object.resourceVersion().isEmpty()) {
        version = Optional.of(object.resourceVersion());
      }
    }
    if (action != Watcher.Action.BOOKMARK) {
      changed.run();
    }
  }

  private void logTrouble(String trouble) {
    if (!trouble.isEmpty() && !trouble.equals(loggedTrouble)) {
      LOG.warn("event=block-watch-failed kind={} reason=\"{}\"", kind.plural(), trouble);
    }
    loggedTrouble = trouble;
  }

  /** One watch. */
  private final class Session implements Watcher<GenericKubernetesResource> {
    /** Completed with 410 or another number. */
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();

    private volatile long lastNanos = System.nanoTime();

    /**
     * Why it ended; also when the server has been silent for longer than its bookmarks are apart.
     */
    int awaitEnd() throws InterruptedException {
      while (end.getCount() > 0) {
        try {
          return ended.get(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (System.nanoTime() - lastNanos > SILENCE.toNanos()) {
            return 0;
          }
        } catch (ExecutionException e) {
          throw new IllegalStateException("is only completed with numbers", e);
        }
      }
      return 0;
    }

    @Override
    public void eventReceived(Action action, GenericKubernetesResource resource) {
      lastNanos = System.nanoTime();
      apply(action, ApiServer.object(kind, resource));
    }

    @Override
    public void onClose() {
      ended.complete(0);
    }

    @Override
    public void onClose(WatcherException cause) {
      ended.complete(cause.isHttpGone() ? GONE : 0);
    }
  }
}
