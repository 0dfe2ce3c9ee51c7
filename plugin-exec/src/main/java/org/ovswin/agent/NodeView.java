package org.ovswin.agent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.PortSpec;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.pipeline.NodeState;

/**
 * Everything the agent knows at one moment, wanted and observed; {@link Plan} is a pure function of
 * it.
 *
 * @param config the configuration
 * @param space the cluster's ranges and this node's blocks
 * @param pods every lease, also those being torn down
 * @param vswitch the OVSDB replica
 * @param comingPorts names of ports in the transaction under way: the replica may show them any
 *     moment, so their pods are not gone
 * @param readyPorts the ports that shall be there whether a pod has them or not
 * @param flows what is known of the switch's flows
 * @param peers the other nodes; empty until the store has been read
 * @param nextHops those behind the uplink, as far as they have answered
 * @param host what the host's own stack has of what pods need
 * @param startup whether the agent has just begun
 */
record NodeView(
    AgentConfig config,
    AddressSpace space,
    Map<Attachment, PodView> pods,
    VswitchSnapshot vswitch,
    Set<String> comingPorts,
    Map<String, PortSpec> readyPorts,
    SwitchFlows flows,
    Optional<NodeState.Peers> peers,
    NextHops nextHops,
    HostState host,
    Startup startup) {

  /** Whether what is not known may yet turn up. */
  enum Startup {
    /** The agent has just begun: a flow without a reason may be one whose reason comes later. */
    FRESH,
    /** Everything has been seen once, or had time enough: what is not known is not there. */
    OVER
  }

  NodeView {
    pods = Collections.unmodifiableMap(new LinkedHashMap<>(pods));
    comingPorts = Set.copyOf(comingPorts);
    readyPorts = Collections.unmodifiableMap(new HashMap<>(readyPorts));
  }

  /** Whether the replica of the configuration is being kept up to date. */
  boolean databaseUp() {
    return vswitch.link() == VswitchSnapshot.Link.UP;
  }

  /**
   * Whether everything that flows depend on has been looked at, pods found at the start included.
   */
  boolean isComplete() {
    return nextHops.areKnown(config.exit())
        && peers.isPresent()
        && databaseUp()
        && flows.areSettled()
        && pods.values().stream()
            .filter(PodView::isHeld)
            .allMatch(
                pod ->
                    pod.endpoint() instanceof EndpointState.Failed
                        || (pod.endpoint() instanceof EndpointState.Attached
                            && ofport(pod.hostName()).isPresent()));
  }

  /** The OpenFlow port of an interface, once the switch has given it one. */
  OptionalInt ofport(String name) {
    InterfaceRow row = vswitch.interfaces().get(name);
    if (row == null || row.ofport().isEmpty() || row.ofport().getAsInt() <= 0) {
      return OptionalInt.empty();
    }
    return row.ofport();
  }

  /** Whether the switch has let go of the pod's device, if it had it. */
  boolean isWithoutPort(PodView pod) {
    return databaseUp()
        && !vswitch.interfaces().containsKey(pod.hostName())
        && !comingPorts.contains(pod.hostName())
        && vswitch.root().map(root -> root.curCfg() >= root.nextCfg()).orElse(true);
  }

  /** The uplink's MAC, once the switch has opened the device. */
  Optional<MacAddress> uplinkMac() {
    return config
        .uplink()
        .map(uplink -> vswitch.interfaces().get(uplink.device()))
        .flatMap(InterfaceRow::macInUse)
        .map(MacAddress::parse);
  }

  /** What the pipeline works from; empty until the switch has the way out of the node. */
  Optional<NodeState> nodeState() {
    if (peers.isEmpty()) {
      return Optional.empty();
    }
    return exit()
        .map(
            way ->
                new NodeState(space.ranges(), space.blocks(), way, peers.get(), portedPods(way)));
  }

  private Optional<NodeState.Exit> exit() {
    return switch (config.exit()) {
      case AgentConfig.GatewayConfig _ ->
          vswitch.interfaces().containsKey(config.openvswitch().bridge())
              ? Optional.of(new NodeState.Gateway())
              : Optional.empty();
      case AgentConfig.UplinkConfig uplink -> {
        OptionalInt port = ofport(uplink.device());
        Optional<MacAddress> mac = uplinkMac();
        yield port.isEmpty() || mac.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new NodeState.Uplink(
                    port.getAsInt(),
                    uplink.address(),
                    mac.get(),
                    uplink.gateway(),
                    nextHops.ipv4(),
                    uplink
                        .ipv6()
                        .map(
                            ipv6 ->
                                new NodeState.Link(
                                    ipv6.address(), ipv6.gateway(), nextHops.ipv6()))));
      }
    };
  }

  /**
   * The pods that the switch has a port for. Their endpoints need not have been looked at: after a
   * start, what worked goes on working. A number that two ports claim, as a replica may show them
   * while the switch is starting, belongs to neither.
   */
  private List<NodeState.Pod> portedPods(NodeState.Exit exit) {
    boolean hostPortsInFlows = exit instanceof NodeState.Uplink;
    Set<Integer> claimed = new HashSet<>();
    Set<Integer> contested = new HashSet<>();
    if (exit instanceof NodeState.Uplink uplink) {
      claimed.add(uplink.port());
    }
    List<NodeState.Pod> ported = new ArrayList<>();
    for (PodView pod : pods.values()) {
      OptionalInt port = ofport(pod.hostName());
      if (port.isEmpty()) {
        continue;
      }
      if (!claimed.add(port.getAsInt())) {
        contested.add(port.getAsInt());
      }
      if (pod.isHeld()
          && !(pod.endpoint() instanceof EndpointState.Lost)
          && space.hasBlocksOf(pod.addresses())) {
        ported.add(
            new NodeState.Pod(
                port.getAsInt(),
                pod.addresses(),
                pod.mac(),
                hostPortsInFlows ? pod.intent().hostPorts() : List.of(),
                pod.intent().bandwidth()));
      }
    }
    ported.removeIf(pod -> contested.contains(pod.port()));
    return ported;
  }
}
