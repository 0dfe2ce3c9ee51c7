package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.Watch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the view when the directory of the store changes.
 *
 * <p>Events only say when to look; what there is to deliver is always read anew. So an event too
 * many costs a look, and one too few (a queue that ran over, a file system that reports nothing) is
 * made up for by the next look, which comes anyway.
 *
 * <p>The directory may vanish, or be mounted over, and come back: once a second it is checked that
 * what is watched is still what is there.
 */
final class FileWatch implements Watch {

  /** Reads the store. */
  interface Reader {
    ClusterView read() throws IOException;
  }

  private static final Duration CHECK = Duration.ofSeconds(1);

  /** Looks without an event, at the latest after so many checks. */
  private static final int CHECKS_PER_LOOK = 5;

  /** Changes that come within this time are one delivery. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private final StoreDirectory directory;
  private final Reader reader;
  private final Consumer<ClusterView> consumer;
  private final Consumer<FileWatch> atEnd;
  private final CountDownLatch end = new CountDownLatch(1);

  /** Guarded by this; null while the directory is not there. */
  private @Nullable WatchService service;

  /** Of the watch's thread: the directories that are watched, each as long as it is the same. */
  private List<Object> watched = List.of();

  private List<WatchKey> keys = List.of();

  /** Of the watch's thread: what was delivered and logged last, so that nothing is repeated. */
  private @Nullable ClusterView delivered;

  private String loggedTrouble = "";

  private FileWatch(
      StoreDirectory directory,
      Reader reader,
      Consumer<ClusterView> consumer,
      Consumer<FileWatch> atEnd) {
    this.directory = directory;
    this.reader = reader;
    this.consumer = consumer;
    this.atEnd = atEnd;
  }

  static FileWatch start(
      StoreDirectory directory,
      Reader reader,
      Consumer<ClusterView> consumer,
      Consumer<FileWatch> atEnd)
      throws IOException {
    FileWatch watch = new FileWatch(directory, reader, consumer, atEnd);
    try {
      // Before the first look, so that no change falls between the two.
      watch.follow();
    } catch (IOException | RuntimeException e) {
      watch.close();
      throw e;
    }
    Thread.ofVirtual().name("ipam-block-watch").start(watch::run);
    return watch;
  }

  @Override
  public void close() {
    end.countDown();
    replaceService(null);
    atEnd.accept(this);
  }

  private void run() {
    try {
      while (!isClosed()) {
        look();
        awaitReason();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    return end.getCount() == 0;
  }

  /** Returns when there is a reason to look. */
  private void awaitReason() throws InterruptedException {
    for (int checks = 0; checks < CHECKS_PER_LOOK && !isClosed(); checks++) {
      if (awaitEvent()) {
        // Without reading now, what comes in a burst would be read as often as it has parts.
        var _ = end.await(GATHER.toMillis(), TimeUnit.MILLISECONDS);
        return;
      }
      try {
        if (follow()) {
          return;
        }
      } catch (IOException e) {
        logTrouble(e.toString());
        return;
      }
    }
  }

  /** Whether something changed, waiting no longer than until the next check. */
  private boolean awaitEvent() throws InterruptedException {
    WatchService current = service();
    if (current == null) {
      var _ = end.await(CHECK.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    }
    try {
      long deadlineNanos = System.nanoTime() + CHECK.toNanos();
      while (true) {
        WatchKey key = current.poll(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (key == null) {
          return false;
        }
        boolean relevant = key.pollEvents().stream().anyMatch(event -> isRelevant(key, event));
        if (!key.reset() || relevant) {
          return relevant;
        }
      }
    } catch (ClosedWatchServiceException e) {
      return false;
    }
  }

  /** In the top directory there is also the lock, which changes with everything. */
  private boolean isRelevant(WatchKey key, WatchEvent<?> event) {
    return !key.watchable().equals(directory.directory())
        || event.context() == null
        || event.context().equals(directory.cluster().getFileName());
  }

  /** Watches the directories that are there now; whether those are others than before. */
  private boolean follow() throws IOException {
    List<Path> directories = List.of(directory.directory(), directory.nodes(), directory.blocks());
    try {
      List<Object> present = new ArrayList<>();
      for (Path each : directories) {
        Object key = Files.readAttributes(each, BasicFileAttributes.class).fileKey();
        present.add(key == null ? each : key);
      }
      if (present.equals(watched) && keys.stream().allMatch(WatchKey::isValid)) {
        return false;
      }
      WatchService created = directory.directory().getFileSystem().newWatchService();
      replaceService(created);
      List<WatchKey> registered = new ArrayList<>();
      for (Path each : directories) {
        registered.add(
            each.register(
                created,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_DELETE,
                StandardWatchEventKinds.ENTRY_MODIFY));
      }
      watched = List.copyOf(present);
      keys = List.copyOf(registered);
      return true;
    } catch (ClosedWatchServiceException e) {
      return false;
    } catch (IOException e) {
      watched = List.of();
      replaceService(null);
      throw e;
    }
  }

  private synchronized @Nullable WatchService service() {
    return service;
  }

  private synchronized void replaceService(@Nullable WatchService next) {
    WatchService last = service;
    service = next;
    close(last);
    if (isClosed()) {
      service = null;
      close(next);
    }
  }

  private void close(@Nullable WatchService ended) {
    if (ended == null) {
      return;
    }
    try {
      ended.close();
    } catch (IOException e) {
      LOG.warn(
          "event=block-watch-close-failed directory={} error=\"{}\"",
          directory.directory(),
          e.toString());
    }
  }

  private void look() {
    ClusterView view;
    try {
      view = reader.read();
    } catch (IOException e) {
      logTrouble(e.toString());
      return;
    }
    logTrouble(view.unreadable().isEmpty() ? "" : view.unreadable().toString());
    if (isClosed() || view.equals(delivered)) {
      return;
    }
    delivered = view;
    try {
      consumer.accept(view);
    } catch (RuntimeException e) {
      LOG.error("event=block-watch-consumer-failed directory={}", directory.directory(), e);
    }
  }

  private void logTrouble(String trouble) {
    if (!trouble.isEmpty() && !trouble.equals(loggedTrouble)) {
      LOG.warn(
          "event=block-records-unreadable directory={} reason=\"{}\"",
          directory.directory(),
          trouble);
    }
    loggedTrouble = trouble;
  }
}
