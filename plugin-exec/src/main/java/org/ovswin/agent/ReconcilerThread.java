package org.ovswin.agent;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The one thread that drives a {@link Reconciler}: takes all that was told, then makes a step. */
final class ReconcilerThread implements AutoCloseable {
  private static final String STOPPING = "the agent is stopping";

  private final Inbox inbox;
  private final Reconciler reconciler;
  private final Consumer<Throwable> onFatal;
  private final Thread thread;

  ReconcilerThread(Inbox inbox, Reconciler reconciler, Consumer<Throwable> onFatal) {
    this.inbox = inbox;
    this.reconciler = reconciler;
    this.onFatal = onFatal;
    this.thread = Thread.ofPlatform().name("reconciler").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    List<Event> taken = List.of();
    try {
      while (!inbox.isClosed()) {
        taken = inbox.take(reconciler.patience());
        taken.forEach(reconciler::take);
        reconciler.step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | Error e) {
      // An unsynced journal or a broken invariant: nothing may be promised any more. The switch
      // goes on with the flows it has, and a restart reads what is durable.
      onFatal.accept(e);
    } finally {
      inbox.close();
      // Also those that the reconciler may have died of, or before: who has an answer keeps it.
      taken.forEach(event -> reconciler.refuse(event, STOPPING));
      inbox.remaining().forEach(event -> reconciler.refuse(event, STOPPING));
      reconciler.refuseAll(STOPPING);
    }
  }

  /** Stops; the switch keeps its flows. */
  @Override
  public void close() {
    inbox.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // Not passed on to the thread: an interrupt during a sync would close the journal.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
