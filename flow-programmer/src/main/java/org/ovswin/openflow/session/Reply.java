package org.ovswin.openflow.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A result that comes on the event loop. A thread that waits for it is woken from there; what else
 * depends on it may block, and so runs on that thread, or on one of its own where none waits: to
 * start one costs as much as the switch takes for a flow-mod.
 */
final class Reply<T> extends CompletableFuture<T> {
  private final CompletableFuture<T> arrived = new CompletableFuture<>();
  private final AtomicInteger waiting = new AtomicInteger();

  Reply() {
    var _ =
        whenComplete(
            (result, failure) -> {
              if (failure == null) {
                arrived.complete(result);
              } else {
                arrived.completeExceptionally(failure);
              }
            });
  }

  /** The result is here; dependents run on the executor, or on a thread that waits. */
  void arrive(T result, Executor dependents) {
    arrived.complete(result);
    tellDependents(dependents);
  }

  /** There will be no result; dependents run on the executor, or on a thread that waits. */
  void arriveExceptionally(Throwable failure, Executor dependents) {
    arrived.completeExceptionally(failure);
    tellDependents(dependents);
  }

  private void tellDependents(Executor dependents) {
    // Whoever stops waiting after this looks whether the result is here.
    if (waiting.get() == 0) {
      dependents.execute(this::tell);
    }
  }

  private void tell() {
    var _ =
        arrived.whenComplete(
            (result, failure) -> {
              if (failure == null) {
                complete(result);
              } else {
                completeExceptionally(failure);
              }
            });
  }

  private void stopWaiting() {
    waiting.decrementAndGet();
    if (arrived.isDone()) {
      tell();
    }
  }

  @Override
  public boolean isDone() {
    return arrived.isDone();
  }

  @Override
  public T join() {
    waiting.incrementAndGet();
    try {
      return arrived.join();
    } finally {
      stopWaiting();
    }
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    waiting.incrementAndGet();
    try {
      return arrived.get();
    } finally {
      stopWaiting();
    }
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    waiting.incrementAndGet();
    try {
      return arrived.get(timeout, unit);
    } finally {
      stopWaiting();
    }
  }
}
