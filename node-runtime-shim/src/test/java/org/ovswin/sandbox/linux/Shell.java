package org.ovswin.sandbox.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;

/** The system's own tools, as the oracle for what the code under test did. */
final class Shell {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Shell() {}

  /** Runs a command and returns its output; fails the test if it fails. */
  static String run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new AssertionError(
          command[0] + " is missing: apt-get install iproute2 ethtool util-linux", e);
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new AssertionError(
          "%s: exit status %d: %s".formatted(List.of(command), status, output));
    }
    return output;
  }

  /** What {@code ip -n NETNS -d -j ARGUMENTS} prints. */
  static JsonNode ip(String netns, String... arguments) throws IOException, InterruptedException {
    String[] command = new String[5 + arguments.length];
    command[0] = "ip";
    command[1] = "-n";
    command[2] = netns;
    command[3] = "-d";
    command[4] = "-j";
    System.arraycopy(arguments, 0, command, 5, arguments.length);
    return JSON.readTree(run(command));
  }
}
