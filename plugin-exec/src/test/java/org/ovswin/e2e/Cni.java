package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
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
      {"ovsWin": {"link": "any"}, "cniVersion": "1.0.0", "name": "ovs-win", "type": "ovs-win"}\
      """;

  /** The first version with STATUS and GC. */
  private static final String NEWEST = CONFIG.replace("1.0.0", "1.1.0");

  private static final JsonMapper JSON = new JsonMapper();
  private static final String IF_NAME = "eth0";

  private final LabNode node;
  private final String ifName;
  private final Duration timeout;

  private Cni(LabNode node, String ifName, Duration timeout) {
    this.node = node;
    this.ifName = ifName;
    this.timeout = timeout;
  }

  static Cni on(LabNode node) {
    return new Cni(node, IF_NAME, Duration.ofSeconds(60));
  }

  /** For another interface than eth0. */
  Cni forInterface(String name) {
    return new Cni(node, name, timeout);
  }

  /** With a launcher that gives the agent so long. */
  Cni within(Duration limit) {
    return new Cni(node, ifName, limit);
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

    /** The address that an ADD gave, without its length; the first of several. */
    String address() {
      return addresses().getFirst();
    }

    /** All addresses that an ADD gave, without their lengths. */
    List<String> addresses() {
      assertThat(succeeded()).as(out).isTrue();
      List<String> addresses = new ArrayList<>();
      json().path("ips").forEach(ip -> addresses.add(ip.path("address").asText()));
      return addresses.stream().map(text -> text.replaceFirst("/.*", "")).toList();
    }
  }

  Answer add(String containerId, Path netns) {
    return add(containerId, netns, CONFIG);
  }

  Answer add(String containerId, Path netns, String config) {
    return add(containerId, netns, config, "");
  }

  /** With CNI_ARGS, such as {@code K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0}. */
  Answer add(String containerId, Path netns, String config, String args) {
    List<String> variables = attachment(containerId, Optional.of(netns));
    variables.add("CNI_ARGS=" + args);
    return call("ADD", variables, config);
  }

  /** The configuration with more fields, in JSON's notation. */
  static String with(String fields) {
    return with(CONFIG, fields);
  }

  private static String with(String config, String fields) {
    return config.substring(0, config.length() - 1) + ", " + fields + "}";
  }

  /** With the runtime's port mapping capability. */
  static String withHostPort(int hostPort) {
    return with(
        "\"runtimeConfig\": {\"portMappings\": [{\"hostPort\": %d, \"containerPort\": 80}]}"
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
    return call("CHECK", attachment(containerId, Optional.of(netns)), config.toString());
  }

  Answer del(String containerId, Path netns) {
    return del(containerId, netns, CONFIG);
  }

  Answer del(String containerId, Path netns, String config) {
    return call("DEL", attachment(containerId, Optional.of(netns)), config);
  }

  /** As runtimes do when the sandbox is gone. */
  Answer delWithoutNetns(String containerId) {
    return call("DEL", attachment(containerId, Optional.empty()), CONFIG);
  }

  /** Whether an ADD could be served. */
  Answer status() {
    return call("STATUS", List.of(), NEWEST);
  }

  /** Of all attachments of this network, only eth0 of these containers is still known. */
  Answer gc(String... containerIds) {
    ArrayNode valid = JSON.createArrayNode();
    for (String containerId : containerIds) {
      valid.addObject().put("containerID", containerId).put("ifname", IF_NAME);
    }
    return call("GC", List.of(), with(NEWEST, "\"cni.dev/valid-attachments\": " + valid));
  }

  private List<String> attachment(String containerId, Optional<Path> netns) {
    List<String> variables = new ArrayList<>();
    variables.add("CNI_CONTAINERID=" + containerId);
    variables.add("CNI_IFNAME=" + ifName);
    netns.ifPresent(path -> variables.add("CNI_NETNS=" + path));
    return variables;
  }

  private Answer call(String command, List<String> variables, String config) {
    List<String> words = new ArrayList<>(List.of("env"));
    words.add("CNI_COMMAND=" + command);
    words.add("CNI_PATH=" + Cluster.LAUNCHER.getParent());
    words.add("OVS_WIN_CNI_SOCKET=" + node.socketDirectory().resolve("cni.sock"));
    words.add("OVS_WIN_CNI_TIMEOUT_MILLIS=" + timeout.toMillis());
    words.addAll(variables);
    words.add(Cluster.LAUNCHER.toString());
    Shell.Outcome outcome = node.shell().outcome(config, words);
    return new Answer(outcome.exitCode(), outcome.out());
  }
}
