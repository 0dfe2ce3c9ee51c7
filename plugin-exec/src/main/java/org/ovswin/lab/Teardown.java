package org.ovswin.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ovswin.sandbox.linux.LinuxReadyPorts;

/**
 * Undoes a ledger: the lab's processes, its namespaces, its directory. Does the same for a lab of
 * this process and for one whose process was killed, at whatever point, and may be repeated: what
 * is gone already is no error.
 */
final class Teardown {
  private static final Duration KILL_BOUND = Duration.ofSeconds(10);
  private static final Duration START_BOUND = Duration.ofSeconds(2);
  private static final Path NETNS = Path.of("/run/netns");

  private Teardown() {}

  /** What a lab's ledger says about who may take it down. */
  sealed interface Standing {
    /** Its process lives. */
    record InUse(ProcessId owner) implements Standing {}

    /** Its process left it up on purpose. */
    record KeptUp() implements Standing {}

    /** Its process was killed. */
    record Abandoned() implements Standing {}
  }

  static Standing standing(List<Ledger.Entry> entries) {
    Optional<Ledger.Entry.Owner> owner = owner(entries);
    if (owner.isPresent() && sameBoot(owner.get()) && owner.get().process().alive()) {
      return new Standing.InUse(owner.get().process());
    }
    return entries.contains(new Ledger.Entry.Kept())
        ? new Standing.KeptUp()
        : new Standing.Abandoned();
  }

  /**
   * Takes the lab in this directory down.
   *
   * @throws LabException when something would not go; the ledger is still there then
   */
  static void undo(String id, Path directory) {
    try {
      List<Ledger.Entry> entries = Ledger.read(directory);
      killProcesses(id, recordedProcesses(entries));
      deleteNamespaces(id, namespaces(entries));
      LabDirectory.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(directory + ": " + e.getMessage(), e);
    }
  }

  private static Optional<Ledger.Entry.Owner> owner(List<Ledger.Entry> entries) {
    return entries.stream()
        .flatMap(entry -> entry instanceof Ledger.Entry.Owner it ? Stream.of(it) : Stream.of())
        .findFirst();
  }

  private static boolean sameBoot(Ledger.Entry.Owner owner) {
    return owner.bootId().equals(bootId());
  }

  static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ProcessId> recordedProcesses(List<Ledger.Entry> entries) {
    if (owner(entries).filter(Teardown::sameBoot).isEmpty()) {
      return List.of();
    }
    return entries.stream()
        .flatMap(entry -> entry instanceof Ledger.Entry.Child it ? Stream.of(it) : Stream.of())
        .map(Ledger.Entry.Child::process)
        .toList();
  }

  private static List<String> namespaces(List<Ledger.Entry> entries) {
    return entries.stream()
        .flatMap(entry -> entry instanceof Ledger.Entry.Namespace it ? Stream.of(it) : Stream.of())
        .map(Ledger.Entry.Namespace::name)
        .distinct()
        .toList();
  }

  /** Again until none is left: one that is being killed may have started one more. */
  private static void killProcesses(String id, List<ProcessId> recorded) {
    awaitStarting();
    boolean gone =
        Await.until(
            KILL_BOUND,
            () -> {
              Set<ProcessId> alive = new LinkedHashSet<>(marked(id));
              recorded.stream().filter(ProcessId::alive).forEach(alive::add);
              alive.forEach(ProcessId::kill);
              return alive.isEmpty();
            });
    if (!gone) {
      throw new LabException(
          "lab %s: processes %s survive SIGKILL (expected: none)".formatted(id, marked(id)));
    }
  }

  /**
   * Waits for the processes that are just being started on this machine to have begun or failed. A
   * killed Java leaves behind the helper through which it starts a program; it carries the lab's id
   * only from the moment that it has become this program.
   */
  private static void awaitStarting() {
    List<ProcessId> starting =
        ProcessHandle.allProcesses()
            .map(ProcessHandle::pid)
            .filter(Teardown::isSpawnHelper)
            .flatMap(pid -> ProcessId.of(pid).stream())
            .toList();
    // One that stays is somebody else's, who was stopped in the middle: no reason to wait on.
    Await.until(
        START_BOUND,
        () -> starting.stream().noneMatch(it -> it.alive() && isSpawnHelper(it.pid())));
  }

  private static boolean isSpawnHelper(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals("jspawnhelper");
    } catch (IOException e) {
      // It ended meanwhile.
      return false;
    }
  }

  /** The processes that carry this lab's id in the environment they were started with. */
  static List<ProcessId> marked(String id) {
    byte[] marker = (Shell.MARKER + "=" + id).getBytes(StandardCharsets.UTF_8);
    long self = ProcessHandle.current().pid();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid)
          .filter(pid -> pid != self && environmentHas(pid, marker))
          .flatMap(pid -> ProcessId.of(pid).stream())
          .toList();
    }
  }

  private static boolean environmentHas(long pid, byte[] variable) {
    byte[] environment;
    try {
      environment = Files.readAllBytes(Path.of("/proc/" + pid + "/environ"));
    } catch (IOException e) {
      // It ended meanwhile, or is not ours to read and so not ours.
      return false;
    }
    int start = 0;
    for (int i = 0; i <= environment.length; i++) {
      if (i == environment.length || environment[i] == 0) {
        if (Arrays.equals(environment, start, i, variable, 0, variable.length)) {
          return true;
        }
        start = i + 1;
      }
    }
    return false;
  }

  private static void deleteNamespaces(String id, List<String> names) {
    try {
      for (String name : names) {
        LinuxReadyPorts.removeAllOf(name);
      }
    } catch (IOException e) {
      throw new LabException("lab %s: %s".formatted(id, e.getMessage()));
    }
    List<String> there = names.stream().filter(Teardown::exists).toList();
    if (there.isEmpty()) {
      return;
    }
    List<String> batch = new ArrayList<>();
    there.forEach(name -> batch.add("netns del " + name));
    Shell.Outcome outcome =
        new Shell(id)
            .outcome(String.join("\n", batch) + "\n", List.of("ip", "-force", "-batch", "-"));
    List<String> left = there.stream().filter(Teardown::exists).toList();
    if (!left.isEmpty()) {
      throw new LabException(
          "lab %s: namespaces %s remain (expected: none): %s".formatted(id, left, outcome.text()));
    }
  }

  static Path netns(String name) {
    return NETNS.resolve(name);
  }

  private static boolean exists(String name) {
    return Files.exists(netns(name));
  }
}
