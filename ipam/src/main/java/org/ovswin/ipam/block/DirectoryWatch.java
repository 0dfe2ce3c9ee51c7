package org.ovswin.ipam.block;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the list of nodes when the directory of blocks changes.
 *
 * <p>Events only say when to look; what there is to deliver is always read anew. So an event too
 * many costs a look, and one too few (a queue that ran over, a file system that reports nothing) is
 * made up for by the next look, which comes anyway.
 */
final class DirectoryWatch implements BlockStore.Watch {

  /** Reads the directory. */
  interface Lister {
    FileBlockStore.Listing list() throws IOException;
  }

  private static final Duration RESCAN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);

  private final Path directory;
  private final WatchService service;
  private final Lister lister;
  private final Consumer<List<NodeRecord>> consumer;
  private volatile boolean closed;

  /** Of the watch's thread: what was delivered and logged last, so that nothing is repeated. */
  private @Nullable List<NodeRecord> delivered;

  private String loggedTrouble = "";

  private DirectoryWatch(
      Path directory, WatchService service, Lister lister, Consumer<List<NodeRecord>> consumer) {
    this.directory = directory;
    this.service = service;
    this.lister = lister;
    this.consumer = consumer;
  }

  static DirectoryWatch start(Path directory, Lister lister, Consumer<List<NodeRecord>> consumer)
      throws IOException {
    WatchService service = directory.getFileSystem().newWatchService();
    try {
      // Before the first look, so that no change falls between the two.
      var _ =
          directory.register(
              service,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_DELETE,
              StandardWatchEventKinds.ENTRY_MODIFY);
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
    DirectoryWatch watch = new DirectoryWatch(directory, service, lister, consumer);
    Thread.ofVirtual().name("ipam-block-watch").start(watch::run);
    return watch;
  }

  @Override
  public void close() {
    closed = true;
    try {
      service.close();
    } catch (IOException e) {
      LOG.warn("event=block-watch-close-failed directory={} error=\"{}\"", directory, e.toString());
    }
  }

  private void run() {
    try {
      while (!closed) {
        look();
        awaitEvent();
      }
    } catch (ClosedWatchServiceException e) {
      // Closed while it waited.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitEvent() throws InterruptedException {
    WatchKey key = service.poll(RESCAN.toMillis(), TimeUnit.MILLISECONDS);
    if (key != null) {
      var _ = key.pollEvents();
      key.reset();
    }
  }

  private void look() {
    FileBlockStore.Listing listing;
    try {
      listing = lister.list();
    } catch (IOException e) {
      logTrouble(e.toString());
      return;
    }
    logTrouble(listing.unreadable().isEmpty() ? "" : listing.unreadable().toString());
    if (closed || listing.nodes().equals(delivered)) {
      return;
    }
    delivered = listing.nodes();
    try {
      consumer.accept(listing.nodes());
    } catch (RuntimeException e) {
      LOG.error("event=block-watch-consumer-failed directory={}", directory, e);
    }
  }

  private void logTrouble(String trouble) {
    if (!trouble.isEmpty() && !trouble.equals(loggedTrouble)) {
      LOG.warn("event=block-records-unreadable directory={} reason=\"{}\"", directory, trouble);
    }
    loggedTrouble = trouble;
  }
}
