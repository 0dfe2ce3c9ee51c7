package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's socket, its bounds, and peers that do not behave. */
class CniServerTest {
  private static final long PATIENCE_SECONDS = 60;
  private static final FrameServer.Limits LIMITS =
      new FrameServer.Limits(
          16, Duration.ofSeconds(30), Duration.ofSeconds(50), Duration.ofSeconds(30));

  @TempDir Path directory;
  private final StrictHandler handler = new StrictHandler();

  private Path socket() {
    return socketDirectory().resolve("cni.sock");
  }

  private Path socketDirectory() {
    return directory.resolve("run");
  }

  private CniServer open(CniHandler served, FrameServer.Limits limits) throws IOException {
    return CniServer.open(socket(), served, limits, InstantSource.system());
  }

  @Test
  void open_makesEverythingOwnerOnly() throws IOException {
    try (CniServer server = CniServer.open(socket(), handler)) {
      assertThat(server).isNotNull();
      assertThat(permissions(socket())).isEqualTo("rw-------");
      assertThat(permissions(socketDirectory())).isEqualTo("rwx------");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void open_whereADeadAgentLeftItsSocket_replacesIt() throws IOException {
    Files.createDirectory(socketDirectory());
    Launchers.leaveStaleSocket(socket());

    try (CniServer server = CniServer.open(socket(), handler)) {
      assertThat(server).isNotNull();
      assertServes();
    }
  }

  @Test
  void open_whereAnAgentLives_isRefusedAndDisturbsNothing() throws IOException {
    try (CniServer server = CniServer.open(socket(), handler)) {
      assertThat(server).isNotNull();
      assertThatThrownBy(() -> CniServer.open(socket(), handler))
          .isInstanceOf(IOException.class)
          .hasMessage(socket() + ": another agent is listening here (expected: none)");
      assertServes();
    }
  }

  @Test
  void open_whereSomethingElseListens_isRefused() throws IOException {
    Files.createDirectory(socketDirectory());
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(socket()));

      assertThatThrownBy(() -> CniServer.open(socket(), handler))
          .hasMessageContaining("another agent is listening here");
    }
    assertThat(Files.exists(socket())).isTrue();
  }

  @Test
  void open_whereAFileIs_isRefusedAndKeepsIt() throws IOException {
    Files.createDirectory(socketDirectory());
    Files.writeString(socket(), "precious");

    assertThatThrownBy(() -> CniServer.open(socket(), handler))
        .hasMessageContaining("is not a socket");
    assertThat(socket()).hasContent("precious");
  }

  @Test
  void open_inADirectoryThatOthersCanWriteTo_isRefused() throws IOException {
    Files.createDirectory(socketDirectory());
    Files.setPosixFilePermissions(socketDirectory(), PosixFilePermissions.fromString("rwxrwx---"));

    assertThatThrownBy(() -> CniServer.open(socket(), handler))
        .hasMessageContaining("permissions rwxrwx--- (expected: writable by its owner only");
  }

  @Test
  void open_withAPathThatIsTooLong_isRefused() {
    assertThatThrownBy(() -> CniServer.open(directory.resolve("x".repeat(120)), handler))
        .hasMessageContaining("(expected: a socket path of at most 107)");
  }

  @Test
  void close_removesTheSocketOnce() throws IOException {
    CniServer first = CniServer.open(socket(), handler);
    first.close();
    assertThat(Files.exists(socket())).isFalse();

    try (CniServer second = CniServer.open(socket(), handler)) {
      assertThat(second).isNotNull();
      first.close();
      assertServes();
    }
  }

  @Test
  void peer_thatIsAnotherUser_isRefused() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path executable =
        Files.copy(
            Launchers.EXECUTABLE, directory.resolve("l"), StandardCopyOption.COPY_ATTRIBUTES);
    try (CniServer server = CniServer.open(socket(), handler)) {
      assertThat(server).isNotNull();
      // As if the file system did not protect the socket already.
      Files.setPosixFilePermissions(
          socketDirectory(), PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(socket(), PosixFilePermissions.fromString("rw-rw-rw-"));

      Call.Output output =
          Launchers.runProcess(
              List.of("/usr/bin/setpriv", "--reuid=65534", "--clear-groups", executable.toString()),
              Launchers.environment(Call.add(), socket()),
              Call.add().standardInput());

      assertThat(output.code()).as(output.toString()).isEqualTo(102);
      assertThat(output.msg()).contains("(expected: root or the user of the agent)");
      assertThat(handler.requests).isEmpty();
      assertServes();
    }
  }

  @Test
  void request_hasTheDeadlineOfTheClock() throws IOException {
    Instant now = Instant.parse("2026-11-01T00:00:00Z");
    try (CniServer server = CniServer.open(socket(), handler, LIMITS, () -> now)) {
      assertThat(server).isNotNull();
      assertServes();
    }
    assertThat(handler.lastRequest().deadline()).isEqualTo(now.plusSeconds(50));
  }

  /** Nobody gets further before all are in the handler: a lock around ADD would never end. */
  @Test
  void requests_forDifferentContainers_runAtTheSameTime() throws Exception {
    int count = 8;
    CyclicBarrier allInside = new CyclicBarrier(count);
    CniHandler meeting =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) throws CniException {
            try {
              allInside.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
              throw CniErrors.internal("nobody came");
            }
            return super.add(request);
          }
        };
    try (CniServer server = open(meeting, LIMITS);
        ExecutorService runtimes = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(server).isNotNull();
      List<CompletableFuture<Call.Output>> outputs =
          IntStream.range(0, count)
              .mapToObj(i -> Call.add().with("CNI_CONTAINERID", "c" + i))
              .map(
                  call ->
                      CompletableFuture.supplyAsync(
                          () -> Launchers.runCompiled(call, socket()), runtimes))
              .toList();
      for (CompletableFuture<Call.Output> output : outputs) {
        assertThat(output.get(PATIENCE_SECONDS, TimeUnit.SECONDS).exitCode()).isZero();
      }
    }
  }

  @Test
  void connections_beyondTheBound_waitTheirTurn() throws Exception {
    Semaphore inside = new Semaphore(0);
    CountDownLatch release = new CountDownLatch(1);
    CniHandler slow =
        new StrictHandler() {
          @Override
          public void del(CniRequest request) throws CniException {
            inside.release();
            await(release);
            super.del(request);
          }
        };
    FrameServer.Limits two =
        new FrameServer.Limits(2, Duration.ofSeconds(30), Duration.ofSeconds(50), Duration.ZERO);
    try (CniServer server = open(slow, two)) {
      assertThat(server).isNotNull();
      List<SocketChannel> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(sent(Call.del()));
      }
      inside.acquire(2);
      // All four are connected; more than two inside would have been let in by now or never.
      assertThat(inside.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
      release.countDown();
      for (SocketChannel client : clients) {
        try (client) {
          assertThat(Answer.decode(Frames.read(client)).exitCode()).isZero();
        }
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000",
        "00100001",
        "ffffffff",
        "474554202f20485454502f312e31",
        "0000000141",
        "00000004434e4900",
        "000000033d6100",
        "0000000700434e493d3100",
        "0000000a434e495f583dff00000a"
      })
  void frame_thatIsBroken_isAnsweredAndHarmsNobody(String hex) throws IOException {
    try (CniServer server = open(handler, LIMITS)) {
      assertThat(server).isNotNull();
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
        client.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
        Answer answer = Answer.decode(Frames.read(client));

        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(Call.json(new String(answer.standardOutput(), UTF_8)).path("code").intValue())
            .isIn(4, 5);
      }
      assertServes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0000", "0000001041", "00000010434e493d3100"})
  void client_thatVanishesInTheRequest_harmsNobody(String hex) throws IOException {
    try (CniServer server = open(handler, LIMITS)) {
      assertThat(server).isNotNull();
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
        client.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
      }
      assertServes();
    }
  }

  @Test
  void client_thatVanishesBeforeTheAnswer_harmsNobody() throws IOException {
    CountDownLatch gone = new CountDownLatch(1);
    CniHandler late =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) throws CniException {
            await(gone);
            return super.add(request);
          }
        };
    try (CniServer server = open(late, LIMITS)) {
      assertThat(server).isNotNull();
      sent(Call.add()).close();
      gone.countDown();
      assertServes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0000", "0000001041"})
  void client_thatIsTooSlow_isCut(String hex) throws IOException {
    try (CniServer server = open(handler, quick())) {
      assertThat(server).isNotNull();
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
        client.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));

        assertThatThrownBy(() -> Frames.read(client)).isInstanceOf(IOException.class);
      }
      assertServes();
    }
  }

  /** One connection at a time, so that a connection that is not cut shows. */
  private static FrameServer.Limits quick() {
    return new FrameServer.Limits(
        1, Duration.ofSeconds(1), Duration.ofSeconds(50), Duration.ofSeconds(30));
  }

  @Test
  void client_thatDoesNotTakeItsAnswer_isCut() throws IOException {
    CniHandler verbose =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) throws CniException {
            CniResult result = super.add(request);
            Dns dns = new Dns(List.of("x".repeat(900_000)), Optional.empty(), List.of(), List.of());
            return request.ifName().equals("eth0")
                ? new CniResult(result.interfaces(), result.ips(), result.routes(), dns)
                : result;
          }
        };
    try (CniServer server = open(verbose, quick())) {
      assertThat(server).isNotNull();
      try (SocketChannel idle = sent(Call.add())) {
        assertThat(idle.isOpen()).isTrue();
        assertThat(
                Launchers.runCompiled(Call.add().with("CNI_IFNAME", "net1"), socket()).exitCode())
            .isZero();
      }
    }
  }

  @Test
  void result_thatIsTooLong_isInternal() throws IOException {
    CniHandler endless =
        new StrictHandler() {
          @Override
          public CniResult add(CniRequest request) {
            Dns dns =
                new Dns(List.of("x".repeat(1_100_000)), Optional.empty(), List.of(), List.of());
            return new CniResult(List.of(), List.of(), List.of(), dns);
          }
        };
    try (CniServer server = open(endless, LIMITS)) {
      assertThat(server).isNotNull();
      assertThat(Launchers.runCompiled(Call.add(), socket()).code()).isEqualTo(100);
    }
  }

  @Test
  void close_letsARunningRequestFinish() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CniServer server = open(blocking(inside, release), LIMITS);
    try (SocketChannel client = sent(Call.add())) {
      await(inside);
      Thread closing = Thread.ofVirtual().start(() -> close(server));
      release.countDown();

      assertThat(Answer.decode(Frames.read(client)).exitCode()).isZero();
      assertThat(closing.join(Duration.ofSeconds(PATIENCE_SECONDS))).isTrue();
    } finally {
      server.close();
    }
  }

  @Test
  void close_interruptsWhatHangs() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    FrameServer.Limits hasty =
        new FrameServer.Limits(
            16, Duration.ofSeconds(30), Duration.ofSeconds(50), Duration.ofMillis(50));
    CniServer server = open(blocking(inside, new CountDownLatch(1)), hasty);
    try (SocketChannel client = sent(Call.add())) {
      await(inside);
      server.close();

      try {
        assertThat(Answer.decode(Frames.read(client)).exitCode()).isEqualTo(1);
      } catch (EOFException closedWithoutAnswer) {
        assertThat(closedWithoutAnswer).isNotNull();
      }
    } finally {
      server.close();
    }
  }

  private static CniHandler blocking(CountDownLatch inside, CountDownLatch release) {
    return new StrictHandler() {
      @Override
      public CniResult add(CniRequest request) throws CniException {
        inside.countDown();
        await(release);
        return super.add(request);
      }
    };
  }

  private static void close(CniServer server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A connection on which this request was sent. */
  private SocketChannel sent(Call call) throws IOException {
    SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()));
    Frames.write(client, call.invocation().encode());
    return client;
  }

  private void assertServes() {
    Call.Output output = Launchers.runCompiled(Call.add(), socket());
    assertThat(output.exitCode()).as(output.toString()).isZero();
  }
}
