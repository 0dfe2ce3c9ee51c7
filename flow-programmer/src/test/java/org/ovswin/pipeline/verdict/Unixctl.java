package org.ovswin.pipeline.verdict;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One kept connection to a daemon's control socket, which speaks JSON-RPC (ovs-appctl(8)): a
 * command costs tens of microseconds, where a process of ovs-appctl costs milliseconds.
 */
final class Unixctl implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final SocketChannel channel;
  private final JsonParser replies;

  private Unixctl(SocketChannel channel, JsonParser replies) {
    this.channel = channel;
    this.replies = replies;
  }

  /** A command and its arguments. */
  record Command(String method, List<String> params) {
    static Command of(String method, String... params) {
      return new Command(method, List.of(params));
    }
  }

  static Unixctl connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    // Over a reader: over a stream, the parser would wait here for a first reply.
    return new Unixctl(
        channel, JSON.createParser(Channels.newReader(channel, StandardCharsets.UTF_8)));
  }

  /**
   * The command's output.
   *
   * @throws IllegalStateException if the daemon refuses it; says why
   */
  String call(String method, String... params) throws IOException {
    return callAll(List.of(Command.of(method, params))).getFirst();
  }

  /** The outputs of commands that are sent in one write, in order. */
  List<String> callAll(List<Command> commands) throws IOException {
    StringBuilder requests = new StringBuilder();
    for (Command command : commands) {
      requests.append(
          JSON.writeValueAsString(
              Map.of("method", command.method(), "params", command.params(), "id", 0)));
    }
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(requests.toString());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    List<String> results = new ArrayList<>();
    for (Command command : commands) {
      JsonNode reply = JSON.readTree(replies);
      if (reply == null) {
        throw new EOFException(command + ": no reply (expected: one, from a running daemon)");
      }
      if (!reply.path("error").isNull()) {
        throw new IllegalStateException(command + ": " + reply.path("error").asText());
      }
      results.add(reply.path("result").asText());
    }
    return results;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
