package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ovsdb.fixture.Vectors;

final class JsonFramerTest {

  private static final int BOUND = 1 << 20;

  /**
   * Vectors that OVS refuses and the parser takes, with the reason. Such values cannot come from a
   * server, and ours are checked by it.
   */
  private static final Map<String, String> ACCEPTED =
      Map.of(
          "isolated leading surrogate not allowed", "legal by the grammar (RFC 8259, 8.2)",
          "surrogatess must paired properly", "legal by the grammar (RFC 8259, 8.2)",
          "null bytes not allowed", "legal by the grammar (RFC 8259, 7)",
          "1e9999 is too big", "a limit of OVS's numbers (RFC 8259, 6)",
          "exponent bigger than INT_MAX", "a limit of OVS's numbers (RFC 8259, 6)",
          "exponent smaller than INT_MIN", "a limit of OVS's numbers (RFC 8259, 6)",
          "accumulated exponent bigger than INT_MAX", "a limit of OVS's numbers (RFC 8259, 6)",
          "accumulated exponent smaller than INT_MIN", "a limit of OVS's numbers (RFC 8259, 6)");

  private static List<byte[]> frames(int bound, List<byte[]> pieces) {
    EmbeddedChannel channel = new EmbeddedChannel(new JsonFramer(bound));
    List<byte[]> frames = new ArrayList<>();
    try {
      for (byte[] piece : pieces) {
        channel.writeInbound(Unpooled.copiedBuffer(piece));
        for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
          frames.add(ByteBufUtil.getBytes(frame));
          frame.release();
        }
      }
      return frames;
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static List<byte[]> splitAt(byte[] bytes, int at) {
    return List.of(Arrays.copyOfRange(bytes, 0, at), Arrays.copyOfRange(bytes, at, bytes.length));
  }

  private static List<byte[]> single(byte[] bytes) {
    List<byte[]> pieces = new ArrayList<>();
    for (byte b : bytes) {
      pieces.add(new byte[] {b});
    }
    return pieces;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Every string that ends in a backslash: where the library's decoder stops for ever.
        "{\"path\":\"C:\\\\ovs\\\\\"}",
        "{\"a\":\"\\\\\\\"}\"}",
        "{\"a\":\"{{{\",\"b\":{\"c\":[\"}\",{}]}}",
        "{\"\\\"\":\"\\u007b\"}",
        "{\"name\":\"测试 \uD834\uDD1E\",\"x\":{}}",
        "{}"
      })
  void decode_anySplit_givesTheMessageAndTheNextOne(String message) {
    byte[] bytes = utf8(" \r\n" + message + "\n\t" + message);
    for (int at = 0; at <= bytes.length; at++) {
      assertThat(frames(BOUND, splitAt(bytes, at)))
          .as("split at %d", at)
          .containsExactly(utf8(message), utf8(message));
    }
    assertThat(frames(BOUND, single(bytes))).containsExactly(utf8(message), utf8(message));
  }

  static Stream<JsonNode> vectors(boolean multiple) {
    return Vectors.lines("ovsdb/json.jsonl").stream()
        .filter(vector -> vector.path("args").isEmpty() != multiple);
  }

  static Stream<Arguments> singleVectors() {
    return vectors(false)
        .map(
            vector ->
                Arguments.of(
                    vector.path("title").asText(),
                    vector.path("input").asText().strip(),
                    vector.path("negative").asBoolean(),
                    vector.path("output").asText()));
  }

  @Tag("vectors")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("singleVectors")
  void decode_vector_givesItsValueOrIsRefused(
      String title, String input, boolean negative, String output) throws IOException {
    if (!input.startsWith("[") && !input.startsWith("{")) {
      // A scalar by itself, and macros of the OVS test suite that nobody expanded.
      assertThatThrownBy(() -> frames(BOUND, List.of(utf8(input))))
          .isInstanceOf(MalformedInput.class);
      return;
    }
    byte[] message = utf8("{\"v\":" + input + "}");
    List<byte[]> frames = frames(BOUND, single(message));
    if (negative) {
      assertThat(isRefused(message, frames)).isEqualTo(!ACCEPTED.containsKey(title));
      return;
    }
    assertThat(frames).containsExactly(message);
    for (int at = 0; at <= message.length; at++) {
      assertThat(frames(BOUND, splitAt(message, at)))
          .as("split at %d", at)
          .containsExactly(message);
    }
    ObjectReader exact = Json.MAPPER.reader(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    assertThat(normal(exact.readTree(frames.getFirst()).path("v")))
        .isEqualTo(normal(exact.readTree(output)));
  }

  @Tag("vectors")
  @Test
  void decode_vectorsOfSeveralMessages_giveEach() {
    for (JsonNode vector : vectors(true).toList()) {
      String input = vector.path("input").asText();
      // The protocol has objects only (RFC 7047, 4), so "{}[]{}[]" is garbage to us.
      if (vector.path("negative").asBoolean() || input.contains("[")) {
        assertThatThrownBy(() -> frames(BOUND, List.of(utf8(input))))
            .as(input)
            .isInstanceOf(MalformedInput.class);
      } else {
        assertThat(frames(BOUND, List.of(utf8(input))))
            .as(input)
            .hasSize(vector.path("output").asText().split("\n").length);
      }
    }
  }

  @Test
  void decode_nestedTooDeep_isRefusedByTheParser() {
    for (String open : List.of("[", "{\"x\":")) {
      String close = open.equals("[") ? "]" : "}";
      byte[] message = utf8("{\"v\":" + open.repeat(1002) + "1" + close.repeat(1002) + "}");
      assertThat(isRefused(message, frames(BOUND, List.of(message)))).isTrue();
    }
  }

  /** The end of the message is not found, or its text is not JSON. */
  private static boolean isRefused(byte[] message, List<byte[]> frames) {
    if (frames.size() != 1 || !Arrays.equals(frames.getFirst(), message)) {
      return true;
    }
    try {
      Json.MAPPER.readTree(message);
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  /** Numbers as OVS prints them have 15 digits; members of an object have no order. */
  private static Object normal(JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue() == 0
          ? BigDecimal.ZERO
          : node.decimalValue().round(new MathContext(15)).stripTrailingZeros();
    }
    if (node.isArray()) {
      List<Object> elements = new ArrayList<>();
      node.forEach(element -> elements.add(normal(element)));
      return elements;
    }
    if (node.isObject()) {
      Map<String, Object> members = new TreeMap<>();
      node.properties().forEach(member -> members.put(member.getKey(), normal(member.getValue())));
      return members;
    }
    return node;
  }

  @Test
  void decode_garbage_isRefusedWithItsOffset() {
    assertThatThrownBy(() -> frames(BOUND, List.of(utf8("{\"a\":1}\n GET / HTTP/1.1"))))
        .isInstanceOf(MalformedInput.class)
        .hasMessage("malformed input at byte 9: 0x47 (expected: '{')");
  }

  @Test
  void decode_garbage_restIsDropped() {
    EmbeddedChannel channel = new EmbeddedChannel(new JsonFramer(BOUND));
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.copiedBuffer(utf8("x"))));

    channel.writeInbound(Unpooled.copiedBuffer(utf8("{}")));

    assertThat(channel.<ByteBuf>readInbound()).isNull();
    channel.finishAndReleaseAll();
  }

  @Test
  void decode_messageOverTheBound_isRefused() {
    byte[] bytes = utf8("{\"a\":\"" + "x".repeat(92) + "\"}");
    assertThat(frames(100, List.of(bytes))).hasSize(1);
    for (List<byte[]> pieces : List.of(List.of(bytes), single(bytes))) {
      assertThatThrownBy(() -> frames(99, pieces))
          .isInstanceOf(MalformedInput.class)
          .hasMessageContaining("message of 100 bytes (expected: at most 99)");
    }
  }

  @Test
  void decode_endlessMessage_isRefusedAtTheBound() {
    assertThatThrownBy(() -> frames(99, single(utf8("{\"a\":\"" + "x".repeat(1000)))))
        .isInstanceOf(MalformedInput.class)
        .hasMessageContaining("message of 100 bytes");
  }
}
