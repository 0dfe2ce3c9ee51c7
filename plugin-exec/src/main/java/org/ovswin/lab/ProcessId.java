package org.ovswin.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process of this machine. A pid alone is reused; a pid with its start time is not, as long as
 * the machine is not booted anew.
 *
 * @param startTicks start time in clock ticks since boot (proc(5), field 22 of {@code stat})
 */
record ProcessId(long pid, long startTicks) {
  ProcessId {
    if (pid <= 0) {
      throw new IllegalArgumentException("pid: " + pid + " (expected: above 0)");
    }
  }

  static ProcessId current() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new LabException("/proc: no entry of this process (expected: mounted)"));
  }

  /** The process that has this pid now; empty when there is none, or only its zombie. */
  static Optional<ProcessId> of(long pid) {
    try {
      return parse(pid, Files.readString(Path.of("/proc/" + pid + "/stat")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The second field is the command in parentheses and may itself hold spaces and parentheses. */
  static Optional<ProcessId> parse(long pid, String stat) {
    String[] afterCommand = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
    if (afterCommand.length < 20) {
      return Optional.empty();
    }
    char state = afterCommand[0].charAt(0);
    if (state == 'Z' || state == 'X') {
      return Optional.empty();
    }
    return Optional.of(new ProcessId(pid, Long.parseLong(afterCommand[19])));
  }

  boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }

  /** Sends SIGKILL if the pid still belongs to this process. Does not wait for its end. */
  void kill() {
    if (alive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
