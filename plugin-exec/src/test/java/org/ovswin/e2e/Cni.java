package org.ovswin.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Shell;

/**
 * Calls of the plugin executable on one node, as a runtime makes them (CNI specification 1.1.0,
 * section 2), with whatever the test wants to say wrong.
 */
final class Cni {
  /** A network configuration that is right. */
  static final String CONFIG =
      """
      {"cniVersion": "1.0.0", "name": "ovs-win", "type": "ovs-win"}\
      """;

  private static final JsonMapper JSON = new JsonMapper();
  private static final String IF_NAME = "eth0";

  private final LabNode node;

  private Cni(LabNode node) {
    this.node = node;
  }

  static Cni on(LabNode node) {
    return new Cni(node);
  }

  /** What the executable did. */
  record Answer(int exitCode, String out) {
    boolean succeeded() {
      return exitCode == 0;
    }

    /** The result, or the error. */
    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError("not JSON: " + out, e);
      }
    }

    int code() {
      return json().path("code").asInt();
    }

    /** The address that an ADD gave, without its length. */
    String address() {
      return json().at("/ips/0/address").asText().replaceFirst("/.*", "");
    }
  }

  Answer add(String containerId, Path netns) {
    return add(containerId, netns, CONFIG);
  }

  Answer add(String containerId, Path netns, String config) {
    return call("ADD", containerId, Optional.of(netns), config);
  }

  /** With the runtime's port mapping capability. */
  static String withHostPort(int hostPort) {
    return CONFIG.replace(
        "}",
        ", \"runtimeConfig\": {\"portMappings\": [{\"hostPort\": %d, \"containerPort\": 80}]}}"
            .formatted(hostPort));
  }

  /** With a result of ADD, as CHECK wants it. */
  Answer check(String containerId, Path netns, Answer added) {
    ObjectNode config;
    try {
      config = (ObjectNode) JSON.readTree(CONFIG);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    config.set("prevResult", added.json());
    return call("CHECK", containerId, Optional.of(netns), config.toString());
  }

  Answer del(String containerId, Path netns) {
    return call("DEL", containerId, Optional.of(netns), CONFIG);
  }

  /** As runtimes do when the sandbox is gone. */
  Answer delWithoutNetns(String containerId) {
    return call("DEL", containerId, Optional.empty(), CONFIG);
  }

  private Answer call(String command, String containerId, Optional<Path> netns, String config) {
    List<String> words = new ArrayList<>(List.of("env"));
    words.add("CNI_COMMAND=" + command);
    words.add("CNI_CONTAINERID=" + containerId);
    netns.ifPresent(path -> words.add("CNI_NETNS=" + path));
    words.add("CNI_IFNAME=" + IF_NAME);
    words.add("CNI_PATH=" + Cluster.LAUNCHER.getParent());
    words.add("OVS_WIN_CNI_SOCKET=" + node.socketDirectory().resolve("cni.sock"));
    words.add(Cluster.LAUNCHER.toString());
    Shell.Outcome outcome = node.shell().outcome(config, words);
    return new Answer(outcome.exitCode(), outcome.out());
  }
}
