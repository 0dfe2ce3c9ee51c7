package org.ovswin.node;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ovswin.node.uplink.CommandOutput;

/** Runs the system's short commands ({@code ovs-ctl}, {@code ovs-vsctl}, {@code systemctl}). */
final class Command {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private Command() {}

  /** What a command gave; both of its streams in one text. */
  record Outcome(int exitCode, String text) {
    boolean succeeded() {
      return exitCode == 0;
    }
  }

  /**
   * Runs a command to its end; its failure is an answer too.
   *
   * @throws NodeException if it cannot be started or does not end within 60 s
   */
  static Outcome outcome(Map<String, String> environment, String input, List<String> words)
      throws IOException, NodeException {
    try (CommandOutput output = CommandOutput.create()) {
      ProcessBuilder builder =
          new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.file());
      builder.environment().put("LC_ALL", "C");
      builder.environment().putAll(environment);
      Process process = started(builder, words);
      output.unlink();
      give(process, input);
      if (!process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new NodeException(
            "%s: no end within %d s: %s"
                .formatted(String.join(" ", words), BOUND.toSeconds(), text(output)));
      }
      return new Outcome(process.exitValue(), text(output));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeException(words.getFirst() + ": interrupted", e);
    }
  }

  /** A few lines, which a pipe holds whether they are read or not. */
  private static void give(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended without reading: its exit code says how.
    }
  }

  /** In this process's environment, with an empty input. */
  static Outcome outcome(List<String> words) throws IOException, NodeException {
    return outcome(Map.of(), "", words);
  }

  /**
   * Runs a command that has to succeed, and returns what it printed.
   *
   * @throws NodeException with command and output if it fails
   */
  static String run(List<String> words) throws IOException, NodeException {
    return run(Map.of(), words);
  }

  /** As {@link #run(List)}, with more in the environment. */
  static String run(Map<String, String> environment, List<String> words)
      throws IOException, NodeException {
    Outcome outcome = outcome(environment, "", words);
    if (!outcome.succeeded()) {
      throw new NodeException(
          "%s: exit %d: %s".formatted(String.join(" ", words), outcome.exitCode(), outcome.text()));
    }
    return outcome.text();
  }

  private static Process started(ProcessBuilder builder, List<String> words) throws NodeException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new NodeException(
          "%s: cannot be started (%s); ./ovs-win up of a checkout installs what is missing"
              .formatted(words.getFirst(), e.getMessage()),
          e);
    }
  }

  private static String text(CommandOutput output) throws IOException {
    return new String(output.read(), StandardCharsets.UTF_8).strip();
  }
}
