package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The plugin executable, both of it. */
final class Launchers {
  /** What the build compiled. */
  static final Path EXECUTABLE =
      Path.of(System.getProperty("basedir", "."), "target/dist/bin/ovs-win-cni").toAbsolutePath();

  /** No test waits longer for a process; none measures less. */
  private static final long PATIENCE_SECONDS = 60;

  private Launchers() {}

  /** The call's environment with the agent's socket. */
  static Map<String, String> environment(Call call, Path socket) {
    Map<String, String> environment = new LinkedHashMap<>(call.environment());
    environment.put("OVS_WIN_CNI_SOCKET", socket.toString());
    return environment;
  }

  static Call.Output runCompiled(Call call, Path socket) {
    return runProcess(
        List.of(EXECUTABLE.toString()), environment(call, socket), call.standardInput());
  }

  static Call.Output runReference(Call call, Path socket) {
    return runReference(environment(call, socket), new ByteArrayInputStream(call.standardInput()));
  }

  static Call.Output runReference(Map<String, String> environment, InputStream input) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int code =
        Launcher.run(
            environment,
            input,
            new PrintStream(output, true, StandardCharsets.UTF_8),
            new PrintStream(errors, true, StandardCharsets.UTF_8));
    return new Call.Output(
        code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
  }

  /** Runs both and returns what both printed. */
  static Call.Output runBoth(Call call, Path socket) {
    Call.Output compiled = runCompiled(call, socket);
    assertThat(runReference(call, socket)).isEqualTo(compiled);
    return compiled;
  }

  static Call.Output runProcess(
      List<String> command, Map<String, String> environment, byte[] input) {
    assertThat(EXECUTABLE).as("compiled by the build from src/main/c").isExecutable();
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = start(builder);
    try {
      CompletableFuture<String> output = text(process.getInputStream());
      CompletableFuture<String> errors = text(process.getErrorStream());
      feed(process, input);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("ends").isTrue();
      return new Call.Output(process.exitValue(), output.join(), errors.join());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A launcher that refuses early closes its end; that is no failure of the test. */
  private static void feed(Process process, byte[] input) {
    try (OutputStream standardInput = process.getOutputStream()) {
      standardInput.write(input);
    } catch (IOException closedEarly) {
      // The second is what Java says once it has noticed the end of the process.
      assertThat(String.valueOf(closedEarly.getMessage())).isIn("Broken pipe", "Stream closed");
    }
  }

  private static CompletableFuture<String> text(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(e);
              }
            });
    return text;
  }

  /** A socket file that nobody listens on, as a killed agent leaves it. */
  static void leaveStaleSocket(Path socket) throws IOException {
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(Files.exists(socket)).isTrue();
  }
}
