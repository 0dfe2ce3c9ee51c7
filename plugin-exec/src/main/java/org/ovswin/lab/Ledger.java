package org.ovswin.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * What a lab made outside its own process: one line each, written <em>before</em> the thing is
 * made, in the file {@value #FILE} of the lab's directory. {@link Teardown} reads it, in the same
 * process or, after a {@code kill -9}, in the next one.
 *
 * <p>No fsync: the ledger has to outlive this process, and what it lists does not outlive the
 * machine. For the same reason the owner's line carries the boot: after a reboot the pids mean
 * others.
 *
 * <p>Thread-safe. {@link #seal} waits for what is being made and lets nothing be made after it, so
 * that a tear-down that starts in the middle of a build (Ctrl-C) sees all of it.
 */
final class Ledger implements AutoCloseable {
  static final String FILE = "ledger";

  private final FileChannel channel;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean sealed;

  /** One line. */
  sealed interface Entry {
    /** The process that made the lab. While it lives, nobody else takes the lab down. */
    record Owner(ProcessId process, String bootId) implements Entry {}

    /** A named network namespace, also of a pod. */
    record Namespace(String name) implements Entry {}

    /** A process that outlives the command that started it. Written right after its start. */
    record Child(ProcessId process, String name) implements Entry {}

    /** The lab stays when its owner ends, until it is taken down by name. */
    record Kept() implements Entry {}
  }

  private Ledger(FileChannel channel) {
    this.channel = channel;
  }

  /** Starts the ledger of a lab in its directory; its first line names the owner. */
  static Ledger create(Path directory, Entry.Owner owner) throws IOException {
    Ledger ledger =
        new Ledger(
            FileChannel.open(
                directory.resolve(FILE),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND));
    ledger.record(owner);
    return ledger;
  }

  /**
   * Makes something after writing down that it will be there.
   *
   * @throws LabException when the lab is being taken down
   */
  void make(Entry intent, Runnable maker) {
    lock.readLock().lock();
    try {
      refuseWhenSealed();
      record(intent);
      maker.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Starts a process and writes down which it became. A kill between the two leaves a process that
   * is found by {@link Shell#MARKER}.
   */
  Process start(String name, Supplier<Process> starter) {
    lock.readLock().lock();
    try {
      refuseWhenSealed();
      Process process = starter.get();
      ProcessId.of(process.pid()).ifPresent(id -> record(new Entry.Child(id, name)));
      return process;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** From now on nothing is made; returns when nothing is being made any more. */
  void seal() {
    lock.writeLock().lock();
    try {
      sealed = true;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void refuseWhenSealed() {
    if (sealed) {
      throw new LabException("the lab is being taken down (expected: running)");
    }
  }

  /** One write call per line: a kill leaves a whole line or none, or at worst a last half one. */
  void record(Entry entry) {
    ByteBuffer line = ByteBuffer.wrap((format(entry) + "\n").getBytes(StandardCharsets.UTF_8));
    synchronized (channel) {
      try {
        while (line.hasRemaining()) {
          channel.write(line);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("ledger: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The entries of the lab in this directory; none when it was killed before its first line. */
  static List<Entry> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return List.of();
    }
    String text = Files.readString(file);
    List<Entry> entries = new ArrayList<>();
    // What follows the last newline is a line whose writer was killed: nothing was made for it.
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
      parse(line).ifPresent(entries::add);
    }
    return entries;
  }

  static String format(Entry entry) {
    return switch (entry) {
      case Entry.Owner(ProcessId process, String bootId) ->
          "owner %d %d %s".formatted(process.pid(), process.startTicks(), bootId);
      case Entry.Namespace(String name) -> "namespace " + name;
      case Entry.Child(ProcessId process, String name) ->
          "process %d %d %s".formatted(process.pid(), process.startTicks(), name);
      case Entry.Kept() -> "kept";
    };
  }

  /** Empty for an empty line. */
  static Optional<Entry> parse(String line) {
    String[] words = line.split(" ", 4);
    return switch (words[0]) {
      case "" -> Optional.empty();
      case "owner" -> Optional.of(new Entry.Owner(process(line, words), words[3]));
      case "process" -> Optional.of(new Entry.Child(process(line, words), words[3]));
      case "namespace" -> Optional.of(new Entry.Namespace(line.substring("namespace ".length())));
      case "kept" -> Optional.of(new Entry.Kept());
      default ->
          throw new LabException(
              "ledger: %s (expected: owner, namespace, process or kept)".formatted(line));
    };
  }

  private static ProcessId process(String line, String[] words) {
    if (words.length < 4) {
      throw new LabException("ledger: %s (expected: pid, start time and a word)".formatted(line));
    }
    return new ProcessId(Long.parseLong(words[1]), Long.parseLong(words[2]));
  }
}
