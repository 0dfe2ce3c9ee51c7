package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Valid requests with something changed at random: each must end in a valid result or a valid error
 * that is not our fault, and an error must have changed nothing.
 */
class MutationTest {
  private static final int COUNT = 1_000;
  private static final Set<Integer> CODES = Set.of(1, 2, 3, 4, 5, 6, 7);
  private static final List<CniVerb> VERBS = List.of(CniVerb.values());
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "65536",
          "1e9",
          "99999999999999999999",
          "\"\"",
          "\"x\"",
          "\"10.0.0.1\"",
          "\"10.0.0.1/99\"",
          "\"::1/64\"",
          "\"ä\\u0000\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "{\"a\":{}}",
          "\"1.1.0\"",
          "\"0.2.0\"");

  @TempDir Path directory;

  @Test
  void mutatedRequest_endsInAValidAnswer() throws IOException {
    Path socket = directory.resolve("run/cni.sock");
    StrictHandler handler = new StrictHandler();
    int errors = 0;
    try (CniServer server = CniServer.open(socket, handler)) {
      assertThat(server).isNotNull();
      for (int seed = 0; seed < COUNT; seed++) {
        byte[] payload = mutated(new Random(seed));
        Set<Attachment> before = Set.copyOf(handler.attachments.keySet());
        Answer answer = exchange(socket, payload);
        String about =
            "seed " + seed + ": " + new String(payload, ISO_8859_1) + "\n" + text(answer);
        if (answer.exitCode() == 0) {
          assertValidResult(answer, about);
        } else {
          errors++;
          assertValidError(answer, about);
          assertThat(handler.attachments.keySet()).as(about).isEqualTo(before);
        }
      }
    }
    // Neither may be the exception, or the mutations test nothing.
    assertThat(errors).isBetween(COUNT / 4, COUNT * 19 / 20);
  }

  private static Answer exchange(Path socket, byte[] payload) throws IOException {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Frames.write(client, payload);
      return Answer.decode(Frames.read(client));
    }
  }

  private static String text(Answer answer) {
    return new String(answer.standardOutput(), UTF_8);
  }

  private static void assertValidResult(Answer answer, String about) {
    if (answer.standardOutput().length > 0) {
      JsonNode result = Call.json(text(answer));
      assertThat(CniVersion.texts()).as(about).contains(result.path("cniVersion").asText());
      assertThat(
              result.has("ips")
                  || result.has("ip4")
                  || result.has("ip6")
                  || result.has("supportedVersions"))
          .as(about)
          .isTrue();
    }
  }

  private static void assertValidError(Answer answer, String about) {
    JsonNode error = Call.json(text(answer));
    assertThat(answer.exitCode()).as(about).isEqualTo(1);
    assertThat(CniVersion.texts()).as(about).contains(error.path("cniVersion").asText());
    assertThat(CODES).as(about).contains(error.path("code").asInt());
    assertThat(error.path("msg").asText()).as(about).isNotEmpty();
    assertThat(error.path("msg").asText().length()).as(about).isLessThan(500);
  }

  private static byte[] mutated(Random random) {
    Call call = valid(random);
    return switch (random.nextInt(4)) {
      case 0 -> withChangedBytes(call.invocation().encode(), random);
      case 1 -> withChangedEnvironment(call, random).invocation().encode();
      case 2 -> call.config(withChangedNode(call.config(), random)).invocation().encode();
      default ->
          withChangedEnvironment(call, random)
              .config(withChangedNode(withChangedNode(call.config(), random), random))
              .invocation()
              .encode();
    };
  }

  private static Call valid(Random random) {
    CniVerb verb = VERBS.get(random.nextInt(VERBS.size()));
    return Call.of(verb)
        .set("prevResult", Call.PREV_RESULT)
        .set("dns", "{\"nameservers\":[\"10.0.0.2\"]}")
        .set("capabilities", "{\"portMappings\":true}")
        .set(
            "runtimeConfig",
            """
            {"portMappings":[{"hostPort":80,"containerPort":80,"hostIP":"10.0.0.1"},
                             {"HostPort":81,"ContainerPort":80,"Protocol":"udp"}]}
            """);
  }

  /** Flips, removes, repeats or cuts. */
  private static byte[] withChangedBytes(byte[] payload, Random random) {
    int at = random.nextInt(payload.length);
    return switch (random.nextInt(4)) {
      case 0 -> {
        byte[] changed = payload.clone();
        changed[at] = (byte) random.nextInt(256);
        yield changed;
      }
      case 1 -> joined(payload, at, Math.min(payload.length, at + 1 + random.nextInt(8)));
      case 2 -> joined(payload, at, Math.max(0, at - random.nextInt(40)));
      default -> Arrays.copyOf(payload, Math.max(1, at));
    };
  }

  /** Everything before {@code end}, then everything from {@code start}. */
  private static byte[] joined(byte[] payload, int end, int start) {
    byte[] joined = Arrays.copyOf(payload, end + payload.length - start);
    System.arraycopy(payload, start, joined, end, payload.length - start);
    return joined.length == 0 ? new byte[1] : joined;
  }

  private static Call withChangedEnvironment(Call call, Random random) {
    List<String> names = new ArrayList<>(Map.copyOf(call.environment()).keySet());
    names.sort(null);
    String name = names.get(random.nextInt(names.size()));
    return switch (random.nextInt(3)) {
      case 0 -> call.without(name);
      case 1 -> call.with(name, VALUES.get(random.nextInt(VALUES.size())));
      default -> {
        StringBuilder value = new StringBuilder(call.environment().get(name));
        value.insert(random.nextInt(value.length() + 1), ";=/: \n-ä".charAt(random.nextInt(8)));
        yield call.with(name, value.toString());
      }
    };
  }

  /** Replaces or removes one value somewhere. */
  private static String withChangedNode(String config, Random random) {
    JsonNode root = Call.json(config);
    List<Runnable> changes = new ArrayList<>();
    collect(root, Call.json(VALUES.get(random.nextInt(VALUES.size()))), changes);
    if (!changes.isEmpty()) {
      changes.get(random.nextInt(changes.size())).run();
    }
    return root.toString();
  }

  private static void collect(JsonNode node, JsonNode value, List<Runnable> changes) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        changes.add(() -> object.set(property.getKey(), value));
        changes.add(() -> object.remove(property.getKey()));
        changes.add(() -> object.set(property.getKey() + "X", value));
        collect(property.getValue(), value, changes);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        changes.add(() -> array.set(index, value));
        changes.add(() -> array.add(array.get(index)));
        collect(array.get(i), value, changes);
      }
    }
  }
}
