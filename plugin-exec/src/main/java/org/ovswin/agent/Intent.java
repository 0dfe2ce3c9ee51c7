package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Protocol;

/**
 * What the agent journals beside a lease: with the lease, all it takes to make the pod's network
 * again after a restart.
 *
 * @param sandbox the network namespace as CNI_NETNS named it
 * @param hostPorts the node's ports that lead to the pod
 */
record Intent(String sandbox, List<HostPort> hostPorts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Intent {
    hostPorts = List.copyOf(hostPorts);
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(
          new Document(
              sandbox,
              hostPorts.stream()
                  .map(port -> new Port(port.protocol(), port.hostPort(), port.podPort()))
                  .toList()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("intent of " + sandbox, e);
    }
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException the text is not an intent
   */
  static Intent parse(String json) {
    try {
      Document document = present(JSON.readValue(json, Document.class));
      List<HostPort> hostPorts = new ArrayList<>();
      for (Port port : present(document.hostPorts())) {
        Port there = present(port);
        hostPorts.add(
            new HostPort(
                present(there.protocol()), Optional.empty(), there.hostPort(), there.podPort()));
      }
      return new Intent(present(document.sandbox()), hostPorts);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("intent: " + e.getOriginalMessage(), e);
    }
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("intent: null (expected: sandbox and hostPorts)");
    }
    return value;
  }

  private record Document(
      @JsonProperty(required = true) @Nullable String sandbox,
      @JsonProperty(required = true) @Nullable List<@Nullable Port> hostPorts) {}

  private record Port(
      @JsonProperty(required = true) @Nullable Protocol protocol,
      @JsonProperty(required = true) int hostPort,
      @JsonProperty(required = true) int podPort) {}
}
