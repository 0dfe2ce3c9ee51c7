package org.ovswin.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs the short commands of a lab ({@code ip}, {@code ovs-vsctl}, {@code ping}), where asked in a
 * network namespace. Every process carries the lab's id in its environment ({@link #MARKER}), by
 * which a later run finds what a killed one left. Immutable; safe for use by several threads.
 */
public final class Shell {
  /** The environment variable that says to which lab a process belongs. */
  static final String MARKER = "OVS_WIN_LAB";

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int MAX_OUTPUT_BYTES = 16 << 20;

  private final String labId;
  private final Optional<Path> netns;

  Shell(String labId) {
    this(labId, Optional.empty());
  }

  private Shell(String labId, Optional<Path> netns) {
    this.labId = labId;
    this.netns = netns;
  }

  /** What a command gave. */
  public record Outcome(int exitCode, String out, String err) {
    /** Both streams, for messages. */
    public String text() {
      return (out + err).strip();
    }
  }

  /** The same shell, its commands run in the network namespace bound to this file. */
  public Shell in(Path netns) {
    return new Shell(labId, Optional.of(netns));
  }

  /**
   * Runs a command to its end and returns what it printed.
   *
   * @throws LabException when it cannot be started, fails, or does not end within 30 s
   */
  public String run(String... words) {
    return run("", List.of(words));
  }

  /** As {@link #run(String...)}, with text on its standard input. */
  public String run(String input, List<String> words) {
    Outcome outcome = outcome(input, words);
    if (outcome.exitCode() != 0) {
      throw new LabException(
          "%s: exit %d (expected: 0): %s"
              .formatted(String.join(" ", words), outcome.exitCode(), outcome.text()));
    }
    return outcome.out();
  }

  /** Runs a command whose failure is an answer too. */
  public Outcome outcome(String... words) {
    return outcome("", List.of(words));
  }

  /** As {@link #outcome(String...)}, with text on its standard input. */
  public Outcome outcome(String input, List<String> words) {
    Process process = start(builder(words), words.getFirst());
    CompletableFuture<String> out = readAll(process.getInputStream());
    CompletableFuture<String> err = readAll(process.getErrorStream());
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The command ended without reading its input: its exit code tells.
    }
    try {
      if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new LabException(
            "%s: still running after %s (expected: an end): %s"
                .formatted(String.join(" ", words), DEADLINE, out.join() + err.join()));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new LabException(String.join(" ", words) + ": interrupted", e);
    }
    return new Outcome(process.exitValue(), out.join(), err.join());
  }

  /** A builder for a process of this lab, in this shell's namespace. */
  ProcessBuilder builder(List<String> words) {
    List<String> command = new ArrayList<>();
    netns.ifPresent(path -> command.addAll(List.of("nsenter", "--net=" + path, "--")));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put(MARKER, labId);
    // Numbers and messages as the parsers here expect them.
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  static Process start(ProcessBuilder builder, String program) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new LabException(program + ": cannot be started: " + e.getMessage(), e);
    }
  }

  private static CompletableFuture<String> readAll(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    // A platform thread: reading a pipe would hold on to the carrier of a virtual one.
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (stream) {
                text.complete(
                    new String(stream.readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8));
              } catch (IOException e) {
                // The process was killed while it was read: what it said is lost, its end known.
                text.complete("");
              }
            });
    return text;
  }
}
