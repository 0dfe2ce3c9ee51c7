package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.ovswin.sandbox.Sandbox;
import org.ovswin.sandbox.Sandboxes;

/**
 * Sandboxes as named network namespaces, which {@code ip netns} shows too. A process is started
 * from a thread inside the namespace and inherits it; nothing else of it is separate from the host.
 */
public final class LinuxSandboxes implements Sandboxes {
  /** How long a sandbox's processes have to end by themselves when it is deleted. */
  private static final Duration DELETE_GRACE = Duration.ofSeconds(2);

  private final Map<String, Set<Process>> running = new ConcurrentHashMap<>();

  @Override
  public Sandbox create(String name) throws IOException {
    return new Sandbox(name, Netns.create(name).toString());
  }

  @Override
  public Optional<Sandbox> find(String name) throws IOException {
    Path path = Netns.path(name);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try (Netns netns = Netns.open(path)) {
      return Optional.of(new Sandbox(name, netns.path().toString()));
    } catch (MissingNetnsException | NotNetnsException e) {
      // The bare file of a create that was killed in the middle, or of one under way.
      return Optional.empty();
    }
  }

  @Override
  public Set<String> list() throws IOException {
    return Netns.names();
  }

  @Override
  public void delete(String name) throws IOException {
    Set<Process> processes = running.remove(name);
    if (processes != null) {
      try {
        for (Process process : processes) {
          stop(process, DELETE_GRACE);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(
            "interrupted while the processes of sandbox %s end".formatted(name), e);
      }
    }
    Netns.delete(name);
  }

  @Override
  public Process run(Sandbox sandbox, ProcessBuilder command) throws IOException {
    Process process = Netns.call(Path.of(sandbox.netns()), command::start);
    running.compute(
        sandbox.name(),
        (_, known) -> {
          Set<Process> processes = known == null ? new HashSet<>() : new HashSet<>(known);
          processes.removeIf(other -> !other.isAlive());
          processes.add(process);
          return Set.copyOf(processes);
        });
    return process;
  }

  @Override
  public void stop(Process process, Duration grace) throws InterruptedException {
    Set<ProcessHandle> all = new HashSet<>(List.of(process.toHandle()));
    try (Stream<ProcessHandle> descendants = process.descendants()) {
      descendants.forEach(all::add);
    }
    all.forEach(ProcessHandle::destroy);
    try {
      process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      all.forEach(ProcessHandle::destroyForcibly);
    }
    process.waitFor();
  }
}
