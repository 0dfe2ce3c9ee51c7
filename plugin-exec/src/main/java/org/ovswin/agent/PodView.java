package org.ovswin.agent;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ovsdb.vswitch.PortSpec;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.PortForward;
import org.ovswin.sandbox.Protocol;

/**
 * One pod as the agent wants it and as it is known to be.
 *
 * @param lease its address, and whether its teardown is under way
 * @param intent the rest of what is wanted
 * @param endpoint how far its endpoint is
 * @param port its port of the switch, which is the endpoint's end on the host, with the pod's name
 *     on it; kept because every step asks for that of every pod
 */
record PodView(Lease lease, Intent intent, EndpointState endpoint, PortSpec port) {

  /** Key of external_ids that marks an interface as ours; the value is the container id. */
  static final String CONTAINER_ID = "ovs-win-container-id";

  private static final String IF_NAME = "ovs-win-ifname";
  private static final String NETWORK = "ovs-win-network";
  private static final String POD = "ovs-win-pod";

  /**
   * Ten hex digits of a hash: two attachments of one node do not meet, and 15 characters hold it.
   */
  private static final int HOST_NAME_DIGITS = 10;

  PodView(Lease lease, Intent intent, EndpointState endpoint) {
    this(lease, intent, endpoint, port(lease, intent));
  }

  private static PortSpec port(Lease lease, Intent intent) {
    return intent
        .port()
        .map(ready -> PortPool.spec(ready).withPortExternalIds(externalIds(lease)))
        .orElseGet(
            () ->
                PortSpec.system(hostName(lease.attachment())).withExternalIds(externalIds(lease)));
  }

  private static Map<String, String> externalIds(Lease lease) {
    Map<String, String> ids = new HashMap<>();
    ids.put(CONTAINER_ID, lease.attachment().containerId());
    ids.put(IF_NAME, lease.attachment().ifName());
    ids.put(NETWORK, lease.network());
    lease.podName().ifPresent(name -> ids.put(POD, lease.podNamespace().orElse("") + "/" + name));
    return ids;
  }

  /** The endpoint's name on the host, which is that of its port, the same after every restart. */
  String hostName() {
    return port.name();
  }

  /**
   * A pod that the journal knows and nobody has looked at yet.
   *
   * @throws IllegalArgumentException the lease's intent cannot be read; says whose it is
   */
  static PodView of(Lease lease) {
    try {
      return new PodView(lease, Intent.parse(lease.intent()), new EndpointState.Unknown());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "lease " + lease.addresses() + " of " + lease.attachment() + ": " + e.getMessage(), e);
    }
  }

  PodView with(Lease value) {
    return new PodView(value, intent, endpoint, port);
  }

  PodView with(EndpointState value) {
    return new PodView(lease, intent, value, port);
  }

  boolean isHeld() {
    return lease.phase() == Lease.Phase.HELD;
  }

  boolean isOf(String network) {
    return lease.network().equals(network);
  }

  /** One, or one of each family with IPv4 first. */
  List<IpAddress> addresses() {
    return lease.addresses();
  }

  /** The address that the pod is known by: IPv4 if it has one. */
  IpAddress address() {
    return lease.addresses().getFirst();
  }

  /**
   * As the request named it, else derived: the same after every restart. Of an IPv6 address alone
   * it has 32 bits of a hash.
   */
  MacAddress mac() {
    return intent.mac().orElseGet(this::derivedMac);
  }

  private MacAddress derivedMac() {
    return MacAddress.forAddress(
        switch (address()) {
          case Ipv4Address v4 -> v4;
          case Ipv6Address v6 -> new Ipv4Address(ByteBuffer.wrap(sha256(v6.toString())).getInt());
        });
  }

  /** The node's ports that lead to it, as the host's address translation has them. */
  List<PortForward> forwards() {
    if (intent.hostPorts().isEmpty()) {
      return List.of();
    }
    List<PortForward> forwards = new ArrayList<>();
    for (NodeState.HostPort port : intent.hostPorts()) {
      for (IpAddress address : addresses()) {
        if (port.hostIp().isEmpty() || Family.of(port.hostIp().get()) == Family.of(address)) {
          forwards.add(
              new PortForward(
                  Protocol.valueOf(port.protocol().name()),
                  port.hostIp()
                      .map(one -> InetPrefix.parseAddress(one.toString()))
                      .filter(one -> !one.isAnyLocalAddress()),
                  port.hostPort(),
                  InetPrefix.parseAddress(address.toString()),
                  port.podPort()));
        }
      }
    }
    return forwards;
  }

  /** Whether its port was there before it, and stays. */
  boolean hasReadyPort() {
    return intent.port().isPresent();
  }

  /** Of a pod that brings its own port. */
  static String hostName(Attachment attachment) {
    String text = attachment.containerId() + "/" + attachment.ifName();
    return "ow-" + HexFormat.of().formatHex(sha256(text)).substring(0, HOST_NAME_DIGITS);
  }

  /** What the endpoint shall be. */
  EndpointSpec endpointSpec(AddressSpace space, int mtu) {
    List<EndpointSpec.Gatewayed> gatewayed = new ArrayList<>();
    for (IpAddress address : addresses()) {
      IpPrefix block = space.blockOf(address).orElseThrow();
      gatewayed.add(
          new EndpointSpec.Gatewayed(
              InetPrefix.parse(address + "/" + block.length()),
              InetPrefix.parseAddress(NodeState.gateway(block).toString())));
    }
    String sandbox = intent.sandbox();
    String ifName = lease.attachment().ifName();
    var mac = org.ovswin.sandbox.MacAddress.parse(mac().toString());
    EndpointSpec spec =
        switch (intent.defaultRoute()) {
          case HERE -> EndpointSpec.withGateways(hostName(), sandbox, ifName, mac, gatewayed, mtu);
          case ELSEWHERE -> EndpointSpec.beside(hostName(), sandbox, ifName, mac, gatewayed, mtu);
        };
    return spec.on(hasReadyPort() ? EndpointSpec.Port.READY : EndpointSpec.Port.OWN);
  }

  /** The addresses that have a way of their own out of the sandbox, in which others live on. */
  List<InetAddress> sources() {
    return switch (intent.defaultRoute()) {
      case HERE -> List.of();
      case ELSEWHERE ->
          addresses().stream().map(one -> InetPrefix.parseAddress(one.toString())).toList();
    };
  }

  /** For messages: the pod's name where the runtime gave one, else its container. */
  String displayName() {
    return lease
        .podName()
        .map(name -> lease.podNamespace().map(namespace -> namespace + "/").orElse("") + name)
        .orElse(lease.attachment().containerId());
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
