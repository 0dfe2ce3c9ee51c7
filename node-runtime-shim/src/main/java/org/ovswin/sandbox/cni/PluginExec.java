package org.ovswin.sandbox.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs one plugin once (CNI specification 1.1.0, section 2): parameters in the environment, the
 * configuration on its standard input, a result or an error on its standard output.
 */
final class PluginExec {
  /** A result of more is refused. */
  static final int MAX_STDOUT_BYTES = 1 << 20;

  /** Of more, the beginning is kept for the error's message. */
  static final int MAX_STDERR_BYTES = 16 << 10;

  /** How long the end of the output may come after the end of the process. */
  private static final Duration OUTPUT_GRACE = Duration.ofMillis(500);

  private final PluginEnvironment environment;

  PluginExec(PluginEnvironment environment) {
    this.environment = environment;
  }

  /**
   * Runs a plugin and returns what it printed, if it ended well.
   *
   * @param variables CNI_COMMAND and the others of the specification
   * @param deadlineNanos of {@link System#nanoTime}
   * @throws PluginException if it did not end well
   */
  byte[] run(String type, Map<String, String> variables, ObjectNode config, long deadlineNanos)
      throws IOException, InterruptedException {
    Path executable =
        environment
            .find(type)
            .orElseThrow(() -> new PluginException.NotFound(type, environment.path()));
    ProcessBuilder builder = new ProcessBuilder(List.of(executable.toString()));
    // Those of this process's own caller, if it is itself run as a plugin, are not meant.
    builder.environment().keySet().removeIf(name -> name.startsWith("CNI_"));
    builder.environment().putAll(environment.variables());
    builder.environment().put("CNI_PATH", environment.joinedPath());
    builder.environment().putAll(variables);
    String command = variables.getOrDefault("CNI_COMMAND", "");
    Process process = builder.start();
    try {
      return await(type, command, process, config, deadlineNanos);
    } finally {
      kill(process);
    }
  }

  private byte[] await(
      String type, String command, Process process, ObjectNode config, long deadlineNanos)
      throws IOException, InterruptedException {
    Thread.ofVirtual().name("cni-stdin").start(() -> write(process.getOutputStream(), config));
    BoundedOutput stdout =
        new BoundedOutput(
            "cni-stdout", process.getInputStream(), MAX_STDOUT_BYTES, () -> kill(process));
    BoundedOutput stderr =
        new BoundedOutput("cni-stderr", process.getErrorStream(), MAX_STDERR_BYTES, () -> {});
    boolean ended =
        process.waitFor(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    if (!ended) {
      kill(process);
      throw new PluginException.TimedOut(
          type, command, environment.deadline(), new String(stderr.await(OUTPUT_GRACE), UTF_8));
    }
    int status = process.exitValue();
    byte[] printed = stdout.await(OUTPUT_GRACE);
    String diagnostics = new String(stderr.await(OUTPUT_GRACE), UTF_8);
    if (stdout.isOverflown()) {
      throw new PluginException.Unreadable(
          type,
          command,
          status,
          "printed more than %d octets".formatted(MAX_STDOUT_BYTES),
          "",
          diagnostics);
    }
    if (status != 0) {
      throw decodeError(type, command, status, printed, diagnostics);
    }
    return printed;
  }

  /** A result: an object. */
  static ObjectNode decodeResult(String type, String command, byte[] printed)
      throws PluginException {
    String text = new String(printed, UTF_8);
    try {
      if (NetworkConfigList.JSON.readTree(text) instanceof ObjectNode result) {
        return result;
      }
    } catch (JsonProcessingException e) {
      throw new PluginException.Unreadable(
          type, command, 0, "not JSON: " + e.getOriginalMessage(), text, "");
    }
    throw new PluginException.Unreadable(type, command, 0, "printed no object", text, "");
  }

  private static PluginException decodeError(
      String type, String command, int status, byte[] printed, String diagnostics) {
    String text = new String(printed, UTF_8);
    JsonNode error;
    try {
      error = NetworkConfigList.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return new PluginException.Unreadable(
          type, command, status, "not JSON: " + e.getOriginalMessage(), text, diagnostics);
    }
    if (!error.path("code").isInt()) {
      return new PluginException.Unreadable(
          type, command, status, "printed no error object", text, diagnostics);
    }
    return new PluginException.Refused(
        type,
        command,
        error.path("code").asInt(),
        error.path("msg").asText(""),
        error.path("details").asText(""));
  }

  private static void write(OutputStream stdin, ObjectNode config) {
    try (stdin) {
      stdin.write(NetworkConfigList.JSON.writeValueAsBytes(config));
    } catch (IOException e) {
      // The plugin ended or closed its input without reading all of it: its answer counts.
    }
  }

  private static void kill(Process process) {
    if (process.isAlive()) {
      try (Stream<ProcessHandle> descendants = process.descendants()) {
        descendants.toList().forEach(ProcessHandle::destroyForcibly);
      }
      process.destroyForcibly();
    }
  }
}
