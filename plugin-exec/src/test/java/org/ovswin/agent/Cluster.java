package org.ovswin.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.ovswin.cni.Bandwidth;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.CniVersion;
import org.ovswin.cni.Dns;
import org.ovswin.cni.PodName;
import org.ovswin.cni.PortMapping;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.lease.Attachment;

/** The values of the small cluster that the agent's tests are about. */
final class Cluster {
  static final String BRIDGE = "br-pods";
  static final String UPLINK = "uplink0";
  static final String BOOT = "boot-1";

  /** Five pods fill it, so addresses are soon given again. */
  static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/29");

  /** One that the node may claim besides. */
  static final IpPrefix FURTHER = IpPrefix.parse("10.244.7.0/29");

  static final MacAddress UPLINK_MAC = MacAddress.parse("02:00:00:00:00:0a");
  static final MacAddress GATEWAY_MAC = MacAddress.parse("02:00:00:00:00:01");
  static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  static final ClusterRanges RANGES =
      ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), BLOCK.length()));
  static final AddressSpace SPACE = AddressSpace.of(RANGES.prefixes(), List.of(BLOCK));

  static final AgentConfig.UplinkConfig UPLINK_CONFIG =
      new AgentConfig.UplinkConfig(
          UPLINK, Ipv4Address.parse("192.0.2.10"), 24, Ipv4Address.parse("192.0.2.1"));

  static final NodeLink LINK = new NodeLink(List.of(UPLINK_CONFIG.address()), UPLINK_MAC, 1500);

  static final AgentConfig CONFIG = config(UPLINK_CONFIG);
  static final AgentConfig GATEWAY_CONFIG = config(AgentConfig.GatewayConfig.FOUND);

  private Cluster() {}

  /** A node with ports that wait for pods. */
  static AgentConfig withReadyPorts(int readyPorts) {
    return config(UPLINK_CONFIG, readyPorts);
  }

  private static AgentConfig config(AgentConfig.Exit exit) {
    return config(exit, 0);
  }

  private static AgentConfig config(AgentConfig.Exit exit, int readyPorts) {
    return new AgentConfig(
        "node1",
        new ClusterConfig(
            RANGES,
            new ClusterConfig.Store.File(Path.of("/nowhere/store")),
            Duration.ofMinutes(10)),
        IpamConfig.DEFAULT,
        Path.of("/nowhere/state"),
        Path.of("/nowhere/run"),
        new AgentConfig.OpenVSwitch(
            "unix:/nowhere/db.sock", Path.of("/nowhere/ovs"), BRIDGE, "netdev", readyPorts),
        exit,
        AgentConfig.Mode.HOST_GATEWAY,
        OptionalInt.of(1500));
  }

  static Attachment attachment(int number) {
    return new Attachment("container" + number, "eth0");
  }

  static String sandbox(int number) {
    return "/run/netns/container" + number;
  }

  /** An ADD, CHECK or DEL of container {@code number}. */
  static CniRequest request(int number, Instant deadline, PortMapping... portMappings) {
    return new CniRequest(
        CniVersion.V1_0_0,
        "net",
        attachment(number).containerId(),
        sandbox(number),
        attachment(number).ifName(),
        Optional.of(new PodName("default", "pod" + number, Optional.empty())),
        List.of(),
        Optional.empty(),
        List.of(portMappings),
        Bandwidth.UNLIMITED,
        CniRequest.Link.ANY,
        Dns.NONE,
        Optional.empty(),
        deadline);
  }

  static PortMapping tcp(int hostPort, int containerPort) {
    return new PortMapping(hostPort, containerPort, PortMapping.Protocol.TCP, Optional.empty());
  }

  /** Another node and its block. */
  record Node(NodeRecord record, BlockRecord block) {}

  /** Another node, such as (2, "10.244.2.0/29", "192.0.2.12"). */
  static Node node(int number, String block, String address) {
    NodeRecord record =
        new NodeRecord(
            "node" + number,
            new UUID(0, number),
            List.of(IpAddress.parse(address)),
            MacAddress.parse("02:00:00:00:01:%02x".formatted(number)),
            "linux",
            Optional.empty(),
            "0.1.0",
            LONG_AGO.plusSeconds(number));
    return new Node(
        record,
        BlockRecord.claimed(
            IpPrefix.parse(block), record.node(), record.owner(), record.joinedAt()));
  }

  static Node node(int number) {
    return node(number, "10.244." + number + ".0/29", "192.0.2." + (10 + number));
  }

  /** The records of these nodes. */
  static ClusterView view(List<Node> nodes) {
    return new ClusterView(
        RANGES,
        nodes.stream().map(Node::record).toList(),
        nodes.stream().map(Node::block).toList(),
        List.of());
  }
}
