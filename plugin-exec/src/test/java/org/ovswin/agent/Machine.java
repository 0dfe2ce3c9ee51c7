package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.ovsdb.vswitch.BridgeRow;
import org.ovswin.ovsdb.vswitch.BridgeSpec;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.PortRow;
import org.ovswin.ovsdb.vswitch.PortSpec;
import org.ovswin.ovsdb.vswitch.RootRow;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.SandboxProbe;

/**
 * The truth about one machine, which outlives every agent on it: its devices, the rows of its Open
 * vSwitch database, what ovs-vswitchd makes of them, and its flows.
 */
final class Machine {
  private static final int LOCAL = 65534;

  /** Pods' devices by name. */
  final Map<String, EndpointSpec> devices = new TreeMap<>();

  /** The devices of ready ports, whether a pod is on them or not. */
  final Set<String> readyDevices = new TreeSet<>();

  /** Addresses with a way of their own out of their sandbox; that does not go with a device. */
  final Set<InetAddress> sources = new HashSet<>();

  /** Network namespaces that are gone. */
  final Set<String> missingSandboxes = new TreeSet<>();

  /** Devices that went with their namespace and have not been made again. */
  final Set<String> lostDevices = new TreeSet<>();

  private Optional<BridgeSpec> bridge = Optional.empty();
  private final Map<String, PortSpec> rows = new TreeMap<>();

  /** As ovs-vswitchd has written them into the database; -1 where it could not make the port. */
  private final Map<String, Integer> ofports = new TreeMap<>();

  private final Map<Flow.Key, Flow> flows = new LinkedHashMap<>();
  private boolean running;
  private long nextCfg;

  /** Flows went otherwise than by the agent since they were last dumped. */
  private boolean flowsWereLost;

  /** Namespaces that have taken the place of others at their paths. */
  final Set<String> replacedSandboxes = new TreeSet<>();

  /** What is at the path of a sandbox. */
  SandboxProbe.Life sandbox(String path) {
    return missingSandboxes.contains(path)
        ? new SandboxProbe.Life.Gone()
        : new SandboxProbe.Life.There(
            OptionalLong.of(path.hashCode() + (replacedSandboxes.contains(path) ? 1L : 0L)));
  }

  /** Somebody deletes a pod's device. */
  void loseDevice(int container) {
    for (EndpointSpec device : List.copyOf(devices.values())) {
      if (device.sandbox().equals(Cluster.sandbox(container))) {
        devices.remove(device.hostName());
        lostDevices.add(device.hostName());
      }
    }
  }

  /** A namespace goes, and the pod's device with it. */
  void loseSandbox(int container) {
    missingSandboxes.add(Cluster.sandbox(container));
    loseDevice(container);
  }

  // The database.

  VswitchSnapshot snapshot() {
    Map<String, InterfaceRow> interfaces = new HashMap<>();
    Map<String, PortRow> ports = new HashMap<>();
    Map<String, BridgeRow> bridges = new HashMap<>();
    rows.forEach(
        (name, spec) -> {
          interfaces.put(name, interfaceRow(spec));
          ports.put(
              name,
              new PortRow(
                  uuid("port", name), name, bridge.map(BridgeSpec::name), Set.of(name), Map.of()));
        });
    bridge.ifPresent(
        spec ->
            bridges.put(
                spec.name(),
                new BridgeRow(
                    uuid("bridge", spec.name()),
                    spec.name(),
                    spec.datapathType(),
                    Optional.empty(),
                    Optional.of("secure"),
                    spec.protocols(),
                    spec.otherConfig(),
                    spec.externalIds(),
                    rows.keySet())));
    RootRow root =
        new RootRow(
            uuid("root", ""), nextCfg, nextCfg, Optional.empty(), Set.of(), Set.of(), Map.of());
    return new VswitchSnapshot(
        VswitchSnapshot.Link.UP, Optional.of(root), bridges, ports, interfaces);
  }

  private InterfaceRow interfaceRow(PortSpec spec) {
    Optional<Integer> ofport = Optional.ofNullable(ofports.get(spec.name()));
    boolean refused = ofport.filter(port -> port < 0).isPresent();
    return new InterfaceRow(
        uuid("interface", spec.name()),
        spec.name(),
        spec.type(),
        ofport.map(OptionalInt::of).orElse(OptionalInt.empty()),
        OptionalInt.empty(),
        refused
            ? Optional.of("could not open network device " + spec.name() + " (No such device)")
            : Optional.empty(),
        Optional.empty(),
        ofport.filter(port -> port > 0).map(_ -> macOf(spec.name())),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        spec.externalIds());
  }

  private String macOf(String device) {
    return device.equals(Cluster.UPLINK) || device.equals(Cluster.BRIDGE)
        ? Cluster.UPLINK_MAC.toString()
        : "02:00:00:00:02:00";
  }

  private static UUID uuid(String table, String name) {
    return UUID.nameUUIDFromBytes((table + "/" + name).getBytes(StandardCharsets.UTF_8));
  }

  /** What is so already costs nothing, as {@code Vswitch.apply} promises. */
  void commit(List<VswitchChange> changes) {
    Map<String, PortSpec> rowsBefore = new TreeMap<>(rows);
    Optional<BridgeSpec> bridgeBefore = bridge;
    Set<String> put = new HashSet<>();
    for (VswitchChange change : changes) {
      switch (change) {
        case VswitchChange.PutBridge(BridgeSpec spec) -> {
          bridge = Optional.of(spec);
          rows.putIfAbsent(spec.name(), PortSpec.internal(spec.name()));
        }
        case VswitchChange.PutPort(String on, PortSpec spec) -> {
          assertThat(bridge.map(BridgeSpec::name)).as("bridge of %s", spec).contains(on);
          assertThat(put.add(spec.name())).as("%s put twice", spec.name()).isTrue();
          rows.put(spec.name(), spec);
        }
        case VswitchChange.DeletePort(String on, String name) -> {
          assertThat(bridge.map(BridgeSpec::name)).contains(on);
          assertThat(put).as("put and deleted at once").doesNotContain(name);
          rows.remove(name);
          ofports.remove(name);
        }
        case VswitchChange.DeleteBridge delete ->
            throw new AssertionError("the agent deletes no bridge: " + delete);
      }
    }
    if (!rows.equals(rowsBefore) || !bridge.equals(bridgeBefore)) {
      nextCfg++;
    }
  }

  /** Somebody else takes our mark off the bridge. */
  void meddle() {
    bridge = bridge.map(spec -> spec.withExternalIds(Map.of()));
    nextCfg++;
  }

  boolean hasRow(String name) {
    return rows.containsKey(name);
  }

  /** The rows of ready ports, by name. */
  Set<String> readyRows() {
    Set<String> names = new TreeSet<>();
    for (PortSpec row : rows.values()) {
      if (PortPool.READY.equals(row.externalIds().get(PortPool.ROLE))) {
        names.add(row.name());
      }
    }
    return names;
  }

  /** The rows of pods that brought their own, by name. */
  Set<String> podRows() {
    Set<String> names = new TreeSet<>(rows.keySet());
    names.removeAll(readyRows());
    names.remove(Cluster.BRIDGE);
    names.remove(Cluster.UPLINK);
    return names;
  }

  // ovs-vswitchd.

  boolean isRunning() {
    return running;
  }

  /** Whether the bridge's management socket is there. */
  boolean hasBridge() {
    return running && ofports.containsKey(Cluster.BRIDGE);
  }

  void start() {
    running = true;
  }

  /** Its flows are in its memory alone; port numbers are in the database. */
  void kill() {
    running = false;
    loseFlows();
  }

  /** Somebody deletes all flows. */
  void loseFlows() {
    flows.clear();
    flowsWereLost = true;
  }

  boolean flowsWereLost() {
    return flowsWereLost;
  }

  /** Gives ports numbers, the lowest that is free, as far as their devices are there. */
  void work() {
    if (!running) {
      return;
    }
    for (String name : rows.keySet()) {
      boolean there =
          name.equals(Cluster.UPLINK)
              || name.equals(Cluster.BRIDGE)
              || readyDevices.contains(name)
              || devices.containsKey(name);
      Integer port = ofports.get(name);
      if (!there) {
        ofports.put(name, -1);
      } else if (port == null || port < 0) {
        ofports.put(name, name.equals(Cluster.BRIDGE) ? LOCAL : lowestFree());
      }
    }
  }

  private int lowestFree() {
    int port = 1;
    while (ofports.containsValue(port)) {
      port++;
    }
    return port;
  }

  // Flows.

  List<Flow> dump() {
    return List.copyOf(flows.values());
  }

  /** The agent has had a look at the flows, and put right what was lost. */
  void flowsAreSeen() {
    flowsWereLost = false;
  }

  void apply(List<FlowChange> changes) {
    for (FlowChange change : changes) {
      switch (change) {
        case FlowChange.Add(Flow flow) -> flows.put(flow.key(), flow);
        case FlowChange.ModifyStrict(Flow flow) -> flows.replace(flow.key(), flow);
        case FlowChange.DeleteStrict(Flow flow) -> flows.remove(flow.key());
      }
    }
  }

  boolean hasFlows(PodView pod) {
    long cookie = Pipeline.podCookie(pod.address());
    return flows.values().stream().anyMatch(flow -> flow.cookie() == cookie);
  }

  /** How the flows differ from those of this node with these blocks, pods and peers. */
  List<FlowChange> flowsBeyond(
      List<IpPrefix> blocks,
      List<PodView> pods,
      List<NodeState.Peer> peers,
      NodeView.Startup gateway) {
    return FlowDiff.diff(flows.values(), Pipeline.flows(state(blocks, pods, peers, gateway)));
  }

  /** Whether packets of and for this pod flow. */
  boolean isReachable(PodView pod) {
    if (!devices.containsKey(pod.hostName())
        || ofports.getOrDefault(pod.hostName(), -1) <= 0
        || ofports.getOrDefault(Cluster.UPLINK, -1) <= 0) {
      return false;
    }
    List<IpPrefix> block =
        Stream.of(Cluster.BLOCK, Cluster.FURTHER)
            .filter(one -> one.contains(pod.address()))
            .toList();
    // Without peers, next hop and other blocks: those come and go.
    return Pipeline.flows(state(block, List.of(pod), List.of(), NodeView.Startup.FRESH)).stream()
        .allMatch(
            flow -> {
              Flow there = flows.get(flow.key());
              return there != null && FlowDiff.same(there, flow);
            });
  }

  private NodeState state(
      List<IpPrefix> blocks,
      List<PodView> pods,
      List<NodeState.Peer> peers,
      NodeView.Startup gateway) {
    List<NodeState.Pod> ported = new ArrayList<>();
    for (PodView pod : pods) {
      int port = ofports.getOrDefault(pod.hostName(), -1);
      if (port > 0) {
        ported.add(
            new NodeState.Pod(
                port,
                List.of(pod.address()),
                pod.mac(),
                pod.intent().hostPorts(),
                Bandwidth.UNLIMITED));
      }
    }
    AgentConfig.UplinkConfig uplink = Cluster.UPLINK_CONFIG;
    return new NodeState(
        Cluster.RANGES.prefixes(),
        blocks,
        new NodeState.Uplink(
            ofports.getOrDefault(Cluster.UPLINK, -1),
            uplink.address(),
            Cluster.UPLINK_MAC,
            uplink.gateway(),
            switch (gateway) {
              case FRESH -> Optional.empty();
              case OVER -> Optional.of(Cluster.GATEWAY_MAC);
            }),
        peers,
        ported);
  }
}
