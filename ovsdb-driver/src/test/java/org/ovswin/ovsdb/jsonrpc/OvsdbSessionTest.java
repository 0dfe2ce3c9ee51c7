package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.ovswin.ovsdb.fixture.OvsFixture;
import org.ovswin.ovsdb.fixture.ScriptedServer;
import org.ovswin.ovsdb.fixture.Vectors;

final class OvsdbSessionTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private static SessionOptions options(OvsdbAddress address) {
    return SessionOptions.of(address)
        .withBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
        .withCallDeadline(LONG)
        .withProbeInterval(LONG);
  }

  private static ArrayNode none() {
    return JsonNodeFactory.instance.arrayNode();
  }

  private static Throwable failure(CompletableFuture<?> call) throws Exception {
    try {
      call.get();
      throw new AssertionError("the call succeeded");
    } catch (ExecutionException e) {
      return Optional.ofNullable(e.getCause()).orElseThrow();
    }
  }

  @Test
  void call_answersInAnyOrder_goToTheirCalls() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession test = TestSession.open(options(server.address()))) {
      CompletableFuture<JsonNode> first = test.session().call("first", none());
      CompletableFuture<JsonNode> second = test.session().call("second", none().add("C:\\"));
      JsonNode firstRequest = server.take();
      JsonNode secondRequest = server.take();
      assertThat(secondRequest.path("params")).isEqualTo(Vectors.parse("[\"C:\\\\\"]"));

      server.send(
          ScriptedServer.result(secondRequest, "[\"D:\\\\\"]").orElseThrow()
              + ScriptedServer.error(firstRequest, "unknown method").orElseThrow());

      assertThat(second.get()).isEqualTo(Vectors.parse("[\"D:\\\\\"]"));
      assertThat(failure(first))
          .isInstanceOf(OvsdbException.ErrorResponse.class)
          .hasMessage("first: the OVSDB server answered with an error: \"unknown method\"");
    }
  }

  @Test
  void call_connectionGoes_allFailAtOnceAndItComesBack() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession test = TestSession.open(options(server.address()))) {
      CompletableFuture<JsonNode> first = test.session().call("first", none());
      CompletableFuture<JsonNode> second = test.session().call("second", none());
      server.take();
      server.take();

      server.dropConnections();

      assertThat(failure(first)).isInstanceOf(OvsdbException.ConnectionLost.class);
      assertThat(failure(second))
          .hasMessage(
              "second: connection to the OVSDB server lost before the answer: closed by the"
                  + " server");
      test.awaitEvent("disconnected: closed by the server");
      test.awaitEvent("connected");
    }
  }

  @Test
  void call_noAnswer_failsAtItsDeadlineAndALateAnswerIsPassedOver() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession test =
            TestSession.open(options(server.address()).withCallDeadline(Duration.ofMillis(20)))) {
      CompletableFuture<JsonNode> late = test.session().call("late", none());
      JsonNode request = server.take();
      assertThat(failure(late))
          .isInstanceOf(OvsdbException.DeadlineExceeded.class)
          .hasMessage("late: not done within 20 ms");

      server.send(ScriptedServer.result(request, "[]").orElseThrow());
      server.send("{\"method\":\"update\",\"params\":[],\"id\":null}");

      test.awaitEvent("notified: update []");
    }
  }

  @Test
  void call_notConnected_failsWithTheReason() throws Exception {
    try (OvsFixture ovs = OvsFixture.vswitch();
        TestSession test = TestSession.start(options(ovs.address()))) {
      test.awaitEvent("disconnected: ");
      assertThat(failure(test.session().call("list_dbs", none())))
          .isInstanceOf(OvsdbException.NotConnected.class);
    }
  }

  @Test
  void call_closedSession_fails() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent()) {
      TestSession test = TestSession.open(options(server.address()));
      CompletableFuture<JsonNode> pending = test.session().call("first", none());
      server.take();
      test.close();
      assertThat(failure(pending)).isInstanceOf(OvsdbException.ConnectionLost.class);
      // The connection was taken down on our side too.
      assertThat(test.awaitEvent("disconnected")).isEqualTo("disconnected: session closed");
    }
  }

  @Test
  void received_echo_isAnsweredWithItsParams() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession _ = TestSession.open(options(server.address()))) {
      server.send("{\"method\":\"echo\",\"params\":[1,\"x\\\\\"],\"id\":\"e\"}");
      assertThat(server.take())
          .isEqualTo(Vectors.parse("{\"id\":\"e\",\"result\":[1,\"x\\\\\"],\"error\":null}"));
    }
  }

  @Test
  void received_unknownRequest_isAnsweredWithAnError() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession _ = TestSession.open(options(server.address()))) {
      server.send("{\"method\":\"steal\",\"params\":[],\"id\":4}");
      assertThat(server.take().path("error").asText()).isEqualTo("unknown method steal");
    }
  }

  @Test
  void received_garbage_closesWithOffsetAndReason() throws Exception {
    String[][] rows = {
      // What was sent, the reason.
      {"HTTP/1.1 400", "malformed input at byte 0: 0x48 (expected: '{')"},
      {"\n{\"a\":]}", "malformed input at byte 1: "},
      {"{\"id\":1}", "malformed input at byte 0: message without method"},
      {"{\"method\":7,\"params\":[]}", "malformed input at byte 0: message with method 7"},
    };
    for (String[] row : rows) {
      try (ScriptedServer server = ScriptedServer.silent();
          TestSession test = TestSession.open(options(server.address()))) {
        server.send(row[0]);
        assertThat(test.awaitEvent("disconnected")).startsWith("disconnected: " + row[1]);
        test.awaitEvent("connected");
      }
    }
  }

  @Test
  void idle_echoAnswered_staysConnected() throws Exception {
    try (ScriptedServer server =
            new ScriptedServer(
                message ->
                    message.path("method").asText().equals("echo")
                        ? ScriptedServer.result(message, "[]")
                        : Optional.empty());
        TestSession test =
            TestSession.open(options(server.address()).withProbeInterval(Duration.ofSeconds(1)))) {
      for (int i = 0; i < 3; i++) {
        assertThat(server.take().path("method").asText()).isEqualTo("echo");
      }
      CompletableFuture<JsonNode> call = test.session().call("still", none());
      JsonNode request = server.take();
      while (request.path("method").asText().equals("echo")) {
        request = server.take();
      }
      server.send(ScriptedServer.result(request, "true").orElseThrow());
      assertThat(call.get().asBoolean()).isTrue();
    }
  }

  @Test
  void idle_echoNotAnswered_peerIsDeclaredDead() throws Exception {
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession test =
            TestSession.open(options(server.address()).withProbeInterval(Duration.ofMillis(500)))) {
      CompletableFuture<JsonNode> call = test.session().call("first", none());
      assertThat(test.awaitEvent("disconnected"))
          .isEqualTo("disconnected: no answer to an echo within 500 ms");
      assertThat(failure(call)).isInstanceOf(OvsdbException.ConnectionLost.class);
      test.awaitEvent("connected");
    }
  }

  @Test
  void received_muchMoreThanIsHandled_arrivesCompletely() throws Exception {
    String blob = "x".repeat(1 << 20);
    int messages = 3 * (OvsdbLink.MAX_UNHANDLED_BYTES >> 20);
    try (ScriptedServer server = ScriptedServer.silent();
        TestSession test = TestSession.open(options(server.address()))) {
      AtomicInteger sent = new AtomicInteger();
      CompletableFuture<Void> release = new CompletableFuture<>();
      test.session().thread().execute(release::join);
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < messages; i++) {
                        server.send(
                            "{\"method\":\"update\",\"id\":null,\"params\":["
                                + i
                                + ",\""
                                + blob
                                + "\"]}");
                        sent.incrementAndGet();
                      }
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> sent.get() << 20 >= OvsdbLink.MAX_UNHANDLED_BYTES);
      release.complete(null);
      for (int i = 0; i < messages; i++) {
        test.awaitEvent("notified: update [" + i + ",");
      }
      sender.join();
    }
  }

  @Test
  void open_unusableTlsFiles_isRefused() {
    Path absent = Path.of("absent.pem");
    SessionOptions options =
        SessionOptions.of(
            new OvsdbAddress.Ssl("127.0.0.1", 6640), new TlsFiles(absent, absent, absent));
    assertThatThrownBy(() -> TestSession.start(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absent.pem");
  }
}
