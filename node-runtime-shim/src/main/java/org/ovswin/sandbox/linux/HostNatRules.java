package org.ovswin.sandbox.linux;

import java.util.List;
import java.util.stream.Collectors;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.PortForward;

/**
 * Our table in nft(8)'s language. For one node with the block 10.244.1.0/24 of 10.244.0.0/16 and a
 * TCP port:
 *
 * <pre>
 * table inet ovs-win {
 *   set cluster4 { type ipv4_addr; flags interval; elements = { 10.244.0.0/16 } }
 *   set blocks4 { type ipv4_addr; flags interval; elements = { 10.244.1.0/24 } }
 *   map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service;
 *     elements = { tcp . 8080 : 10.244.1.5 . 80 } }
 *   …
 * }
 * </pre>
 */
final class HostNatRules {
  static final String TABLE = "inet ovs-win";

  private HostNatRules() {}

  /** Takes the place of our table, whether there is one or not, in one transaction. */
  static String replace(HostNatSpec spec) {
    return "table %s {}\ndelete table %s\n".formatted(TABLE, TABLE) + table(spec);
  }

  private static String table(HostNatSpec spec) {
    StringBuilder text = new StringBuilder("table " + TABLE + " {\n");
    for (Family family : Family.values()) {
      text.append(family.prefixes("cluster", spec.cluster()));
      text.append(family.prefixes("blocks", spec.blocks()));
      text.append(family.ports(spec.forwards()));
      text.append(family.addressPorts(spec.forwards()));
    }
    return text.append(CHAINS.replace("$GATEWAY", '"' + spec.gatewayInterface() + '"'))
        .append("}\n")
        .toString();
  }

  private static final String CHAINS =
      """
        # Before connections are tracked. A source of the cluster comes only by the way back to it.
        # The gateway interface has route_localnet for the node's own connections to 127.0.0.1;
        # pods must not reach, through that, what listens there.
        chain guard {
          type filter hook prerouting priority raw; policy accept;
          iifname $GATEWAY ip daddr 127.0.0.0/8 drop
          iifname $GATEWAY ip saddr 127.0.0.0/8 drop
          iifname != "lo" ip saddr @cluster4 fib saddr . iif oif missing drop
          iifname != "lo" ip6 saddr @cluster6 fib saddr . iif oif missing drop
        }

        # The port of one address goes before the port of all.
        chain to_pods {
          dnat ip to meta l4proto . ip daddr . th dport map @address_ports4
          dnat ip6 to meta l4proto . ip6 daddr . th dport map @address_ports6
          dnat ip to meta l4proto . th dport map @ports4
          dnat ip6 to meta l4proto . th dport map @ports6
        }

        chain prerouting {
          type nat hook prerouting priority dstnat; policy accept;
          meta l4proto { tcp, udp, sctp } fib daddr type local jump to_pods
        }

        # What was sent from ::1 the kernel lets out to no link (IPv6 has no route_localnet): a
        # connection would hang where it is now refused.
        chain output {
          type nat hook output priority -100; policy accept;
          ip6 daddr ::1 return
          meta l4proto { tcp, udp, sctp } fib daddr type local jump to_pods
        }

        # A pod that reaches a pod of this node through a port of the host: the reply has to come
        # back through the host. The node's loopback addresses are nobody's outside of it.
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          oifname $GATEWAY ct status dnat ip saddr @blocks4 masquerade
          oifname $GATEWAY ct status dnat ip6 saddr @blocks6 masquerade
          oifname $GATEWAY ct status dnat ip saddr 127.0.0.0/8 masquerade
          oifname != { $GATEWAY, "lo" } ip saddr @blocks4 ip daddr != @cluster4 masquerade
          oifname != { $GATEWAY, "lo" } ip6 saddr @blocks6 ip6 daddr != @cluster6 masquerade
        }

        # Pods have one next hop: they are not told of a shorter way past the host.
        chain redirects {
          type filter hook output priority filter; policy accept;
          oifname $GATEWAY icmp type redirect drop
          oifname $GATEWAY icmpv6 type nd-redirect drop
        }
      """;

  /** What differs between IPv4 and IPv6. */
  private enum Family {
    IPV4("4", "ipv4_addr"),
    IPV6("6", "ipv6_addr");

    private final String suffix;
    private final String addressType;

    Family(String suffix, String addressType) {
      this.suffix = suffix;
      this.addressType = addressType;
    }

    String prefixes(String name, List<InetPrefix> prefixes) {
      return "  set %s%s { type %s; flags interval; auto-merge; %s}\n"
          .formatted(
              name,
              suffix,
              addressType,
              elements(
                  prefixes.stream()
                      .filter(prefix -> prefix.isIpv4() == (this == IPV4))
                      .map(InetPrefix::toString)
                      .toList()));
    }

    String ports(List<PortForward> forwards) {
      return "  map ports%s { type inet_proto . inet_service : %s . inet_service; %s}\n"
          .formatted(
              suffix,
              addressType,
              elements(
                  forwards.stream()
                      .filter(forward -> isOf(forward) && forward.hostIp().isEmpty())
                      .map(forward -> key(forward, "") + value(forward))
                      .toList()));
    }

    String addressPorts(List<PortForward> forwards) {
      return ("  map address_ports%s"
              + " { type inet_proto . %s . inet_service : %s . inet_service; %s}\n")
          .formatted(
              suffix,
              addressType,
              addressType,
              elements(
                  forwards.stream()
                      .filter(forward -> isOf(forward) && forward.hostIp().isPresent())
                      .map(
                          forward ->
                              key(forward, forward.hostIp().get().getHostAddress() + " . ")
                                  + value(forward))
                      .toList()));
    }

    private boolean isOf(PortForward forward) {
      return forward.isIpv4() == (this == IPV4);
    }

    private static String key(PortForward forward, String address) {
      return "%d . %s%d".formatted(forward.protocol().number(), address, forward.hostPort());
    }

    private static String value(PortForward forward) {
      return " : %s . %d".formatted(forward.pod().getHostAddress(), forward.podPort());
    }

    private static String elements(List<String> elements) {
      return elements.isEmpty()
          ? ""
          : elements.stream().collect(Collectors.joining(", ", "elements = { ", " } "));
    }
  }
}
