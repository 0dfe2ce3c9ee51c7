package org.ovswin.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The wires of a lab. The fabric is a Linux bridge with the nodes' gateway address and a second leg
 * to the outside world; it forwards between the two and has no route to any pod, so a packet that
 * leaves a node with a pod's address never gets an answer.
 *
 * <pre>
 *   node1 eth0 ---+
 *   node2 eth0 ---+-- fab0 172.30.0.1/24 | fabric | 198.51.100.1/24 ext0 --- eth0 198.51.100.100 external
 *   nodeN eth0 ---+
 * </pre>
 */
final class Topology {
  static final String GATEWAY = "172.30.0.1";
  static final String EXTERNAL_ADDRESS = "198.51.100.100";
  static final String EXTERNAL_MAC = "02:00:c6:33:64:64";

  /** 198.51.100.0/24 is TEST-NET-2 (RFC 5737). */
  private static final String EXTERNAL_GATEWAY = "198.51.100.1";

  /** RFC 4193 and RFC 3849. */
  static final String IPV6_GATEWAY = "fd00:30::1";

  static final String EXTERNAL_IPV6 = "2001:db8:100::100";
  private static final String EXTERNAL_IPV6_GATEWAY = "2001:db8:100::1";

  private static final int FIRST_HOST = 11;

  private final Ledger ledger;
  private final Shell shell;
  private final String labId;
  private final int nodes;
  private final LabSpec spec;

  Topology(Ledger ledger, Shell shell, String labId, LabSpec spec) {
    this.ledger = ledger;
    this.shell = shell;
    this.labId = labId;
    this.nodes = spec.nodes();
    this.spec = spec;
  }

  static String nodeName(int number) {
    return "node" + number;
  }

  /** The address that node {@code number}, counted from 1, has on the fabric. */
  static String nodeAddress(int number) {
    return "172.30.0." + (FIRST_HOST + number - 1);
  }

  /** The IPv6 address of the same node, where the lab has any. */
  static String nodeIpv6(int number) {
    return "fd00:30::" + (FIRST_HOST + number - 1);
  }

  /** A locally administered address with the IPv4 address in its last four bytes. */
  private static String nodeMac(int number) {
    return "02:00:ac:1e:00:%02x".formatted(FIRST_HOST + number - 1);
  }

  String namespace(String name) {
    return labId + "-" + name;
  }

  Path netns(String name) {
    return Teardown.netns(namespace(name));
  }

  /** Makes the namespaces and the wires; the nodes' addresses are on their eth0 then. */
  void build() {
    List<String> names = new ArrayList<>(List.of("fabric", "external"));
    for (int i = 1; i <= nodes; i++) {
      names.add(nodeName(i));
    }
    for (String name : names) {
      ledger.make(
          new Ledger.Entry.Namespace(namespace(name)),
          () -> shell.run("ip", "netns", "add", namespace(name)));
    }
    // Before any link is there: IPv6 would add router solicitations and multicast listener
    // reports to what the probes watch, and makes a switch with many ports slow.
    Parallel.map(
        names,
        name ->
            inside(
                name,
                "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
                "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"));
    inside("fabric", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    batch("fabric", fabricLinks());
    Parallel.map(names, this::addressAndOffload);
    if (spec.hasIpv6()) {
      addIpv6();
    }
  }

  /** Both families on every wire. */
  private void addIpv6() {
    inside("fabric", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
    speakIpv6("fabric", "fab0", IPV6_GATEWAY, Optional.empty());
    speakIpv6("fabric", "ext0", EXTERNAL_IPV6_GATEWAY, Optional.empty());
    speakIpv6("external", "eth0", EXTERNAL_IPV6, Optional.of(EXTERNAL_IPV6_GATEWAY));
    for (int i = 1; i <= nodes; i++) {
      speakIpv6(nodeName(i), "eth0", nodeIpv6(i), Optional.of(IPV6_GATEWAY));
      inside(nodeName(i), "echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6");
    }
  }

  /** With no word but what it is asked: no solicitation of routers, no test for duplicates. */
  private void speakIpv6(String name, String device, String address, Optional<String> gateway) {
    String conf = "/proc/sys/net/ipv6/conf/" + device;
    List<String> lines = new ArrayList<>();
    lines.add("echo 0 >%s/accept_ra".formatted(conf));
    lines.add("echo 0 >%s/router_solicitations".formatted(conf));
    lines.add("echo 0 >%s/disable_ipv6".formatted(conf));
    lines.add("ip address add %s/64 dev %s nodad".formatted(address, device));
    gateway.ifPresent(next -> lines.add("ip route add default via %s".formatted(next)));
    inside(name, lines.toArray(String[]::new));
  }

  private List<String> fabricLinks() {
    List<String> lines = new ArrayList<>();
    lines.add("link set lo up");
    lines.add("link add fab0 address 02:00:ac:1e:00:01 type bridge mcast_snooping 0");
    lines.add("address add " + GATEWAY + "/24 dev fab0");
    lines.add("link set fab0 up");
    for (int i = 1; i <= nodes; i++) {
      String name = nodeName(i);
      lines.add(
          "link add %s type veth peer name eth0 address %s netns %s"
              .formatted(name, nodeMac(i), namespace(name)));
      lines.add("link set %s master fab0 up".formatted(name));
    }
    lines.add(
        "link add ext0 address 02:00:c6:33:64:01 type veth"
            + " peer name eth0 address %s netns %s".formatted(EXTERNAL_MAC, namespace("external")));
    lines.add("address add " + EXTERNAL_GATEWAY + "/24 dev ext0");
    lines.add("link set ext0 up");
    return lines;
  }

  /**
   * Checksum offload is off on both ends: Open vSwitch reads the nodes' eth0 through a packet
   * socket, and would see checksums that nobody has computed yet.
   */
  private String addressAndOffload(String name) {
    if (name.equals("fabric")) {
      List<String> devices = new ArrayList<>(List.of("ext0"));
      for (int i = 1; i <= nodes; i++) {
        devices.add(nodeName(i));
      }
      return inside(
          name, devices.stream().map(Topology::checksumInSoftware).toArray(String[]::new));
    }
    String address;
    String gateway;
    if (name.equals("external")) {
      address = EXTERNAL_ADDRESS;
      gateway = EXTERNAL_GATEWAY;
    } else {
      address = nodeAddress(Integer.parseInt(name.substring("node".length())));
      gateway = GATEWAY;
    }
    batch(
        name,
        List.of(
            "link set lo up",
            "address add " + address + "/24 dev eth0",
            "link set eth0 up",
            "route add default via " + gateway));
    return inside(name, checksumInSoftware("eth0"));
  }

  private static String checksumInSoftware(String device) {
    return "ethtool -K " + device + " tx off >/dev/null";
  }

  private void batch(String name, List<String> lines) {
    shell.run(String.join("\n", lines) + "\n", List.of("ip", "-n", namespace(name), "-batch", "-"));
  }

  private String inside(String name, String... lines) {
    return shell.in(netns(name)).run("sh", "-ec", String.join("\n", lines));
  }
}
