package org.ovswin.cni;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How the plugin executable was called: the payload of the frame from launcher to agent.
 *
 * <pre>
 *   "CNI_COMMAND=ADD" 0  "CNI_IFNAME=eth0" 0  …  0  standard input as it came
 * </pre>
 */
final class Invocation {
  private final Map<String, String> environment;
  private final byte[] standardInput;

  Invocation(Map<String, String> environment, byte[] standardInput) {
    this.environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    this.standardInput = standardInput.clone();
  }

  /**
   * Reads a payload. Where a variable is set twice, the first counts, as for {@code getenv}.
   *
   * @throws CniException 5 if it is not in the form above, 4 if a variable is not UTF-8
   */
  static Invocation decode(byte[] payload) throws CniException {
    Map<String, String> environment = new LinkedHashMap<>();
    int start = 0;
    while (true) {
      int end = start;
      while (end < payload.length && payload[end] != 0) {
        end++;
      }
      if (end == payload.length) {
        throw CniErrors.ioFailure(
            "request: byte %d: end of the payload (expected: the 0 that ends an entry)"
                .formatted(end));
      }
      if (end == start) {
        byte[] input = new byte[payload.length - end - 1];
        System.arraycopy(payload, end + 1, input, 0, input.length);
        return new Invocation(environment, input);
      }
      String entry = utf8(payload, start, end - start);
      int equals = entry.indexOf('=');
      if (equals < 1) {
        throw CniErrors.ioFailure(
            "request: byte %d: an entry without a name (expected: NAME=value)".formatted(start));
      }
      environment.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1));
      start = end + 1;
    }
  }

  private static String utf8(byte[] payload, int start, int length) throws CniException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(payload, start, length))
          .toString();
    } catch (CharacterCodingException e) {
      String shown = new String(payload, start, length, StandardCharsets.UTF_8);
      int equals = shown.indexOf('=');
      throw CniErrors.invalidEnvironment(
              equals < 0 ? "environment" : shown.substring(0, equals),
              shown.substring(equals + 1),
              "UTF-8")
          .causedBy(e);
    }
  }

  /** The payload, of whatever length. */
  byte[] encode() {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    environment.forEach(
        (name, value) -> {
          payload.writeBytes((name + "=" + value).getBytes(StandardCharsets.UTF_8));
          payload.write(0);
        });
    payload.write(0);
    payload.writeBytes(standardInput);
    return payload.toByteArray();
  }

  /** A variable; an empty one counts as absent, as in the reference library. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  byte[] standardInput() {
    return standardInput.clone();
  }
}
