package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end. */
final class Commands {
  private static final int MAX_SECONDS = 30;

  private Commands() {}

  /** Its output; a status other than 0 is a failure that shows it. */
  static String run(Path directory, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + output);
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + command, e);
    } finally {
      process.destroyForcibly();
    }
  }

  static String run(String... command) throws IOException {
    return run(Path.of("/"), List.of(command));
  }

  /** For words without spaces. */
  static String runWords(String command) throws IOException {
    return run(Path.of("/"), List.of(command.split(" ", -1)));
  }
}
