package org.ovswin.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.openflow.Flow;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.pipeline.NodeState;

/**
 * Everything the agent knows at one moment, wanted and observed; {@link Plan} is a pure function of
 * it.
 *
 * @param config the configuration
 * @param block this node's block
 * @param pods every lease, also those being torn down
 * @param vswitch the OVSDB replica
 * @param installed the switch's flows of ours; empty while they are not known
 * @param nodes the cluster's records; empty until the store has been read
 * @param gatewayMac the next hop's, once it has answered
 * @param startup whether the agent has just begun
 * @param switchProblem why {@code installed} is empty, where it is
 */
record NodeView(
    AgentConfig config,
    IpPrefix block,
    Map<Attachment, PodView> pods,
    VswitchSnapshot vswitch,
    Optional<Map<Flow.Key, Flow>> installed,
    Optional<List<NodeRecord>> nodes,
    Optional<MacAddress> gatewayMac,
    Startup startup,
    String switchProblem) {

  /** Whether what is not known may yet turn up. */
  enum Startup {
    /** The agent has just begun: a flow without a reason may be one whose reason comes later. */
    FRESH,
    /** Everything has been seen once, or had time enough: what is not known is not there. */
    OVER
  }

  NodeView {
    pods = Map.copyOf(pods);
  }

  /** Whether the replica of the configuration is being kept up to date. */
  boolean databaseUp() {
    return vswitch.link() == VswitchSnapshot.Link.UP;
  }

  /**
   * Whether everything that flows depend on has been looked at, pods found at the start included.
   */
  boolean isComplete() {
    return gatewayMac.isPresent()
        && nodes.isPresent()
        && databaseUp()
        && installed.isPresent()
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

  /** The uplink's MAC, once the switch has opened the device. */
  Optional<MacAddress> uplinkMac() {
    return Optional.ofNullable(vswitch.interfaces().get(config.uplink().device()))
        .flatMap(InterfaceRow::macInUse)
        .map(MacAddress::parse);
  }

  /** What the pipeline works from; empty until the uplink is a port of the switch. */
  Optional<NodeState> nodeState() {
    OptionalInt uplinkPort = ofport(config.uplink().device());
    Optional<MacAddress> mac = uplinkMac();
    if (uplinkPort.isEmpty() || mac.isEmpty() || nodes.isEmpty()) {
      return Optional.empty();
    }
    NodeState.Uplink uplink =
        new NodeState.Uplink(
            uplinkPort.getAsInt(),
            config.uplink().address(),
            mac.get(),
            config.uplink().gateway(),
            gatewayMac);
    return Optional.of(
        new NodeState(config.cluster().cidr(), block, uplink, peers(nodes.get()), portedPods()));
  }

  private List<NodeState.Pod> portedPods() {
    List<NodeState.Pod> ported = new ArrayList<>();
    for (PodView pod : pods.values()) {
      OptionalInt port = ofport(pod.hostName());
      if (pod.isHeld() && pod.endpoint() instanceof EndpointState.Attached && port.isPresent()) {
        ported.add(
            new NodeState.Pod(port.getAsInt(), pod.address(), pod.mac(), pod.intent().hostPorts()));
      }
    }
    return ported;
  }

  /**
   * The other nodes whose pods can be routed to: of the same cluster range and address family.
   *
   * <p>An address is one node's only. A machine that was given another name leaves its old record
   * behind; of the records that claim one address the latest counts, and none that claims ours.
   */
  private List<NodeState.Peer> peers(List<NodeRecord> records) {
    Map<Ipv4Address, NodeState.Peer> peers = new LinkedHashMap<>();
    for (NodeRecord record : byClaim(records)) {
      if (!record.node().equals(config.node())
          && !record.block().overlaps(block)
          && config.cluster().cidr().contains(record.block())
          && record.address() instanceof Ipv4Address address
          && !address.equals(config.uplink().address())) {
        peers.put(
            address, new NodeState.Peer(record.node(), address, record.mac(), record.block()));
      }
    }
    return List.copyOf(peers.values());
  }

  /** Oldest first; the names make an order of what was claimed at the same time. */
  private static List<NodeRecord> byClaim(List<NodeRecord> records) {
    return records.stream()
        .sorted(Comparator.comparing(NodeRecord::claimedAt).thenComparing(NodeRecord::node))
        .toList();
  }
}
