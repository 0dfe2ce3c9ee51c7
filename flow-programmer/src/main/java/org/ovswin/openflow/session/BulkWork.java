package org.ovswin.openflow.session;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads and reconciles, one after another on a thread of their own, which is there while there is
 * work: they pull flows from callers' code, which may be slow, and wait for the switch.
 */
final class BulkWork implements AutoCloseable {
  /** The connection that is kept, and more of its kind. */
  interface Link {
    /** The session, or its absence as a failure. */
    CompletableFuture<Session> up();

    /** The session, as soon as there is one. */
    CompletableFuture<Session> whenUp();

    /** One more connection to the same switch. */
    CompletableFuture<Session> dial();
  }

  private static final Logger log = LoggerFactory.getLogger(BulkWork.class);

  private static final int MAX_WAITING = 64;
  private static final Duration IDLE = Duration.ofSeconds(1);

  private final Link link;
  private final SessionConfig config;
  private final ThreadPoolExecutor worker;

  BulkWork(Link link, SessionConfig config, String name) {
    this.link = link;
    this.config = config;
    this.worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE.toNanos(),
            TimeUnit.NANOSECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().daemon().name(name).factory());
    worker.allowCoreThreadTimeOut(true);
  }

  CompletableFuture<Loaded> load(Iterable<? extends FlowChange> changes) {
    return submit(() -> load(await(link.up()), changes));
  }

  private Loaded load(Session kept, Iterable<? extends FlowChange> changes) {
    return new Load(kept, link::dial, config.bulkConnections()).run(changes);
  }

  CompletableFuture<Reconciled> reconcile(
      long cookie, long cookieMask, Iterable<Flow> desired, Predicate<Flow> removable) {
    return submit(() -> reconcileUntilDone(cookie, cookieMask, desired, removable));
  }

  /** Each attempt begins with a dump, so nothing is made twice whatever the last one came to. */
  private Reconciled reconcileUntilDone(
      long cookie, long cookieMask, Iterable<Flow> desired, Predicate<Flow> removable) {
    long deadline = System.nanoTime() + config.reconcileTimeout().toNanos();
    while (true) {
      Session session = awaitUp(deadline);
      try {
        Bridge bridge = new Bridge(session);
        return new Reconcile(bridge, cookie, cookieMask, desired, removable).run();
      } catch (CompletionException | SessionException e) {
        SessionException.Disconnected lost = disconnected(e);
        pause();
        if (System.nanoTime() - deadline >= 0) {
          throw lost;
        }
        log.info("event=reconcile_again reason=\"{}\"", lost.getMessage());
      }
    }
  }

  /** The loss of the connection; what else it is, is thrown. */
  private static SessionException.Disconnected disconnected(RuntimeException e) {
    Throwable cause = e;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof SessionException.Disconnected lost) {
      return lost;
    }
    throw e;
  }

  private Session awaitUp(long deadline) {
    try {
      return link.whenUp().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new SessionException.TimedOut(
          "reconcile: no connection within " + config.reconcileTimeout());
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      throw new SessionException.Disconnected("closed");
    }
  }

  /** A connection that is lost at once each time must not be asked in a tight loop. */
  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(config.backoffMin().toNanos());
    } catch (InterruptedException e) {
      throw new SessionException.Disconnected("closed");
    }
  }

  /**
   * The result, waited for until the work is closed.
   *
   * @throws CompletionException as {@link CompletableFuture#join}
   */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(new SessionException.Disconnected("closed"));
    }
  }

  /** The switch, as a reconcile sees it. */
  private final class Bridge implements Reconcile.Bridge {
    private final Session session;

    Bridge(Session session) {
      this.session = session;
    }

    @Override
    public Session kept() {
      return session;
    }

    @Override
    public Session dial() {
      return await(link.dial());
    }

    @Override
    public void apply(List<FlowChange> changes) {
      FlowBundle bundle = new FlowBundle(changes);
      session.submitFromOutside(bundle);
      var _ = await(bundle.future());
    }

    @Override
    public void load(Iterable<FlowChange> changes) {
      var _ = BulkWork.this.load(session, changes);
    }
  }

  private <T> CompletableFuture<T> submit(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      worker.execute(() -> run(work, result));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          worker.isShutdown()
              ? new SessionException.Disconnected("closed")
              : new SessionException.Overloaded(MAX_WAITING));
    }
    return result;
  }

  private <T> void run(Supplier<T> work, CompletableFuture<T> result) {
    if (worker.isShutdown()) {
      result.completeExceptionally(new SessionException.Disconnected("closed"));
      return;
    }
    try {
      result.complete(work.get());
    } catch (CompletionException e) {
      result.completeExceptionally(e.getCause() == null ? e : e.getCause());
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  /** What waits and what runs fails. */
  @Override
  public void close() {
    worker.shutdownNow().forEach(Runnable::run);
  }
}
