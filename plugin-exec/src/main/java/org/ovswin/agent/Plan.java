package org.ovswin.agent;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ovsdb.vswitch.BridgeSpec;
import org.ovswin.ovsdb.vswitch.InterfaceRow;
import org.ovswin.ovsdb.vswitch.PortSpec;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.PortForward;

/**
 * The next steps from what is to what is wanted: a pure function of {@link NodeView}. Start-up,
 * ADD, DEL and recovery all come out of it.
 *
 * <p>A pod comes in the order endpoint, row, flows, and goes in the order flows, row, endpoint,
 * lease: its address is nobody else's as long as a packet might still reach it.
 *
 * @param rows what the configuration database lacks
 * @param flows what the switch shall have; empty while the state is not known
 * @param nat what the host's address translation shall have; empty where flows translate
 * @param attach pods whose endpoint is to be made
 * @param confirm pods whose endpoint is to be looked at, and what it was
 * @param detach pods whose endpoint is to be removed
 * @param release pods of which nothing is left
 * @param ready those of the awaited pods whose packets flow
 * @param silenced pods on their way out from and to whom nothing can pass any more; what is left of
 *     them goes without anybody waiting for it
 */
record Plan(
    List<VswitchChange> rows,
    Optional<FlowTarget> flows,
    Optional<HostNatState.Target> nat,
    List<PodView> attach,
    Map<PodView, EndpointState.Attached> confirm,
    List<PodView> detach,
    List<Attachment> release,
    Set<Attachment> ready,
    Set<Attachment> silenced) {

  /** Key of a bridge's external_ids; the value is the node whose agent made it. */
  static final String NODE = "ovs-win-node";

  private static final Set<String> PROTOCOLS = Set.of("OpenFlow13", "OpenFlow14", "OpenFlow15");

  /**
   * @param ports how many ports may be deleted now: each holds the switch up for some 13 ms, in
   *     which it takes no flow. With none, nor is written whose a ready port is, which only people
   *     read
   */
  static Plan of(NodeView view, Instant now, int ports) {
    return of(view, now, ports, view.pods().keySet());
  }

  /**
   * As above.
   *
   * @param awaited the pods of which is asked whether they are {@link #ready}
   */
  static Plan of(NodeView view, Instant now, int ports, Set<Attachment> awaited) {
    Optional<NodeState> state = view.nodeState();
    List<PodView> attach = new ArrayList<>();
    Map<PodView, EndpointState.Attached> confirm = new HashMap<>();
    List<PodView> detach = new ArrayList<>();
    List<Attachment> release = new ArrayList<>();
    Set<Attachment> silenced = new HashSet<>();
    for (PodView pod : view.pods().values()) {
      Attachment attachment = pod.lease().attachment();
      if (pod.isHeld()) {
        if (wantsAttach(view, pod, now)) {
          attach.add(pod);
        }
        if (pod.endpoint() instanceof EndpointState.Unconfirmed(EndpointState.Attached was)) {
          confirm.put(pod, was);
        }
        continue;
      }
      boolean forwardsGone = view.host().isWithout(pod.forwards());
      boolean flowsGone = view.flows().areWithout(pod.address());
      // A ready port stays; without flows it is nobody's.
      boolean rowGone =
          pod.hasReadyPort()
              || (!view.vswitch().interfaces().containsKey(pod.hostName())
                  && !view.comingPorts().contains(pod.hostName()));
      boolean endpointGone = pod.endpoint() instanceof EndpointState.Detached;
      // With the switch out of reach nothing can be taken out of it; the endpoint at least must go.
      boolean unreachable = !view.databaseUp() || !view.flows().areSettled();
      if (wantsDetach(pod, now) && ((flowsGone && rowGone) || unreachable)) {
        detach.add(pod);
      }
      if (flowsGone || (endpointGone && unreachable)) {
        silenced.add(attachment);
      }
      if (endpointGone && flowsGone && rowGone && forwardsGone && !unreachable) {
        release.add(attachment);
      }
    }
    return new Plan(
        rows(view, ports),
        state.map(known -> new FlowTarget(known, removal(view))),
        nat(view),
        attach,
        confirm,
        detach,
        release,
        ready(view, state, awaited),
        silenced);
  }

  private static Set<Attachment> ready(
      NodeView view, Optional<NodeState> state, Set<Attachment> awaited) {
    Set<Attachment> ready = new HashSet<>();
    for (Attachment attachment : awaited) {
      PodView pod = view.pods().get(attachment);
      if (pod != null
          && pod.isHeld()
          && pod.endpoint() instanceof EndpointState.Attached
          && state.filter(now -> view.flows().work(now, pod.address())).isPresent()
          && view.host().serves(blocks(view, pod), pod.forwards())) {
        ready.add(attachment);
      }
    }
    return ready;
  }

  private static List<IpPrefix> blocks(NodeView view, PodView pod) {
    return pod.addresses().stream().flatMap(one -> view.space().blockOf(one).stream()).toList();
  }

  /** The host's rules follow what is wanted at once: a forward to nobody yet harms nobody. */
  private static Optional<HostNatState.Target> nat(NodeView view) {
    if (view.config().uplink().isPresent()) {
      return Optional.empty();
    }
    List<PortForward> forwards = new ArrayList<>();
    Set<PortForward> ended = new HashSet<>();
    for (PodView pod : view.pods().values()) {
      (pod.isHeld() ? forwards : ended).addAll(pod.forwards());
    }
    forwards.forEach(ended::remove);
    return Optional.of(
        new HostNatState.Target(
            new HostNatSpec(
                view.config().openvswitch().bridge(),
                view.space().ranges().stream().map(HostNatState::inet).toList(),
                view.space().blocks().stream().map(HostNatState::inet).toList(),
                forwards),
            ended));
  }

  private static boolean wantsAttach(NodeView view, PodView pod, Instant now) {
    return switch (pod.endpoint()) {
      case EndpointState.Unknown _ -> true;
      case EndpointState.Lost _ -> !hasLostPort(view, pod) || view.isWithoutPort(pod);
      case EndpointState.Failed failed -> !now.isBefore(failed.retryAt());
      case EndpointState.Busy _,
          EndpointState.Attached _,
          EndpointState.Unconfirmed _,
          EndpointState.Detached _ ->
          false;
    };
  }

  /** A ready port is there without the pod's interface, unless somebody took that away too. */
  private static boolean hasLostPort(NodeView view, PodView pod) {
    return pod.endpoint() instanceof EndpointState.Lost
        && (!pod.hasReadyPort()
            || !view.vswitch().interfaces().containsKey(pod.hostName())
            || PodWatch.hasLostDevice(pod, view));
  }

  private static boolean wantsDetach(PodView pod, Instant now) {
    return switch (pod.endpoint()) {
      case EndpointState.Unknown _,
          EndpointState.Attached _,
          EndpointState.Unconfirmed _,
          EndpointState.Lost _ ->
          true;
      // What could not be made need not wait for its next try to be removed: an ADD that fails
      // answers when nothing of it is left.
      case EndpointState.Failed failed ->
          failed.step() == EndpointState.Step.ATTACH || !now.isBefore(failed.retryAt());
      case EndpointState.Busy _, EndpointState.Detached _ -> false;
    };
  }

  /**
   * After a start, what the switch still does is right until everything it depends on is known:
   * before, only the flows of pods are taken away that are known to go.
   */
  private static FlowTarget.Removal removal(NodeView view) {
    if (isOver(view)) {
      return new FlowTarget.Removal.Everything();
    }
    Set<Long> going = new HashSet<>();
    for (PodView pod : view.pods().values()) {
      if (!pod.isHeld()) {
        going.add(Pipeline.podCookie(pod.address()));
      }
    }
    return new FlowTarget.Removal.Only(going);
  }

  private static boolean isOver(NodeView view) {
    return view.startup() == NodeView.Startup.OVER;
  }

  private static List<VswitchChange> rows(NodeView view, int ports) {
    if (!view.databaseUp()) {
      return List.of();
    }
    AgentConfig config = view.config();
    String bridge = config.openvswitch().bridge();
    List<VswitchChange> changes = new ArrayList<>();
    changes.add(new VswitchChange.PutBridge(bridge(view)));
    config
        .uplink()
        .ifPresent(
            uplink ->
                changes.add(
                    new VswitchChange.PutPort(
                        bridge,
                        PortSpec.system(uplink.device())
                            .withExternalIds(Map.of("ovs-win-role", "uplink")))));
    Set<String> known = new HashSet<>();
    Set<String> kept = new HashSet<>(view.readyPorts().keySet());
    Map<String, PortSpec> readyPorts = new HashMap<>(view.readyPorts());
    if (ports > 0) {
      // Nobody's, unless a pod says otherwise.
      readyPorts.replaceAll((_, port) -> port.withPortExternalIds(Map.of()));
    }
    Set<String> awaited = new HashSet<>();
    for (PodView pod : view.pods().values()) {
      String name = pod.hostName();
      // A row goes after the flows: its port number must not be another pod's with these flows.
      known.add(name);
      boolean lost = pod.isHeld() && hasLostPort(view, pod);
      if (lost) {
        awaited.add(name);
        kept.remove(name);
        readyPorts.remove(name);
      }
      if ((!lost && (pod.isHeld() || pod.hasReadyPort()))
          || !view.flows().areWithout(pod.address())) {
        kept.add(name);
      }
      boolean attached = pod.endpoint() instanceof EndpointState.Attached;
      if (!pod.hasReadyPort()) {
        if (pod.isHeld() && attached) {
          changes.add(new VswitchChange.PutPort(bridge, pod.port()));
        }
      } else if (pod.isHeld() && ports > 0) {
        if (attached || readyPorts.containsKey(name)) {
          readyPorts.put(name, pod.port());
        }
      } else if (attached && !readyPorts.containsKey(name)) {
        readyPorts.put(name, PortPool.spec(name));
      }
    }
    readyPorts.values().forEach(port -> changes.add(new VswitchChange.PutPort(bridge, port)));
    changes.addAll(deletions(view, ports, known, kept, awaited));
    return changes;
  }

  /**
   * @param known names of pods' ports
   * @param kept the ports that stay
   * @param awaited ports that somebody waits to be gone
   */
  private static List<VswitchChange> deletions(
      NodeView view, int ports, Set<String> known, Set<String> kept, Set<String> awaited) {
    Set<String> going = new TreeSet<>();
    for (InterfaceRow row : view.vswitch().interfaces().values()) {
      boolean ours = row.externalIds().containsKey(PodView.CONTAINER_ID) || PortPool.isReady(row);
      if (ours && !kept.contains(row.name()) && (known.contains(row.name()) || isOver(view))) {
        going.add(row.name());
      }
    }
    List<VswitchChange> deletions = new ArrayList<>();
    for (String name : going) {
      if (deletions.size() < ports || awaited.contains(name)) {
        deletions.add(new VswitchChange.DeletePort(view.config().openvswitch().bridge(), name));
      }
    }
    return deletions;
  }

  private static BridgeSpec bridge(NodeView view) {
    Map<String, String> otherConfig = new HashMap<>();
    // No management traffic of the switch's own may bypass the flows.
    otherConfig.put("disable-in-band", "true");
    // Otherwise it follows the MAC of whichever port comes first, and the switch ends every
    // OpenFlow
    // session when it changes.
    otherConfig.put("datapath-id", datapathId(view.config().node()));
    switch (view.config().exit()) {
      // The local port speaks for the adapter, whose MAC the link knows.
      case AgentConfig.UplinkConfig _ ->
          view.uplinkMac().ifPresent(mac -> otherConfig.put("hwaddr", mac.toString()));
      case AgentConfig.GatewayConfig _ ->
          otherConfig.put("hwaddr", NodeState.GATEWAY_PORT_MAC.toString());
    }
    return BridgeSpec.of(view.config().openvswitch().bridge())
        .withDatapathType(view.config().openvswitch().datapathType())
        .withProtocols(PROTOCOLS)
        .withOtherConfig(otherConfig)
        .withExternalIds(Map.of(NODE, view.config().node()));
  }

  /** 16 hex digits that a node keeps, whatever becomes of its ports (ovs-vswitchd.conf.db(5)). */
  private static String datapathId(String node) {
    byte[] name = node.getBytes(StandardCharsets.UTF_8);
    return "%016x".formatted(UUID.nameUUIDFromBytes(name).getMostSignificantBits());
  }
}
