package org.ovswin.bench.measure;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.ovswin.lab.LabException;

/** Another program, from its start to its end. */
public final class Program {
  private static final int WAIT_SECONDS = 120;

  private Program() {}

  /**
   * Runs it and returns what it printed on both streams, which must fit into a pipe.
   *
   * @throws LabException it fails, or does not end
   */
  public static String run(ProcessBuilder builder, byte[] input) throws IOException {
    Process process = builder.redirectErrorStream(true).start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException e) {
      // It has ended without reading, which its exit code explains.
    }
    try {
      if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new LabException(
            "%s: still running after %d s (expected: an end)"
                .formatted(builder.command().getFirst(), WAIT_SECONDS));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new LabException(
            "%s: exit %d (expected: 0): %s"
                .formatted(builder.command().getFirst(), process.exitValue(), output.strip()));
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(builder.command().getFirst() + ": interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
