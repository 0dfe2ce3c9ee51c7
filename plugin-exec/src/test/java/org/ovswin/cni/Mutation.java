package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Valid requests with something changed at random, and how to send them. */
public final class Mutation {
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

  private static final List<String> NAMES =
      List.of("CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH", "CNI_ARGS");

  private Mutation() {}

  /** What came back. */
  public record Reply(int exitCode, String output) {}

  /** What the request says now, where it can still be read. */
  public record Said(Map<String, String> environment, String config) {}

  /**
   * The payload of a request that is a little different.
   *
   * @param environment with CNI_COMMAND
   */
  public static byte[] of(Map<String, String> environment, String config, Random random) {
    return mutated(new Call(environment, config), random);
  }

  static byte[] mutated(Call call, Random random) {
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

  /** The first numbers of neighbouring seeds are alike, unless they are spread. */
  public static Random random(int seed) {
    return new Random(seed * 0x9e37_79b9_7f4a_7c15L);
  }

  /** One exchange with an agent, as a launcher has it. */
  public static Reply exchange(Path socket, byte[] payload) throws IOException {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Frames.write(client, payload);
      Answer answer = Answer.decode(Frames.read(client));
      return new Reply(answer.exitCode(), new String(answer.standardOutput(), UTF_8));
    }
  }

  /** Reads a payload, if it still is one. */
  public static Optional<Said> said(byte[] payload) {
    try {
      Invocation invocation = Invocation.decode(payload);
      Map<String, String> environment = new LinkedHashMap<>();
      for (String name : NAMES) {
        invocation.variable(name).ifPresent(value -> environment.put(name, value));
      }
      return Optional.of(new Said(environment, new String(invocation.standardInput(), UTF_8)));
    } catch (CniException e) {
      return Optional.empty();
    }
  }

  /** The payload of a request as it is. */
  public static byte[] payload(Map<String, String> environment, String config) {
    return new Call(environment, config).invocation().encode();
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
