package org.ovswin.openflow.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A result that comes on the event loop. A thread that waits for it is woken from there; what else
 * depends on it may block, and so runs on another thread. The detour would cost those who wait half
 * of what a flow-mod takes.
 */
final class Reply<T> extends CompletableFuture<T> {
  private final CompletableFuture<T> arrived = new CompletableFuture<>();

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

  /** The result is here; dependents run on the executor. */
  void arrive(T result, Executor dependents) {
    arrived.complete(result);
    dependents.execute(() -> complete(result));
  }

  /** There will be no result; dependents run on the executor. */
  void arriveExceptionally(Throwable failure, Executor dependents) {
    arrived.completeExceptionally(failure);
    dependents.execute(() -> completeExceptionally(failure));
  }

  @Override
  public boolean isDone() {
    return arrived.isDone();
  }

  @Override
  public T join() {
    return arrived.join();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    return arrived.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return arrived.get(timeout, unit);
  }
}
