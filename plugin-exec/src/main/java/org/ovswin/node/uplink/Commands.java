package org.ovswin.node.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the system's tools, in the namespace of the calling thread. */
final class Commands {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private Commands() {}

  /**
   * What a command prints.
   *
   * @throws TakeoverException if it is missing, fails, or does not end within 30 s
   */
  static byte[] output(String... words) throws TakeoverException {
    return output(BOUND, words);
  }

  /** As above, within another bound. */
  static byte[] output(Duration bound, String... words) throws TakeoverException {
    String command = String.join(" ", words);
    try (CommandOutput output = CommandOutput.create();
        CommandOutput errors = CommandOutput.create()) {
      Process process =
          new ProcessBuilder(List.of(words))
              .redirectOutput(output.file())
              .redirectError(errors.file())
              .start();
      output.unlink();
      errors.unlink();
      process.getOutputStream().close();
      if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new TakeoverException(
            "%s: still runs (expected: its end within %d s)".formatted(command, bound.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw new TakeoverException(
            "%s: exit %d: %s"
                .formatted(
                    command,
                    process.exitValue(),
                    (new String(output.read(), UTF_8) + new String(errors.read(), UTF_8)).strip()));
      }
      return output.read();
    } catch (IOException e) {
      throw new TakeoverException(command + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TakeoverException(command + ": interrupted", e);
    }
  }

  static String text(String... words) throws TakeoverException {
    return text(BOUND, words);
  }

  static String text(Duration bound, String... words) throws TakeoverException {
    return new String(output(bound, words), UTF_8);
  }

  /** Whether a program is on the path. */
  static boolean has(String program) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }
}
