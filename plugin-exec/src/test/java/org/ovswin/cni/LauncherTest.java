package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The compiled launcher as a process, and the reference in Java beside it: every answer of the two
 * is compared byte for byte.
 */
class LauncherTest {
  @TempDir Path directory;

  private Path socket() {
    return directory.resolve("cni.sock");
  }

  @Test
  void withoutCommand_saysWhatItIs() {
    Call.Output output = Launchers.runBoth(Call.add().without("CNI_COMMAND"), socket());

    assertThat(output.exitCode()).isZero();
    assertThat(output.standardOutput()).isEmpty();
    assertThat(output.standardError()).contains("CNI plugin", "ovs-win --help");
  }

  @Test
  void version_needsNoAgentAndNoInput() throws IOException {
    Map<String, String> environment = Map.of("CNI_COMMAND", "VERSION");
    try (PipedInputStream endless = new PipedInputStream(new PipedOutputStream())) {
      Call.Output reference = Launchers.runReference(environment, endless);
      Process process = startWithOpenInput(environment);
      try (InputStream output = process.getInputStream()) {
        assertThat(new String(output.readAllBytes(), UTF_8))
            .isEqualTo(reference.standardOutput())
            .isEqualTo(Call.of(CniVerb.VERSION).answeredBy(new StrictHandler()).standardOutput());
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static Process startWithOpenInput(Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(Launchers.EXECUTABLE.toString());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  @ParameterizedTest
  @EnumSource(CniVerb.class)
  void everyVerb_goesToTheAgentAndBack(CniVerb verb) throws IOException {
    StrictHandler handler = new StrictHandler();
    Call.add().answeredBy(handler);
    try (CniServer server = CniServer.open(socket(), handler)) {
      Call.Output output = Launchers.runBoth(Call.of(verb), socket());

      assertThat(output.exitCode()).as(output.standardOutput()).isZero();
      assertThat(output.standardOutput())
          .isEqualTo(Call.of(verb).answeredBy(handler).standardOutput());
      assertThat(server).isNotNull();
    }
  }

  /** All of {@link Refusals}, once more from outside. */
  @Test
  void everyRefusal_isTheSameThroughBothLaunchers() throws IOException {
    StrictHandler handler = new StrictHandler();
    try (CniServer server = CniServer.open(socket(), handler)) {
      List<Call> calls =
          Refusals.all()
              .map(row -> (Call) row.get()[1])
              // Other characters depend on the locale of the test's own JVM; a 0 cannot be in an
              // environment.
              .filter(
                  call -> call.environment().toString().chars().allMatch(c -> c > 0 && c < 0x80))
              .filter(call -> call.environment().containsKey("CNI_COMMAND"))
              .toList();
      assertThat(calls).hasSizeGreaterThan(80);
      for (Call call : calls) {
        assertThat(Launchers.runBoth(call, socket()))
            .as(call.toString())
            .isEqualTo(call.answeredBy(handler));
      }
      assertThat(server).isNotNull();
    }
  }

  @Test
  void agentThatWasNeverThere_isCode11() {
    assertThat(Launchers.runBoth(Call.add(), socket()).standardOutput())
        .isEqualTo(
            "{\"cniVersion\":\"1.0.0\",\"code\":11,\"msg\":\"the ovs-win agent is not running\","
                + "\"details\":\"%s: No such file or directory\"}\n".formatted(socket()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADD", "DEL", "CHECK", "GC"})
  void agentThatDied_isCode11_alsoForDel(String command) throws IOException {
    Launchers.leaveStaleSocket(socket());

    Call.Output output = Launchers.runBoth(Call.add().with("CNI_COMMAND", command), socket());

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.code()).isEqualTo(11);
    assertThat(output.json().path("details").textValue())
        .isEqualTo(socket() + ": Connection refused");
  }

  @Test
  void agentThatDied_isCode50ForStatus() {
    assertThat(Launchers.runBoth(Call.of(CniVerb.STATUS), socket()).code()).isEqualTo(50);
  }

  @Test
  void socketPath_withQuotesAndControls_isEscaped() {
    Path odd = directory.resolve("a\"b\\c\nd");

    Call.Output output = Launchers.runBoth(Call.add(), odd);

    assertThat(output.json().path("details").textValue()).startsWith(odd.toString());
  }

  @Test
  void socketPath_thatIsTooLong_isCode11() {
    Call.Output output = Launchers.runBoth(Call.add(), directory.resolve("x".repeat(110)));

    assertThat(output.code()).isEqualTo(11);
    assertThat(output.standardOutput()).contains("cannot be reached", "File name too long");
  }

  @Test
  void socketPath_withoutOne_isTheDefault() {
    Map<String, String> environment = new HashMap<>(Call.add().environment());
    environment.put("OVS_WIN_CNI_SOCKET", "");
    // Longer than the bound, so that it goes to no agent, wherever the tests run.
    byte[] input = new byte[Frames.MAX_PAYLOAD_BYTES];

    assertThat(Launchers.runProcess(List.of(Launchers.EXECUTABLE.toString()), environment, input))
        .isEqualTo(Launchers.runReference(environment, new ByteArrayInputStream(input)));
  }

  /** Answers one connection, and gets no further than told. */
  interface Agent {
    void answer(SocketChannel launcher) throws IOException;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenAgents")
  void brokenAgent_isCode11(String what, Agent agent, String named) throws IOException {
    Call.Output output = runBothAgainst(agent, Call.add());

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.code()).isEqualTo(11);
    assertThat(output.msg()).contains(named);
  }

  static Stream<Arguments> brokenAgents() {
    return Stream.of(
        broken("closes at once", launcher -> {}, "closed the connection"),
        broken("closes after the request", Frames::read, "closed the connection"),
        broken("dies in the length", launcher -> send(launcher, 0, 0), "closed the connection"),
        broken(
            "dies in the answer",
            launcher -> send(launcher, 0, 0, 0, 9, 0, '{'),
            "closed the connection"),
        broken(
            "answers with nothing", launcher -> send(launcher, 0, 0, 0, 0), "answer is malformed"),
        broken(
            "answers endlessly", launcher -> send(launcher, 0, 16, 0, 1, 0), "answer is malformed"),
        broken(
            "answers negatively",
            launcher -> send(launcher, 255, 255, 255, 255),
            "answer is malformed"));
  }

  private static Arguments broken(String what, Agent agent, String named) {
    return arguments(what, agent, named);
  }

  private static void send(SocketChannel launcher, int... bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes.length);
    for (int value : bytes) {
      buffer.put((byte) value);
    }
    launcher.write(buffer.flip());
  }

  @Test
  void agentThatHangs_isCode11AfterTheDeadline() throws IOException {
    Agent hanging =
        launcher -> {
          Frames.read(launcher);
          // Ends when the launcher has had enough.
          assertThat(launcher.read(ByteBuffer.allocate(1))).isNegative();
        };

    Call.Output output =
        runBothAgainst(hanging, Call.del().with("OVS_WIN_CNI_TIMEOUT_MILLIS", "200"));

    assertThat(output.code()).isEqualTo(11);
    assertThat(output.msg()).isEqualTo("the ovs-win agent did not answer within 200 ms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000", "00000009", "0000000900", "00000009007b22"})
  void agentThatStopsWithinItsAnswer_isCode11AfterTheDeadline(String hex) throws IOException {
    Agent stopping =
        launcher -> {
          Frames.read(launcher);
          launcher.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
          assertThat(launcher.read(ByteBuffer.allocate(1))).isNegative();
        };

    Call.Output output =
        runBothAgainst(stopping, Call.add().with("OVS_WIN_CNI_TIMEOUT_MILLIS", "200"));

    assertThat(output.code()).isEqualTo(11);
    assertThat(output.msg()).isEqualTo("the ovs-win agent did not answer within 200 ms");
  }

  @Test
  void agentThatAnswersByteByByte_isHeard() throws IOException {
    Agent slow =
        launcher -> {
          Frames.read(launcher);
          byte[] answer = Answer.success("{\"cniVersion\":\"1.0.0\"}".getBytes(UTF_8)).encode();
          send(launcher, 0, 0, 0, answer.length);
          for (byte one : answer) {
            send(launcher, one);
          }
        };

    assertThat(runBothAgainst(slow, Call.add()).standardOutput())
        .isEqualTo("{\"cniVersion\":\"1.0.0\"}");
  }

  @Test
  void agentThatTakesNothing_isCode11AfterTheDeadline() throws IOException {
    Agent deaf =
        launcher -> {
          // Far less than was sent; the rest stays in the way of the launcher.
          assertThat(launcher.read(ByteBuffer.allocate(1))).isEqualTo(1);
          awaitHangUp(launcher);
        };
    Call large = Call.add().config(" ".repeat(1_000_000)).with("OVS_WIN_CNI_TIMEOUT_MILLIS", "200");

    assertThat(runBothAgainst(deaf, large).msg()).contains("did not answer within 200 ms");
  }

  /** The launcher's own bytes are in the way of seeing its end: writing shows it. */
  private static void awaitHangUp(SocketChannel launcher) {
    try {
      while (launcher.isConnected()) {
        Frames.write(launcher, new byte[Frames.MAX_PAYLOAD_BYTES]);
      }
    } catch (IOException hungUp) {
      assertThat(hungUp).isNotNull();
    }
  }

  @Test
  void agentThatRefusesBeforeItHasReadAll_isHeard() throws IOException {
    Agent refusing =
        launcher ->
            Frames.write(launcher, Answer.failure("{\"code\":102}".getBytes(UTF_8)).encode());
    Call large = Call.add().config(" ".repeat(1_000_000));

    assertThat(runBothAgainst(refusing, large).standardOutput()).isEqualTo("{\"code\":102}");
  }

  @Test
  void answer_ofTheFullLengthAndAnyExitCode_isPassedOn() throws IOException {
    byte[] payload = new byte[Frames.MAX_PAYLOAD_BYTES];
    Arrays.fill(payload, (byte) 'x');
    payload[0] = (byte) 255;

    Call.Output output =
        runBothAgainst(
            launcher -> {
              Frames.read(launcher);
              Frames.write(launcher, payload);
            },
            Call.add());

    assertThat(output.exitCode()).isEqualTo(255);
    assertThat(output.standardOutput()).hasSize(Frames.MAX_PAYLOAD_BYTES - 1);
  }

  @Test
  void request_isTheCniEnvironmentAndTheInputAsItCame() throws IOException {
    Call call = Call.add().with("PATH", "/bin").with("CNI_NEW", "").config("\u0000\u0001ä\n");
    Agent echo =
        launcher -> {
          Invocation invocation;
          try {
            invocation = Invocation.decode(Frames.read(launcher));
          } catch (CniException e) {
            throw new IOException(e);
          }
          assertThat(invocation.variable("CNI_IFNAME")).contains("eth0");
          assertThat(invocation.variable("PATH")).isEmpty();
          Frames.write(launcher, Answer.success(invocation.standardInput()).encode());
        };

    assertThat(runBothAgainst(echo, call).standardOutput()).isEqualTo(call.config());
  }

  @Test
  void request_ofExactlyTheBound_passes_oneMoreIsCode7() throws IOException {
    Call call = new Call(Map.of("CNI_COMMAND", "ADD"), "");
    int room = Frames.MAX_PAYLOAD_BYTES - call.invocation().encode().length;
    Agent counting =
        launcher ->
            Frames.write(
                launcher,
                Answer.success(String.valueOf(Frames.read(launcher).length).getBytes(UTF_8))
                    .encode());

    assertThat(runBothAgainst(counting, call.config("x".repeat(room))).standardOutput())
        .isEqualTo("1048576");
    Call.Output refused = Launchers.runBoth(call.config("x".repeat(room + 1)), socket());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.code()).isEqualTo(7);
    assertThat(refused.msg()).isEqualTo("the request is too long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "600001", "1s", "-5", "99999999999999999999"})
  void timeout_thatIsNone_isCode4(String timeout) {
    Call.Output output =
        Launchers.runBoth(Call.add().with("OVS_WIN_CNI_TIMEOUT_MILLIS", timeout), socket());

    assertThat(output.code()).isEqualTo(4);
    assertThat(output.json().path("details").textValue()).isEqualTo(timeout);
  }

  @Test
  void input_thatNeverEnds_isCode5AfterTheDeadline() throws IOException {
    Map<String, String> environment =
        Launchers.environment(Call.add().with("OVS_WIN_CNI_TIMEOUT_MILLIS", "100"), socket());
    try (PipedInputStream endless = new PipedInputStream(new PipedOutputStream())) {
      Call.Output reference = Launchers.runReference(environment, endless);
      Process process = startWithOpenInput(environment);
      try (InputStream output = process.getInputStream()) {
        assertThat(new String(output.readAllBytes(), UTF_8)).isEqualTo(reference.standardOutput());
      } finally {
        process.destroyForcibly();
      }
      assertThat(reference.code()).isEqualTo(5);
    }
  }

  @Test
  void input_thatCannotBeRead_isCode5() {
    Map<String, String> environment = Launchers.environment(Call.add(), socket());
    InputStream unreadable =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("Is a directory");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
          }
        };

    Call.Output output =
        Launchers.runProcess(
            List.of("/bin/sh", "-c", "exec \"$0\" </", Launchers.EXECUTABLE.toString()),
            environment,
            new byte[0]);

    assertThat(output.code()).isEqualTo(5);
    assertThat(output.standardOutput())
        .isEqualTo(Launchers.runReference(environment, unreadable).standardOutput());
  }

  @Test
  void output_thatNobodyGets_isNoSuccess() {
    Map<String, String> environment = Map.of("CNI_COMMAND", "VERSION");
    PrintStream full =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("No space left on device");
              }
            });

    Call.Output output =
        Launchers.runProcess(
            List.of("/bin/sh", "-c", "exec \"$0\" >/dev/full", Launchers.EXECUTABLE.toString()),
            environment,
            new byte[0]);

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(Launcher.run(environment, InputStream.nullInputStream(), full, System.err))
        .isEqualTo(1);
  }

  @Test
  void reference_asAProcess_isTheSameAsTheCompiledOne() throws IOException {
    StrictHandler handler = new StrictHandler();
    try (CniServer server = CniServer.open(socket(), handler)) {
      Call.Output reference =
          Launchers.runProcess(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Launcher.class.getName()),
              Launchers.environment(Call.add(), socket()),
              Call.add().standardInput());

      assertThat(reference).isEqualTo(Launchers.runCompiled(Call.add(), socket()));
      assertThat(reference.exitCode()).isZero();
      assertThat(server).isNotNull();
    }
  }

  /** Both launchers against a hand-made agent, one after the other. */
  private Call.Output runBothAgainst(Agent agent, Call call) throws IOException {
    Files.deleteIfExists(socket());
    Thread thread;
    Call.Output output;
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket()));
      thread = Thread.ofVirtual().start(() -> serve(listener, agent));
      output = Launchers.runBoth(call, socket());
    } finally {
      Files.deleteIfExists(socket());
    }
    try {
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return output;
  }

  private static void serve(ServerSocketChannel listener, Agent agent) {
    while (listener.isOpen()) {
      try (SocketChannel launcher = listener.accept()) {
        agent.answer(launcher);
      } catch (IOException over) {
        // The listener was closed, or the launcher left: both are what the tests want.
      }
    }
  }
}
