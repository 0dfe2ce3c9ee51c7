package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.Bandwidth.Rate;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Protocol;

/**
 * What the agent journals beside a lease: with the lease, all it takes to make the pod's network
 * again after a restart. Fields that an earlier version did not write may be missing.
 *
 * @param sandbox the network namespace as CNI_NETNS named it
 * @param hostPorts the node's ports that lead to the pod
 * @param mac the interface's address, where the request named one
 * @param bandwidth how much the pod may send and receive
 * @param defaultRoute whether the interface is the pod's way out
 * @param port the ready port that it has; empty where it brings its own
 */
record Intent(
    String sandbox,
    List<HostPort> hostPorts,
    Optional<MacAddress> mac,
    Bandwidth bandwidth,
    DefaultRoute defaultRoute,
    Optional<String> port) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Two default routes of one pod would fight: its first interface has it. */
  enum DefaultRoute {
    HERE,
    ELSEWHERE
  }

  Intent {
    hostPorts = List.copyOf(hostPorts);
  }

  /** Of a pod's first interface, with an address of our choice and no limits. */
  Intent(String sandbox, List<HostPort> hostPorts) {
    this(
        sandbox,
        hostPorts,
        Optional.empty(),
        Bandwidth.UNLIMITED,
        DefaultRoute.HERE,
        Optional.empty());
  }

  /** The same on a ready port. */
  Intent on(Optional<String> other) {
    return new Intent(sandbox, hostPorts, mac, bandwidth, defaultRoute, other);
  }

  /** The same as an interface beside the pod's first one. */
  Intent withoutDefaultRoute() {
    return new Intent(sandbox, hostPorts, mac, bandwidth, DefaultRoute.ELSEWHERE, port);
  }

  /** The same but for some of the node's ports. */
  Intent withoutHostPorts(Predicate<HostPort> which) {
    return new Intent(
        sandbox,
        hostPorts.stream().filter(which.negate()).toList(),
        mac,
        bandwidth,
        defaultRoute,
        port);
  }

  /** Whether a request asks for the same: way out and port are not the request's to choose. */
  boolean asksAs(Intent other) {
    return withoutDefaultRoute()
        .on(Optional.empty())
        .equals(other.withoutDefaultRoute().on(Optional.empty()));
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(
          new Document(
              sandbox,
              hostPorts.stream().map(Port::of).toList(),
              mac.map(MacAddress::toString).orElse(null),
              bandwidth.toPod().map(Limit::of).orElse(null),
              bandwidth.fromPod().map(Limit::of).orElse(null),
              defaultRoute == DefaultRoute.HERE ? null : defaultRoute,
              port.orElse(null)));
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
        hostPorts.add(present(port).read());
      }
      return new Intent(
          present(document.sandbox()),
          hostPorts,
          Optional.ofNullable(document.mac()).map(MacAddress::parse),
          new Bandwidth(
              Optional.ofNullable(document.toPod()).map(Limit::rate),
              Optional.ofNullable(document.fromPod()).map(Limit::rate)),
          document.defaultRoute() == null ? DefaultRoute.HERE : document.defaultRoute(),
          Optional.ofNullable(document.port()));
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

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Document(
      @JsonProperty(required = true) @Nullable String sandbox,
      @JsonProperty(required = true) @Nullable List<@Nullable Port> hostPorts,
      @Nullable String mac,
      @Nullable Limit toPod,
      @Nullable Limit fromPod,
      @Nullable DefaultRoute defaultRoute,
      @Nullable String port) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Port(
      @JsonProperty(required = true) @Nullable Protocol protocol,
      @Nullable String hostIp,
      @JsonProperty(required = true) int hostPort,
      @JsonProperty(required = true) int podPort) {
    static Port of(HostPort port) {
      return new Port(
          port.protocol(),
          port.hostIp().map(IpAddress::toString).orElse(null),
          port.hostPort(),
          port.podPort());
    }

    HostPort read() {
      return new HostPort(
          present(protocol), Optional.ofNullable(hostIp).map(IpAddress::parse), hostPort, podPort);
    }
  }

  private record Limit(
      @JsonProperty(required = true) long bitsPerSecond,
      @JsonProperty(required = true) long burstBits) {
    static Limit of(Rate rate) {
      return new Limit(rate.bitsPerSecond(), rate.burstBits());
    }

    Rate rate() {
      return new Rate(bitsPerSecond, burstBits);
    }
  }
}
