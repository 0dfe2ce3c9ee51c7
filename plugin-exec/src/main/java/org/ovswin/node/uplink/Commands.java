package org.ovswin.node.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the system's tools, in the namespace of the calling thread. */
final class Commands {
  private static final long BOUND_SECONDS = 30;

  private Commands() {}

  /**
   * What a command prints.
   *
   * @throws TakeoverException if it is missing, fails, or does not end within 30 s
   */
  static byte[] output(String... words) throws TakeoverException {
    String command = String.join(" ", words);
    try {
      Path errors = Files.createTempFile("ovs-win-", ".err");
      try {
        Process process = new ProcessBuilder(List.of(words)).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new TakeoverException(
              "%s: still runs (expected: its end within %d s)".formatted(command, BOUND_SECONDS));
        }
        if (process.exitValue() != 0) {
          throw new TakeoverException(
              "%s: exit %d: %s"
                  .formatted(
                      command,
                      process.exitValue(),
                      (new String(output, UTF_8) + Files.readString(errors)).strip()));
        }
        return output;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new TakeoverException(command + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TakeoverException(command + ": interrupted", e);
    }
  }

  static String text(String... words) throws TakeoverException {
    return new String(output(words), UTF_8);
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
