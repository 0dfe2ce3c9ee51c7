package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;

/** The connection against a switch that hangs, hangs up, or talks nonsense. */
final class HostileSwitchTest {
  /** The handshake's barrier is the third message, after hello and set-config. */
  private static final int HANDSHAKE = 3;

  private static final FlowChange CHANGE =
      new FlowChange.Add(Flow.of(0, 1, 2, Match.ANY, Actions.output(1)));

  private final RecordingListener listener = new RecordingListener();

  @TempDir private Path dir;

  /** Answers the handshake and nothing after it. */
  private static Optional<Message> handshakeOnly(int count, Message message) {
    return count < HANDSHAKE ? ScriptedSwitch.barriers(message) : Optional.empty();
  }

  @Test
  void request_withoutAnswer_failsAtItsDeadline() throws Exception {
    SessionConfig config = SessionConfig.defaults().withRequestTimeout(Duration.ofMillis(50));
    Path socket = dir.resolve("s");
    try (ScriptedSwitch _ = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection connection = SwitchConnection.open(socket, listener, config)) {
      listener.awaitConnections(1);
      assertThatThrownBy(() -> connection.dumpFlows(0, 0).join())
          .cause()
          .isInstanceOf(SessionException.TimedOut.class)
          .hasMessage("flow dump: no answer within PT0.05S");
      assertThat(listener.disconnections).isEmpty();
    }
  }

  @Test
  void silence_afterAnEcho_endsTheConnectionAndItIsTriedAgain() throws Exception {
    SessionConfig config =
        SessionConfig.defaults().withLiveness(Duration.ofMillis(40), Duration.ofMillis(40));
    Path socket = dir.resolve("s");
    try (ScriptedSwitch _ = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection connection = SwitchConnection.open(socket, listener, config)) {
      listener.awaitConnections(1);
      CompletableFuture<Void> pending = connection.barrier();
      listener.awaitConnections(2);
      assertThat(listener.disconnections.getFirst()).contains("silent");
      assertThatThrownBy(pending::join)
          .cause()
          .isInstanceOf(SessionException.Disconnected.class)
          .hasMessageContaining("silent");
    }
  }

  @Test
  void echo_ofTheSwitch_isAnsweredWithItsData() throws Exception {
    Path socket = dir.resolve("s");
    try (ScriptedSwitch script = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection _ = SwitchConnection.open(socket, listener)) {
      listener.awaitConnections(1);
      Octets data = Octets.ofHex("c0ffee");
      ScriptedSwitch.send(script.takeClient(), 4711, new Message.EchoRequest(data));
      OpenFlowMessage answer = script.take();
      while (!(answer.body() instanceof Message.EchoReply)) {
        answer = script.take();
      }
      assertThat(answer.xid()).isEqualTo(4711);
      assertThat(answer.body()).isEqualTo(new Message.EchoReply(data));
    }
  }

  @Test
  void malformedMessage_endsTheConnectionWithOffsetAndReason() throws Exception {
    Path socket = dir.resolve("s");
    try (ScriptedSwitch script = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection _ = SwitchConnection.open(socket, listener)) {
      listener.awaitConnections(1);
      // A packet-in that ends in its header.
      ScriptedSwitch.send(
          script.takeClient(),
          Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("060a000c00000000ffffffff")));
      listener.awaitDisconnections(1);
      assertThat(listener.disconnections.getFirst())
          .isEqualTo("malformed message from the switch: byte 12: 0 bytes left (expected: 2)");
    }
  }

  @Test
  void hangUp_failsAllThatIsInFlightAtOnce() throws Exception {
    Path socket = dir.resolve("s");
    try (ScriptedSwitch script = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection connection = SwitchConnection.open(socket, listener)) {
      listener.awaitConnections(1);
      List<CompletableFuture<?>> pending = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        pending.add(connection.barrier());
        pending.add(connection.apply(List.of(CHANGE)));
        pending.add(connection.dumpFlows(0, 0));
      }
      SocketChannel client = script.takeClient();
      client.close();
      for (CompletableFuture<?> future : pending) {
        assertThatThrownBy(future::join).cause().isInstanceOf(SessionException.Disconnected.class);
      }
    }
  }

  @Test
  void requests_beyondTheBound_failAtOnce() throws Exception {
    Path socket = dir.resolve("s");
    int bound = SessionConfig.defaults().requestQueue();
    try (ScriptedSwitch _ = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection connection = SwitchConnection.open(socket, listener)) {
      listener.awaitConnections(1);
      for (int i = 0; i < bound; i++) {
        var _ = connection.barrier();
      }
      assertThatThrownBy(() -> connection.barrier().join())
          .cause()
          .isInstanceOf(SessionException.Overloaded.class)
          .hasMessage("requests in flight: 1024 (expected: fewer)");
    }
  }

  @Test
  void noCommonVersion_isToldAndTriedAgain() throws Exception {
    Path socket = dir.resolve("s");
    SessionConfig config = SessionConfig.defaults().withVersions(Version.V1_3);
    try (ScriptedSwitch script = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly);
        SwitchConnection connection = SwitchConnection.open(socket, listener, config)) {
      script.takeClient();
      script.takeClient();
      assertThatThrownBy(() -> connection.barrier().join())
          .cause()
          .isInstanceOf(SessionException.Disconnected.class)
          .hasMessageContaining("no common OpenFlow version (ours: [1.3])");
    }
  }

  @Test
  void socketThatIsNotThereYet_isConnectedToWhenItIs() throws Exception {
    Path socket = dir.resolve("s");
    try (SwitchConnection connection = SwitchConnection.open(socket, listener)) {
      assertThatThrownBy(() -> connection.barrier().join())
          .cause()
          .isInstanceOf(SessionException.Disconnected.class);
      try (ScriptedSwitch _ =
          new ScriptedSwitch(socket, (_, message) -> ScriptedSwitch.barriers(message))) {
        listener.awaitConnections(1);
        connection.barrier().join();
      }
    }
  }

  @Test
  void close_failsWhatIsInFlightAndAllThatFollows() throws Exception {
    Path socket = dir.resolve("s");
    try (ScriptedSwitch _ = new ScriptedSwitch(socket, HostileSwitchTest::handshakeOnly)) {
      SwitchConnection connection = SwitchConnection.open(socket, listener);
      listener.awaitConnections(1);
      CompletableFuture<Void> pending = connection.barrier();
      connection.close();
      assertThatThrownBy(pending::join).cause().hasMessage("closed");
      assertThatThrownBy(() -> connection.barrier().join()).cause().hasMessage("closed");
      listener.awaitDisconnections(1);
      assertThat(listener.disconnections).containsExactly("closed");
      connection.close();
    }
  }
}
