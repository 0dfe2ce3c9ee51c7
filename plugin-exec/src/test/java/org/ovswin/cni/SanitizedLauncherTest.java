package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The launcher, compiled with gcc's address and undefined-behaviour sanitizers: a step beyond a
 * buffer ends it with a report on standard error, where the launcher itself says nothing.
 */
class SanitizedLauncherTest {
  private static final int ANSWERS = 200;

  @TempDir static Path built;
  @TempDir Path directory;

  @BeforeAll
  static void compile() {
    Call.Output compiler =
        Launchers.runProcess(
            List.of(
                "gcc",
                "-std=gnu11",
                "-g",
                "-O1",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all",
                "-o",
                launcher(),
                Path.of(System.getProperty("basedir", "."), "src/main/c/ovs-win-cni.c").toString()),
            Map.of("PATH", System.getenv("PATH")),
            new byte[0]);
    assertThat(compiler.exitCode()).as(compiler.standardError()).isZero();
  }

  private static String launcher() {
    return built.resolve("ovs-win-cni").toString();
  }

  private Call.Output run(Call call, Path socket) {
    Call.Output output =
        Launchers.runProcess(
            List.of(launcher()), Launchers.environment(call, socket), call.standardInput());
    assertThat(output.standardError()).as(call.toString()).isEmpty();
    return output;
  }

  static Stream<Call> calls() {
    Call full = Call.add().config(" ".repeat(Frames.MAX_PAYLOAD_BYTES));
    return Stream.of(
        Call.of(CniVerb.VERSION),
        Call.add().config(""),
        full,
        full.with("CNI_ARGS", "x".repeat(100_000)),
        Call.add().with("CNI_EMPTY", "").with("CNI_", "=").with("CNI_ARGS", ""),
        Call.add().with("OVS_WIN_CNI_TIMEOUT_MILLIS", "9".repeat(10_000)),
        Call.add().with("CNI_COMMAND", "x".repeat(10_000)));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void call_withoutAnAgent_isAnsweredWithoutAReport(Call call) {
    assertThat(run(call, directory.resolve("cni.sock")).standardOutput()).startsWith("{");
  }

  @Test
  void socketPath_ofAnyLength_isAnsweredWithoutAReport() {
    for (int length : List.of(1, 107, 108, 109, 600, 100_000)) {
      assertThat(run(Call.add(), Path.of("/" + "\"".repeat(length))).code()).isEqualTo(11);
    }
  }

  @Test
  void answer_ofAnyBytes_isTakenWithoutAReport() throws IOException {
    Path socket = directory.resolve("cni.sock");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofVirtual().start(() -> answerAtRandom(listener));
      for (int i = 0; i < ANSWERS; i++) {
        Call.Output output = run(Call.add(), socket);
        assertThat(output.exitCode()).as("answer " + i).isBetween(0, 255);
      }
    }
  }

  /** Whole ones, cut ones, and lengths that do not fit. */
  private static void answerAtRandom(ServerSocketChannel listener) {
    Random random = Mutation.random(1);
    while (listener.isOpen()) {
      try (SocketChannel launcher = listener.accept()) {
        Frames.read(launcher);
        byte[] bytes = new byte[random.nextInt(2_000)];
        random.nextBytes(bytes);
        ByteBuffer answer = ByteBuffer.allocate(4 + bytes.length);
        switch (random.nextInt(4)) {
          case 0 -> answer.putInt(random.nextInt());
          case 1 -> answer.putInt(bytes.length + random.nextInt(-2, 3));
          default -> answer.putInt(bytes.length);
        }
        launcher.write(answer.put(bytes).flip());
      } catch (IOException over) {
        // The listener was closed, or the launcher has seen enough.
        assertThat(over.toString().getBytes(UTF_8)).isNotEmpty();
      }
    }
  }
}
