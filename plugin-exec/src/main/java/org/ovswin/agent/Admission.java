package org.ovswin.agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniException;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.PodName;
import org.ovswin.cni.PortMapping;
import org.ovswin.cni.RequestedAddress;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.lease.Allocation;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseRequest;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.sandbox.InetPrefix;

/** Whether a request can be at all, before anything is done for it; each refusal says why. */
final class Admission {
  static final String NO_SESSION = "Open vSwitch is down: no OpenFlow session with its bridge";

  /** After a connect, while all that flows depend on is looked at, or where it refuses them. */
  static final String NO_FLOWS = "Open vSwitch has not taken this node's flows yet";

  private Admission() {}

  /** Without the switch a pod would only wait for it, and its address be taken meanwhile. */
  static void requireSwitch(NodeView view) throws CniException {
    if (!view.databaseUp()) {
      throw CniErrors.tryAgainLater(
          "Open vSwitch is down: no connection to its database",
          view.config().openvswitch().database());
    }
    Optional<String> problem = view.flows().problem();
    if (problem.isPresent()) {
      throw CniErrors.tryAgainLater(
          view.flows().areDown() ? NO_SESSION : NO_FLOWS,
          view.config().openvswitch().managementSocket() + ": " + problem.get());
    }
  }

  /** CNI bounds a container id by its characters alone, the journal by its length. */
  static Attachment attachment(CniRequest request) throws CniException {
    if (request.containerId().length() > Attachment.MAX_LENGTH) {
      throw CniErrors.invalidEnvironment(
          "CNI_CONTAINERID", request.containerId(), expectedLength(Attachment.MAX_LENGTH));
    }
    return new Attachment(request.containerId(), request.ifName());
  }

  static Intent intent(CniRequest request, AgentConfig config) throws CniException {
    List<HostPort> hostPorts = new ArrayList<>();
    for (PortMapping mapping : request.portMappings()) {
      Optional<AgentConfig.UplinkConfig> uplink = config.uplink();
      hostPorts.add(
          new HostPort(
              Protocol.valueOf(mapping.protocol().name()),
              uplink.isPresent() ? hostIp(mapping, uplink.get()) : mapping.hostIp(),
              mapping.hostPort(),
              mapping.containerPort()));
    }
    return new Intent(
        request.netns(),
        hostPorts,
        request.mac(),
        bandwidth(request.bandwidth()),
        Intent.DefaultRoute.HERE,
        Optional.empty());
  }

  /** Which of the uplink's addresses has the port; none for all that it has. */
  private static Optional<IpAddress> hostIp(PortMapping mapping, AgentConfig.UplinkConfig uplink)
      throws CniException {
    List<IpAddress> own = uplink.addresses();
    List<IpAddress> meant = own.stream().filter(mapping::appliesTo).toList();
    if (meant.isEmpty()) {
      throw CniErrors.unsupportedField(
          "runtimeConfig.portMappings.hostIP",
          mapping.hostIp().map(Object::toString).orElse(""),
          own.size() == 1
              ? "none, 0.0.0.0 or the node's address " + own.getFirst()
              : "none, 0.0.0.0, :: or one of the node's addresses " + own);
    }
    return meant.equals(own) ? Optional.empty() : Optional.of(meant.getFirst());
  }

  /** As the CNI conventions mean it: "ingress" is towards the pod. */
  private static Bandwidth bandwidth(org.ovswin.cni.Bandwidth asked) {
    return new Bandwidth(
        rate(asked.ingressRate(), asked.ingressBurst()),
        rate(asked.egressRate(), asked.egressBurst()));
  }

  private static Optional<Bandwidth.Rate> rate(long bitsPerSecond, long burstBits) {
    return bitsPerSecond == 0
        ? Optional.empty()
        : Optional.of(new Bandwidth.Rate(bitsPerSecond, burstBits));
  }

  static LeaseRequest leaseRequest(
      CniRequest request, Intent intent, String bootId, AgentConfig config, AddressSpace space)
      throws CniException {
    Set<Family> families = space.families();
    if (families.isEmpty()) {
      throw CniErrors.tryAgainLater(
          "the cluster has no range of addresses", "expected: one; ovs-win ipam range add");
    }
    requireFamilies(intent, config, families);
    requireBlockLengths(request, space);
    Optional<String> namespace = request.pod().map(PodName::namespace);
    Optional<String> name = request.pod().map(PodName::name);
    String json = intent.toJson();
    if (request.network().length() > Attachment.MAX_LENGTH) {
      throw CniErrors.invalidConfig(
          "name", request.network(), expectedLength(Attachment.MAX_LENGTH));
    }
    for (Optional<String> value : List.of(namespace, name)) {
      if (value.isPresent() && value.get().length() > Attachment.MAX_LENGTH) {
        throw CniErrors.invalidEnvironment(
            "CNI_ARGS", value.get(), expectedLength(Attachment.MAX_LENGTH) + " in each value");
      }
    }
    if (json.length() > Lease.MAX_INTENT_LENGTH) {
      throw CniErrors.invalidConfig(
          "runtimeConfig.portMappings",
          intent.hostPorts().size() + " entries",
          "as many as fit into " + Lease.MAX_INTENT_LENGTH + " characters with CNI_NETNS");
    }
    return new LeaseRequest(
        Admission.attachment(request),
        request.network(),
        namespace,
        name,
        bootId,
        json,
        families,
        request.requested().stream().map(RequestedAddress::address).toList(),
        config.ipam().sticky().of(name));
  }

  /** An uplink translates the families that it has, the host both; a pod needs one to lead to. */
  private static void requireFamilies(Intent intent, AgentConfig config, Set<Family> families)
      throws CniException {
    if (config.uplink().isPresent()
        && families.stream().noneMatch(config.uplink().get()::speaks)
        && !intent.hostPorts().isEmpty()) {
      throw CniErrors.unsupportedField(
          "runtimeConfig.portMappings",
          intent.hostPorts().size() + " entries",
          "none in a cluster without IPv4, with an uplink that has no IPv6 address");
    }
    for (HostPort port : intent.hostPorts()) {
      if (port.hostIp().isPresent() && !families.contains(Family.of(port.hostIp().get()))) {
        throw CniErrors.unsupportedField(
            "runtimeConfig.portMappings.hostIP",
            port.hostIp().get().toString(),
            "an address of a family that the cluster has");
      }
    }
  }

  /** The length in a request says which subnet is meant; a pod is in that of its block. */
  private static void requireBlockLengths(CniRequest request, AddressSpace space)
      throws CniException {
    for (RequestedAddress requested : request.requested()) {
      Optional<IpPrefix> block = space.blockOf(requested.address());
      if (block.isPresent() && requested.prefixLength().isPresent()) {
        int length = requested.prefixLength().getAsInt();
        if (length != block.get().length() && length != requested.address().bitLength()) {
          throw requested.refused(
              "the length of its block "
                  + block.get()
                  + ", /"
                  + requested.address().bitLength()
                  + " or none");
        }
      }
    }
  }

  /** Says which field asks for an address that cannot be given. */
  static CniException refused(CniRequest request, Allocation.Refused refused) {
    return request.requested().stream()
        .filter(requested -> requested.address().equals(refused.requested()))
        .findFirst()
        .map(requested -> requested.refused("one that can be given; " + refused.reason()))
        .orElseGet(() -> CniErrors.internal(refused.message()));
  }

  private static String expectedLength(int most) {
    return "at most " + most + " characters";
  }

  /**
   * A repeated ADD is answered as the first one, if it asks for the same. One interface cannot be
   * in two networks: its name is taken.
   */
  static void requireSame(CniRequest request, Intent intent, PodView known) throws CniException {
    if (!known.isOf(request.network())) {
      throw CniErrors.invalidEnvironment(
          "CNI_IFNAME",
          request.ifName(),
          "a name that is free; network %s has this one of the container"
              .formatted(known.lease().network()));
    }
    for (RequestedAddress requested : request.requested()) {
      if (!known.addresses().contains(requested.address())) {
        throw requested.refused(
            "one of the addresses that the first ADD of this container and interface gave, "
                + known.addresses()
                + ", or a DEL before");
      }
    }
    if (!known.intent().asksAs(intent)) {
      throw CniErrors.invalidEnvironment(
          "CNI_NETNS",
          request.netns(),
          "as in the first ADD of this container and interface ("
              + known.intent().sandbox()
              + ", the same port mappings, mac and bandwidth), or a DEL before");
    }
  }

  /**
   * A pod whose teardown is still under way and which has something that the request needs: its
   * name, its place in the sandbox, an address or a host port.
   */
  static Optional<PodView> inTheWay(CniRequest request, Intent intent, Collection<PodView> pods)
      throws CniException {
    Attachment attachment = attachment(request);
    return pods.stream()
        .filter(pod -> !pod.isHeld())
        .filter(
            pod ->
                pod.lease().attachment().equals(attachment)
                    || (pod.intent().sandbox().equals(intent.sandbox())
                        && pod.lease().attachment().ifName().equals(attachment.ifName()))
                    || request.requested().stream()
                        .anyMatch(requested -> pod.addresses().contains(requested.address()))
                    || intent.hostPorts().stream().anyMatch(port -> hasHostPort(pod, port)))
        .findFirst();
  }

  private static boolean hasHostPort(PodView pod, HostPort wanted) {
    return pod.intent().hostPorts().stream().anyMatch(taken -> overlap(taken, wanted));
  }

  static void requireFreeHostPorts(Intent intent, Collection<PodView> pods) throws CniException {
    for (HostPort wanted : intent.hostPorts()) {
      for (PodView pod : pods) {
        for (HostPort taken : pod.intent().hostPorts()) {
          if (overlap(taken, wanted)) {
            throw CniErrors.invalidConfig(
                "runtimeConfig.portMappings.hostPort",
                wanted.protocol() + " " + wanted.hostPort(),
                "a port that no other pod of the node has; " + pod.displayName() + " has it");
          }
        }
      }
    }
  }

  private static boolean overlap(HostPort one, HostPort other) {
    return one.protocol() == other.protocol()
        && one.hostPort() == other.hostPort()
        && (one.hostIp().isEmpty()
            || other.hostIp().isEmpty()
            || one.hostIp().equals(other.hostIp())
            || (Family.of(one.hostIp().get()) == Family.of(other.hostIp().get())
                && (isUnspecified(one.hostIp().get()) || isUnspecified(other.hostIp().get()))));
  }

  /** 0.0.0.0 and :: are all addresses of their family. */
  private static boolean isUnspecified(IpAddress address) {
    return InetPrefix.parseAddress(address.toString()).isAnyLocalAddress();
  }

  /** Frames for two of one address, or for the gateway, would go to the wrong one. */
  static void requireFreeMac(Intent intent, Collection<PodView> pods) throws CniException {
    if (intent.mac().isEmpty()) {
      return;
    }
    MacAddress wanted = intent.mac().get();
    Optional<String> holder =
        wanted.equals(NodeState.GATEWAY_MAC) || wanted.equals(NodeState.GATEWAY_PORT_MAC)
            ? Optional.of("the gateway")
            : pods.stream()
                .filter(pod -> pod.isHeld() && pod.mac().equals(wanted))
                .map(PodView::displayName)
                .findFirst();
    if (holder.isPresent()) {
      throw CniErrors.invalidConfig(
          "runtimeConfig.mac",
          wanted.toString(),
          "an address that nobody else of the node has; " + holder.get() + " has it");
    }
  }

  /**
   * A further interface of a pod leaves the way out to the one that has it, and so the node's
   * ports: runtimes ask for the same ones in every network of a pod.
   */
  static Intent besideOthers(CniRequest request, Intent intent, Collection<PodView> pods)
      throws CniException {
    Attachment attachment = attachment(request);
    List<PodView> others =
        pods.stream()
            .filter(pod -> pod.isHeld() && !pod.lease().attachment().equals(attachment))
            .filter(
                pod ->
                    pod.lease().attachment().containerId().equals(attachment.containerId())
                        || pod.intent().sandbox().equals(intent.sandbox()))
            .toList();
    if (others.isEmpty()) {
      return intent;
    }
    Intent left = intent.withoutHostPorts(port -> hasThisHostPort(others, port));
    return others.stream().anyMatch(pod -> pod.intent().defaultRoute() == Intent.DefaultRoute.HERE)
        ? left.withoutDefaultRoute()
        : left;
  }

  private static boolean hasThisHostPort(List<PodView> pods, HostPort port) {
    return pods.stream().anyMatch(pod -> pod.intent().hostPorts().contains(port));
  }
}
