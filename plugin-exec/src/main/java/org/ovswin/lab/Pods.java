package org.ovswin.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ovswin.sandbox.Sandboxes;
import org.ovswin.sandbox.cni.NetworkConfigList;
import org.ovswin.sandbox.cni.PluginChain;
import org.ovswin.sandbox.cni.PluginEnvironment;
import org.ovswin.sandbox.cni.RuntimeConf;
import org.ovswin.sandbox.linux.LinuxSandboxes;
import org.ovswin.sandbox.linux.Netns;

/**
 * The part of a container runtime: makes a sandbox and has the node's plugin chain attach it, with
 * the environment and standard input that the CNI specification asks for. Several pods may be added
 * at once.
 */
final class Pods {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final String NETWORK =
      """
      {"cniVersion": "1.0.0", "name": "ovs-win", "plugins": [
        {"type": "ovs-win", "ovsWin": {"link": "any"},
         "capabilities": {"portMappings": true}}]}
      """;
  private static final JsonMapper JSON = new JsonMapper();

  private final Ledger ledger;
  private final String labId;
  private final Sandboxes sandboxes = new LinuxSandboxes();
  private final NetworkConfigList network;

  Pods(Ledger ledger, String labId) {
    this.ledger = ledger;
    this.labId = labId;
    try {
      this.network = NetworkConfigList.parse(NETWORK.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new LabException("network configuration: " + e.getMessage(), e);
    }
  }

  /**
   * Makes the sandbox and attaches it; after a failure the sandbox is deleted again.
   *
   * @throws LabException with the plugin's error and the ends of the node's logs
   */
  Pod add(LabNode node, PodSpec spec) {
    createSandbox(spec.name());
    try {
      ObjectNode result = chain(node).add(network, attachment(spec.name(), spec.hostPorts()));
      return pod(node, spec, result);
    } catch (IOException | InterruptedException | LabException e) {
      LabException failure = failure("ADD of " + spec.name(), node, e);
      try {
        delete(node, spec.name(), spec.hostPorts());
      } catch (LabException again) {
        failure.addSuppressed(again);
      }
      throw failure;
    }
  }

  /** Makes the sandbox alone and returns its namespace's path. */
  Path createSandbox(String name) {
    String sandbox = sandboxName(name);
    ledger.make(
        new Ledger.Entry.Namespace(sandbox),
        () -> {
          try {
            sandboxes.create(sandbox);
          } catch (IOException e) {
            throw new LabException("sandbox %s: %s".formatted(sandbox, e.getMessage()), e);
          }
        });
    return Netns.path(sandbox);
  }

  /** Deletes the sandbox alone. */
  void deleteSandbox(String name) {
    try {
      sandboxes.delete(sandboxName(name));
    } catch (IOException e) {
      throw new LabException("sandbox %s: %s".formatted(sandboxName(name), e.getMessage()), e);
    }
  }

  /** Detaches the pod and deletes its sandbox. */
  void delete(LabNode node, String name, List<HostPort> hostPorts) {
    try {
      chain(node).del(network, attachment(name, hostPorts));
      sandboxes.delete(sandboxName(name));
    } catch (IOException | InterruptedException e) {
      throw failure("DEL of " + name, node, e);
    }
  }

  /** Has the plugin chain compare what there is with what there should be. */
  void check(LabNode node, Pod pod) {
    try {
      chain(node).check(network, attachment(pod.name(), pod.hostPorts()));
    } catch (IOException | InterruptedException e) {
      throw failure("CHECK of " + pod.name(), node, e);
    }
  }

  private static LabException failure(String what, LabNode node, Exception cause) {
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new LabException(
        "%s on %s: %s\n%s".formatted(what, node.name(), cause.getMessage(), node.logTails()),
        cause);
  }

  private PluginChain chain(LabNode node) {
    Map<String, String> environment =
        Map.of(
            "OVS_WIN_CNI_SOCKET",
            node.socketDirectory().resolve("cni.sock").toString(),
            Shell.MARKER,
            labId);
    return new PluginChain(
        new PluginEnvironment(List.of(node.pluginDirectory()), environment, DEADLINE),
        node.cacheDirectory());
  }

  private RuntimeConf attachment(String name, List<HostPort> hostPorts) {
    Map<String, String> args = new LinkedHashMap<>();
    args.put("IgnoreUnknown", "1");
    args.put("K8S_POD_NAMESPACE", "default");
    args.put("K8S_POD_NAME", name);
    Map<String, JsonNode> capabilityArgs =
        hostPorts.isEmpty() ? Map.of() : Map.of("portMappings", portMappings(hostPorts));
    return new RuntimeConf(
        containerId(name),
        Netns.path(sandboxName(name)).toString(),
        Pod.IF_NAME,
        args,
        capabilityArgs);
  }

  private static ArrayNode portMappings(List<HostPort> hostPorts) {
    ArrayNode mappings = JSON.createArrayNode();
    for (HostPort port : hostPorts) {
      mappings
          .addObject()
          .put("hostPort", port.hostPort())
          .put("containerPort", port.containerPort())
          .put("protocol", port.protocol().text());
    }
    return mappings;
  }

  /** Reads the result (CNI specification 1.0.0, section 5). */
  private Pod pod(LabNode node, PodSpec spec, ObjectNode result) {
    String address = result.at("/ips/0/address").asText();
    String gateway = result.at("/ips/0/gateway").asText();
    String port = "";
    String mac = "";
    for (JsonNode link : result.path("interfaces")) {
      if (!link.hasNonNull("sandbox") && port.isEmpty()) {
        port = link.path("name").asText();
      } else if (link.hasNonNull("sandbox") && link.path("name").asText().equals(Pod.IF_NAME)) {
        mac = link.path("mac").asText();
      }
    }
    if (port.isEmpty() || mac.isEmpty() || gateway.isEmpty() || !address.contains("/")) {
      throw new LabException(
          "result: %s (expected: an address, a gateway, a port and %s with its MAC address)"
              .formatted(result, Pod.IF_NAME));
    }
    Path netns = Netns.path(sandboxName(spec.name()));
    Host host = new Host(spec.name(), netns, address.substring(0, address.indexOf('/')));
    return new Pod(
        spec.name(),
        node.name(),
        containerId(spec.name()),
        host,
        port,
        mac,
        gateway,
        spec.hostPorts());
  }

  /** 64 hexadecimal digits, as container runtimes have them: distinct from the first ones on. */
  String containerId(String pod) {
    try {
      byte[] name = sandboxName(pod).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private String sandboxName(String pod) {
    return labId + "-" + pod;
  }
}
