package org.ovswin.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The agent of one node, as a process in the node's namespace. Its standard output goes through the
 * lab, which waits for the line that says it serves; all it prints ends in one log.
 */
final class AgentProcess {
  private static final String MAIN_CLASS = "org.ovswin.agent.AgentMain";
  private static final Duration READY_BOUND = Duration.ofSeconds(30);
  private static final Duration STOP_BOUND = Duration.ofSeconds(10);

  private final String node;
  private final Path directory;
  private final Shell shell;
  private final Children children;
  private final List<String> javaCommand;
  private Optional<Process> process = Optional.empty();

  AgentProcess(
      String node, Path directory, Shell shell, Children children, List<String> javaCommand) {
    this.node = node;
    this.directory = directory;
    this.shell = shell;
    this.children = children;
    this.javaCommand = javaCommand;
  }

  /**
   * Starts the agent and returns the line with which it says that it serves CNI requests. Another
   * thread may end it meanwhile.
   */
  String start(Path configuration) {
    return awaitReady(launch(configuration));
  }

  private synchronized Process launch(Path configuration) {
    if (process.filter(Process::isAlive).isPresent()) {
      throw new LabException(node + ": the agent runs already (expected: stopped)");
    }
    List<String> command = new ArrayList<>(javaCommand);
    command.addAll(List.of(MAIN_CLASS, "--config", configuration.toString()));
    Process started = children.start(node + "/agent", shell, command, log(), Children.Stdout.PIPED);
    process = Optional.of(started);
    return started;
  }

  private String awaitReady(Process started) {
    CompletableFuture<String> ready = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name(node + "-agent-out").start(() -> drain(started, ready));
    try {
      return ready.get(READY_BOUND.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      killAndWait(started);
      throw notReady(
          "no line \"ready node=%s ...\" within %d s".formatted(node, READY_BOUND.toSeconds()), e);
    } catch (ExecutionException e) {
      throw notReady(ended(started), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notReady("interrupted", e);
    }
  }

  private static String ended(Process started) {
    return started.isAlive() ? "closed its output" : "ended with exit " + started.exitValue();
  }

  private LabException notReady(String what, Exception cause) {
    return new LabException(
        "%s: the agent is not ready: %s\n%s".formatted(node, what, logTail()), cause);
  }

  /** Copies the agent's output into its log for as long as both live. */
  private void drain(Process started, CompletableFuture<String> ready) {
    try (BufferedReader lines = started.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        // The log is there since the process started. It is not made anew here: that would be in
        // the way of a lab that is being taken down.
        Files.writeString(log(), line + "\n", StandardOpenOption.APPEND);
        if (line.startsWith("ready ")) {
          ready.complete(line);
        }
      }
      started.waitFor();
      ready.completeExceptionally(new LabException("the agent ended"));
    } catch (IOException e) {
      ready.completeExceptionally(new UncheckedIOException(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the agent by SIGKILL; nothing when it does not run. */
  synchronized void kill() {
    process.ifPresent(this::killAndWait);
    process = Optional.empty();
  }

  /** Asks the agent to end by SIGTERM and waits for it. */
  synchronized void stop() {
    if (process.isEmpty()) {
      return;
    }
    Process running = process.get();
    running.destroy();
    if (!Await.until(STOP_BOUND, () -> !running.isAlive())) {
      killAndWait(running);
      throw new LabException(
          "%s: the agent does not end on SIGTERM (expected: within %d s)\n%s"
              .formatted(node, STOP_BOUND.toSeconds(), logTail()));
    }
    process = Optional.empty();
  }

  private void killAndWait(Process running) {
    running.destroyForcibly();
    if (!Await.until(STOP_BOUND, () -> !running.isAlive())) {
      throw new LabException(node + ": the agent survives SIGKILL (expected: its end)");
    }
  }

  synchronized Optional<Process> process() {
    return process.filter(Process::isAlive);
  }

  Path log() {
    return directory.resolve("agent.log");
  }

  String logTail() {
    return LogTail.of(log());
  }
}
