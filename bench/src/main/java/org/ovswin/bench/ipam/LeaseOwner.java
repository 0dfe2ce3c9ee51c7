package org.ovswin.bench.ipam;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.lab.LabException;

/**
 * A lease database driven as the agent drives it: one thread owns it, takes all requests that wait,
 * makes their changes durable in one sync, and only then answers. Who asks waits for the answer.
 */
final class LeaseOwner implements Allocator, AutoCloseable {
  private static final int MAX_REQUESTS = 1024;

  private final LeaseDatabase leases;
  private final BlockingQueue<Request<?>> requests = new ArrayBlockingQueue<>(MAX_REQUESTS);
  private final Thread thread =
      Thread.ofPlatform().daemon().name("lease-owner").unstarted(this::run);
  private boolean stopping;

  private LeaseOwner(LeaseDatabase leases) {
    this.leases = leases;
  }

  /** One request: what to do, and who waits for it. */
  private record Request<T>(Function<LeaseDatabase, T> work, CompletableFuture<T> answer) {
    /** Returns what tells the caller, for when it is durable. */
    Runnable perform(LeaseDatabase leases) {
      T result = work.apply(leases);
      return () -> answer.complete(result);
    }
  }

  /**
   * Opens the directory.
   *
   * @param count of the leases that it begins with
   */
  static LeaseOwner open(Path directory, int count) throws IOException {
    LeaseDatabase leases = Leases.open(directory);
    try {
      Leases.fill(leases, count);
    } catch (IOException | RuntimeException e) {
      leases.close();
      throw e;
    }
    LeaseOwner owner = new LeaseOwner(leases);
    owner.thread.start();
    return owner;
  }

  @Override
  public void allocate(String containerId) throws IOException {
    var _ = call(leases -> Leases.allocate(leases, containerId));
  }

  @Override
  public void release(String containerId) throws IOException {
    var _ = call(leases -> Leases.release(leases, containerId));
  }

  /** Nanoseconds of an allocation and its sync, as the owner's own thread sees them. */
  double timeDurable(String containerId) throws IOException {
    return time(
        leases -> {
          var _ = Leases.allocate(leases, containerId);
          leases.sync();
        });
  }

  /** Nanoseconds of an allocation alone; its sync comes after them. */
  double timeAllocation(String containerId) throws IOException {
    return time(
        leases -> {
          var _ = Leases.allocate(leases, containerId);
        });
  }

  /** Nanoseconds of a release alone; its sync comes after them. */
  double timeRelease(String containerId) throws IOException {
    return time(
        leases -> {
          var _ = Leases.release(leases, containerId);
        });
  }

  /** What the owner's own thread does while the clock runs. */
  @FunctionalInterface
  private interface Timed {
    void run(LeaseDatabase leases) throws IOException;
  }

  private double time(Timed timed) throws IOException {
    return call(
        leases -> {
          try {
            return Rounds.time(() -> timed.run(leases));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Has the owner do something, and returns what it gave once that is durable. */
  <T> T call(Function<LeaseDatabase, T> work) throws IOException {
    Request<T> request = new Request<>(work, new CompletableFuture<>());
    try {
      requests.put(request);
      return request.answer().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("lease database: interrupted", e);
    } catch (CompletionException e) {
      throw new IOException("lease database: " + e.getCause(), e);
    }
  }

  private void run() {
    List<Request<?>> batch = new ArrayList<>();
    while (!stopping) {
      batch.clear();
      try {
        batch.add(requests.take());
        requests.drainTo(batch);
        List<Runnable> answers = new ArrayList<>(batch.size());
        for (Request<?> request : batch) {
          answers.add(request.perform(leases));
        }
        leases.sync();
        answers.forEach(Runnable::run);
      } catch (IOException | RuntimeException | InterruptedException e) {
        batch.forEach(request -> request.answer().completeExceptionally(e));
        stopping = e instanceof InterruptedException;
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (leases) {
      var _ =
          call(
              _ -> {
                stopping = true;
                return stopping;
              });
    }
  }
}
