package org.ovswin.node.uplink;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ovswin.node.uplink.TakeoverRecord.Outcome;

/**
 * One adapter's way into the bridge as a transaction. {@link #begin} records and watches; the agent
 * then makes the adapter a port of the bridge and moves its address; {@link #verify} asks for the
 * gateway; {@link #commit} or {@link #rollback} ends it. If the caller dies before, or nothing
 * decides in time, the watchdog puts the adapter back.
 *
 * <p>Works in the network namespace of the calling thread. Not for use by several threads.
 */
public final class UplinkTakeover {
  private static final Duration WATCH_BOUND = Duration.ofSeconds(10);
  private static final int START_FIELD = 19;

  /** Ending the agent may take 25 s and each of three calls to Open vSwitch 10 s. */
  private static final Duration PUT_BACK_BOUND = Duration.ofMinutes(2);

  private final TakeoverRequest request;
  private final Adapter adapter;
  private final TakeoverRecord record;

  private UplinkTakeover(TakeoverRequest request, Adapter adapter, TakeoverRecord record) {
    this.request = request;
    this.adapter = adapter;
    this.record = record;
  }

  /**
   * Records the adapter durably and starts the watchdog; returns when that watches. Nothing of the
   * adapter is changed.
   *
   * @throws TakeoverException if the adapter cannot be taken (the message says why), or a record is
   *     there already: {@link #putBack} first
   */
  public static UplinkTakeover begin(TakeoverRequest request) throws TakeoverException {
    TakeoverRecord old = new TakeoverRecord(request.record().toAbsolutePath());
    if (old.exists()) {
      throw new TakeoverException(
          "%s: the record of an earlier takeover (expected: none; put its adapter back first)"
              .formatted(old.directory()));
    }
    AdapterSnapshot snapshot = AdapterSnapshot.of(request.device());
    try {
      UplinkTakeover takeover =
          new UplinkTakeover(request, snapshot.adapter(), TakeoverRecord.write(request, snapshot));
      takeover.watch();
      return takeover;
    } catch (IOException e) {
      throw new TakeoverException(
          "record %s in %s: %s".formatted(request.device(), request.record(), e.getMessage()), e);
    }
  }

  /**
   * What is on an adapter now.
   *
   * @throws TakeoverException if it could not be taken; the message says why
   */
  public static Adapter adapter(String device) throws TakeoverException {
    return AdapterSnapshot.of(device).adapter();
  }

  /** Whether a takeover was begun there that is neither committed nor put back. */
  public static boolean pending(Path record) throws TakeoverException {
    TakeoverRecord found = new TakeoverRecord(record.toAbsolutePath());
    try {
      return found.exists() && !found.isDone() && found.outcome() != Outcome.COMMITTED;
    } catch (IOException e) {
      throw new TakeoverException("%s: %s".formatted(record, e.getMessage()), e);
    }
  }

  /** Whether a takeover was committed there and not put back since. */
  public static boolean committed(Path record) throws TakeoverException {
    TakeoverRecord found = new TakeoverRecord(record.toAbsolutePath());
    try {
      return found.exists() && !found.isDone() && found.outcome() == Outcome.COMMITTED;
    } catch (IOException e) {
      throw new TakeoverException("%s: %s".formatted(record, e.getMessage()), e);
    }
  }

  /** What was found on the adapter. */
  public Adapter adapter() {
    return adapter;
  }

  /**
   * Waits until the gateway answers through the bridge. Call it when the agent says it is ready:
   * from here on runs {@link TakeoverRequest#answerBound}.
   *
   * @throws TakeoverException if it does not; {@link #rollback} then
   */
  public void verify() throws TakeoverException {
    try {
      record.markReady();
      long deadlineNanos = System.nanoTime() + request.answerBound().toNanos();
      if (!GatewayCheck.answers(request.bridge(), adapter, deadlineNanos)) {
        throw new TakeoverException(
            "gateway %s: no answer through %s (expected: one within %d s)"
                .formatted(
                    adapter.gateway().getHostAddress(),
                    request.bridge(),
                    request.answerBound().toSeconds()));
      }
    } catch (IOException e) {
      throw new TakeoverException("verify %s: %s".formatted(request.device(), e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TakeoverException("verify %s: interrupted".formatted(request.device()), e);
    }
  }

  /**
   * Keeps the adapter in the bridge; the watchdog ends. The record stays for {@link #putBack}.
   *
   * @throws TakeoverException if the watchdog was first and the adapter is put back
   */
  public void commit() throws TakeoverException {
    try {
      if (record.decide(Outcome.COMMITTED) != Outcome.COMMITTED) {
        throw new TakeoverException(
            "%s: put back already, because its bound was over (expected: a commit before)"
                .formatted(request.device()));
      }
    } catch (IOException e) {
      throw new TakeoverException("commit %s: %s".formatted(request.device(), e.getMessage()), e);
    }
  }

  /** Puts the adapter back now. Idempotent; not after {@link #commit}. */
  public Restored rollback() throws TakeoverException {
    try {
      if (record.exists() && record.decide(Outcome.PUT_BACK) == Outcome.COMMITTED) {
        throw new TakeoverException(
            "%s: committed (expected: a rollback before that)".formatted(request.device()));
      }
    } catch (IOException e) {
      throw new TakeoverException(
          "roll back %s: %s".formatted(request.device(), e.getMessage()), e);
    }
    return putBack(record.directory());
  }

  /**
   * Puts back what a record says, whatever became of its takeover, and deletes the record; for
   * undoing a committed one, and for anybody after a crash. Idempotent. Call it when the agent does
   * not run: it would take the adapter again.
   *
   * @return what it did; nothing if there is no record
   * @throws TakeoverException if something could not be put back; the record stays, and this can be
   *     called again
   */
  public static Restored putBack(Path recordDirectory) throws TakeoverException {
    TakeoverRecord record = new TakeoverRecord(recordDirectory.toAbsolutePath());
    if (!record.exists()) {
      return new Restored(List.of());
    }
    String script = record.file(TakeoverRecord.SCRIPT).toString();
    try {
      // A watchdog that is still there does not begin on its own meanwhile.
      record.decide(Outcome.PUT_BACK);
      String said = Commands.text(PUT_BACK_BOUND, "sh", script);
      record.delete();
      return new Restored(said.lines().toList());
    } catch (IOException e) {
      throw new TakeoverException(script + ": " + e.getMessage(), e);
    }
  }

  private void watch() throws IOException, TakeoverException {
    ProcessHandle self = ProcessHandle.current();
    Process watchdog =
        new ProcessBuilder(
                "setsid",
                "sh",
                record.file(TakeoverRecord.WATCH).toString(),
                Long.toString(self.pid()),
                start(self.pid()),
                Long.toString(request.answerBound().toSeconds()),
                Long.toString(request.wholeBound().toSeconds()))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long deadlineNanos = System.nanoTime() + WATCH_BOUND.toNanos();
    try {
      while (!Files.exists(record.file(TakeoverRecord.WATCHING))) {
        if (System.nanoTime() - deadlineNanos > 0
            || (watchdog.waitFor(20, TimeUnit.MILLISECONDS) && watchdog.exitValue() != 0)) {
          watchdog.destroyForcibly();
          record.delete();
          throw new TakeoverException(
              "%s: the watchdog does not start (expected: it watches within %d s)"
                  .formatted(request.device(), WATCH_BOUND.toSeconds()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      watchdog.destroyForcibly();
      record.delete();
      throw new TakeoverException(request.device() + ": interrupted", e);
    }
  }

  /** When a process started, as proc(5) has it: with its id, no other process is taken for it. */
  private static String start(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD];
  }
}
