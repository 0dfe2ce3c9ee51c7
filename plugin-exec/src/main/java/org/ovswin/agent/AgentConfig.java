package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ovsdb.jsonrpc.OvsdbAddress;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Route;

/**
 * The agent's configuration file, validated.
 *
 * @param node the node's name in the cluster, a DNS label or subdomain (RFC 1123)
 * @param cluster the cluster's ranges and where its records are kept
 * @param ipam how addresses are given on this node
 * @param stateDirectory where this node's leases are journalled; survives a reboot
 * @param socketDirectory where {@code cni.sock} is made; owner-only
 * @param openvswitch the switch this agent programs
 * @param exit how packets leave the node
 * @param mode how packets travel between nodes
 * @param mtu of the pods' interfaces, in bytes; empty for that of the path between nodes
 */
public record AgentConfig(
    String node,
    ClusterConfig cluster,
    IpamConfig ipam,
    Path stateDirectory,
    Path socketDirectory,
    OpenVSwitch openvswitch,
    Exit exit,
    Mode mode,
    OptionalInt mtu) {

  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final Pattern NODE_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final int MAX_NODE_NAME = 253;

  /** Printable ASCII but '/' and ':' (Linux, dev_valid_name), and no name of a directory. */
  private static final Pattern INTERFACE_NAME = Pattern.compile("(?!\\.{1,2}$)[!-.0-9;-~]{1,15}");

  private static final String INTERFACE_NAME_EXPECTATION =
      "an interface name of 1 to 15 characters";

  /** Linux, sizeof(sockaddr_un.sun_path) without its terminator; bytes. */
  private static final int MAX_SOCKET_PATH = 107;

  /** RFC 791: every link carries 68 bytes; Ethernet jumbo frames end below 9216. */
  private static final int MIN_MTU = 576;

  private static final int MAX_MTU = 9216;

  public AgentConfig {
    Fields.require(
        node.length() <= MAX_NODE_NAME && NODE_NAME.matcher(node).matches(),
        "node",
        node,
        "a lower-case DNS name of at most "
            + MAX_NODE_NAME
            + " characters, 63 between two dots, such as worker-1");
    Fields.require(
        adminSocket(socketDirectory).toString().getBytes(StandardCharsets.UTF_8).length
            <= MAX_SOCKET_PATH,
        "socketDirectory",
        socketDirectory,
        "a shorter one: a socket's path has at most " + MAX_SOCKET_PATH + " bytes");
    mtu.ifPresent(
        bytes ->
            Fields.require(
                bytes >= MIN_MTU && bytes <= MAX_MTU,
                "mtu",
                bytes,
                "a number from " + MIN_MTU + " to " + MAX_MTU));
    switch (exit) {
      case UplinkConfig uplink -> {
        requireOutside(cluster, "uplink.address", uplink.address());
        uplink
            .ipv6()
            .ifPresent(own -> requireOutside(cluster, "uplink.ipv6Address", own.address()));
        Fields.require(
            !openvswitch.bridge().equals(uplink.device()),
            "openvswitch.bridge",
            openvswitch.bridge(),
            "another name than uplink.device, which becomes a port of the bridge");
      }
      case GatewayConfig gateway -> {
        gateway.address().ifPresent(own -> requireOutside(cluster, "gateway.address", own));
        gateway.ipv6Address().ifPresent(own -> requireOutside(cluster, "gateway.ipv6Address", own));
      }
    }
  }

  private static void requireOutside(ClusterConfig cluster, String field, IpAddress own) {
    for (IpPrefix range : cluster.ranges().prefixes()) {
      Fields.require(
          !range.contains(own), field, own, "an address outside cluster.ranges, " + range);
    }
  }

  @JsonCreator
  static AgentConfig of(
      @JsonProperty(value = "node", required = true) @Nullable String node,
      @JsonProperty(value = "cluster", required = true) @Nullable ClusterConfig cluster,
      @JsonProperty("ipam") @Nullable IpamConfig ipam,
      @JsonProperty(value = "stateDirectory", required = true) @Nullable Path stateDirectory,
      @JsonProperty(value = "socketDirectory", required = true) @Nullable Path socketDirectory,
      @JsonProperty(value = "openvswitch", required = true) @Nullable OpenVSwitch openvswitch,
      @JsonProperty("uplink") @Nullable UplinkConfig uplink,
      @JsonProperty("gateway") @Nullable GatewayConfig gateway,
      @JsonProperty("mode") @Nullable Mode mode,
      @JsonProperty("mtu") @Nullable Integer mtu) {
    Fields.require(
        uplink == null || gateway == null, "gateway", "given", "none beside uplink, or no uplink");
    return new AgentConfig(
        Fields.present("node", node),
        Fields.present("cluster", cluster),
        ipam == null ? IpamConfig.DEFAULT : ipam,
        Fields.present("stateDirectory", stateDirectory),
        Fields.present("socketDirectory", socketDirectory),
        Fields.present("openvswitch", openvswitch),
        uplink != null ? uplink : gateway != null ? gateway : GatewayConfig.FOUND,
        mode == null ? Mode.HOST_GATEWAY : mode,
        mtu == null ? OptionalInt.empty() : OptionalInt.of(mtu));
  }

  /** The adapter that is a port of the bridge, if one is. */
  public Optional<UplinkConfig> uplink() {
    return exit instanceof UplinkConfig uplink ? Optional.of(uplink) : Optional.empty();
  }

  /** Where this node's leases are journalled. */
  public Path leaseDirectory() {
    return stateDirectory.resolve("leases");
  }

  /** The Unix socket on which the launcher reaches this agent. */
  public Path cniSocket() {
    return socketDirectory.resolve("cni.sock");
  }

  /** The Unix socket on which the command line reaches this agent. */
  public Path adminSocket() {
    return adminSocket(socketDirectory);
  }

  private static Path adminSocket(Path socketDirectory) {
    return socketDirectory.resolve("admin.sock");
  }

  /**
   * The switch.
   *
   * @param database OVSDB address in Open vSwitch's notation, {@code unix:/path} or {@code
   *     tcp:127.0.0.1:6640}
   * @param runDirectory where {@code BRIDGE.mgmt} is
   * @param bridge the bridge's name, which is also that of its local port
   * @param datapathType {@code netdev} or {@code system}
   * @param readyPorts how many ports wait for pods, 0 to 64; with 0 each pod brings its own
   */
  public record OpenVSwitch(
      String database, Path runDirectory, String bridge, String datapathType, int readyPorts) {
    private static final int READY_PORTS = 16;
    private static final int MOST_READY_PORTS = 64;

    public OpenVSwitch {
      Fields.require(
          readyPorts >= 0 && readyPorts <= MOST_READY_PORTS,
          "openvswitch.readyPorts",
          Integer.toString(readyPorts),
          "0 to " + MOST_READY_PORTS);
      Fields.require(
          INTERFACE_NAME.matcher(bridge).matches(),
          "openvswitch.bridge",
          bridge,
          INTERFACE_NAME_EXPECTATION);
      Fields.require(
          datapathType.equals("netdev") || datapathType.equals("system"),
          "openvswitch.datapathType",
          datapathType,
          "netdev or system");
      Fields.require(
          isReachable(database),
          "openvswitch.database",
          database,
          "unix:PATH or tcp:HOST:PORT with a port from 1 to 65535");
    }

    /** TLS would need a key and certificates, which have no keys here. */
    private static boolean isReachable(String database) {
      try {
        return switch (OvsdbAddress.parse(database)) {
          case OvsdbAddress.Unix _, OvsdbAddress.Tcp _ -> true;
          case OvsdbAddress.Ssl _ -> false;
        };
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    @JsonCreator
    static OpenVSwitch of(
        @JsonProperty("database") @Nullable String database,
        @JsonProperty("runDirectory") @Nullable Path runDirectory,
        @JsonProperty("bridge") @Nullable String bridge,
        @JsonProperty("datapathType") @Nullable String datapathType,
        @JsonProperty("readyPorts") @Nullable Integer readyPorts) {
      Path run = runDirectory == null ? Path.of("/var/run/openvswitch") : runDirectory;
      return new OpenVSwitch(
          database == null ? "unix:" + run.resolve("db.sock") : database,
          run,
          bridge == null ? "br-pods" : bridge,
          datapathType == null ? "system" : datapathType,
          readyPorts == null ? READY_PORTS : readyPorts);
    }

    /** The bridge's OpenFlow management socket (ovs-vswitchd(8), "bridge.mgmt"). */
    public Path managementSocket() {
      return runDirectory.resolve(bridge + ".mgmt");
    }
  }

  /** How packets leave the node. */
  public sealed interface Exit permits UplinkConfig, GatewayConfig {}

  /**
   * The host's own stack forwards what pods send, and no adapter is touched.
   *
   * @param address the node's, at which peers reach it; empty for the one from which it reaches the
   *     world
   * @param ipv6Address the same of the other family; a node need not have one
   */
  public record GatewayConfig(Optional<Ipv4Address> address, Optional<Ipv6Address> ipv6Address)
      implements Exit {
    /** What the configuration does not say is found. */
    static final GatewayConfig FOUND = new GatewayConfig(Optional.empty(), Optional.empty());

    @JsonCreator
    static GatewayConfig of(
        @JsonProperty("address") @Nullable Ipv4Address address,
        @JsonProperty("ipv6Address") @Nullable Ipv6Address ipv6Address) {
      return new GatewayConfig(Optional.ofNullable(address), Optional.ofNullable(ipv6Address));
    }
  }

  /**
   * The adapter that carries the node's traffic; it becomes a port of the bridge, and the node's
   * address moves to the bridge's local port.
   *
   * @param device the adapter's name
   * @param address the node's address
   * @param prefixLength of the node's subnet
   * @param gateway the next hop towards everything that is not in the cluster
   * @param ipv6 the same in IPv6; without it pods speak it among themselves only
   */
  public record UplinkConfig(
      String device,
      Ipv4Address address,
      int prefixLength,
      Ipv4Address gateway,
      Optional<UplinkIpv6> ipv6)
      implements Exit {
    /** One without an IPv6 address. */
    public UplinkConfig(String device, Ipv4Address address, int prefixLength, Ipv4Address gateway) {
      this(device, address, prefixLength, gateway, Optional.empty());
    }

    public UplinkConfig {
      Fields.require(
          INTERFACE_NAME.matcher(device).matches(),
          "uplink.device",
          device,
          INTERFACE_NAME_EXPECTATION);
      Fields.require(
          subnet(address, prefixLength).contains(gateway),
          "uplink.gateway",
          gateway,
          "an address of the uplink's subnet " + subnet(address, prefixLength));
      Fields.require(
          !gateway.equals(address), "uplink.gateway", gateway, "another than uplink.address");
    }

    @JsonCreator
    static UplinkConfig of(
        @JsonProperty(value = "device", required = true) @Nullable String device,
        @JsonProperty(value = "address", required = true) @Nullable String addressAndLength,
        @JsonProperty(value = "gateway", required = true) @Nullable Ipv4Address gateway,
        @JsonProperty("ipv6Address") @Nullable String ipv6AddressAndLength,
        @JsonProperty("ipv6Gateway") @Nullable Ipv6Address ipv6Gateway) {
      Fields.require(
          (ipv6AddressAndLength == null) == (ipv6Gateway == null),
          "uplink.ipv6Gateway",
          ipv6Gateway == null ? "none" : ipv6Gateway,
          "given if, and only if, uplink.ipv6Address is");
      String address = Fields.present("uplink.address", addressAndLength);
      int slash = address.indexOf('/');
      Fields.require(slash > 0, "uplink.address", address, "address/length, such as 192.0.2.10/24");
      String length = address.substring(slash + 1);
      Fields.require(
          length.matches("[12]?[0-9]|3[0-2]"), "uplink.address", address, "a length from 0 to 32");
      return new UplinkConfig(
          Fields.present("uplink.device", device),
          ipv4(address, address.substring(0, slash)),
          Integer.parseInt(length),
          Fields.present("uplink.gateway", gateway),
          ipv6AddressAndLength == null || ipv6Gateway == null
              ? Optional.empty()
              : Optional.of(UplinkIpv6.of(ipv6AddressAndLength, ipv6Gateway)));
    }

    /** The node's addresses, IPv4 first. */
    public List<IpAddress> addresses() {
      List<IpAddress> addresses = new ArrayList<>(2);
      addresses.add(address);
      ipv6.ifPresent(own -> addresses.add(own.address()));
      return addresses;
    }

    /** Whether the node has an address of this family. */
    boolean speaks(Family family) {
      return switch (family) {
        case IPV4 -> true;
        case IPV6 -> ipv6.isPresent();
      };
    }

    private static Ipv4Address ipv4(String whole, String text) {
      try {
        return Ipv4Address.parse(text);
      } catch (IllegalArgumentException e) {
        throw new Fields.InvalidValue("uplink.address: " + whole + ": " + e.getMessage());
      }
    }

    /** The node's subnet. */
    public IpPrefix subnet() {
      return subnet(address, prefixLength);
    }

    private static IpPrefix subnet(Ipv4Address address, int length) {
      int mask = length == 0 ? 0 : -1 << (32 - length);
      return new IpPrefix(new Ipv4Address(address.value() & mask), length);
    }
  }

  /**
   * The uplink in IPv6.
   *
   * @param address the node's address
   * @param prefixLength of the node's subnet
   * @param gateway the next hop towards everything that is not in the cluster: an address of the
   *     subnet, or a link-local one, as routers announce themselves
   */
  public record UplinkIpv6(Ipv6Address address, int prefixLength, Ipv6Address gateway) {
    private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

    /** Global unicast addresses, and those of a site (RFC 4193): neither link nor group. */
    private static final List<IpPrefix> UNICAST =
        List.of(IpPrefix.parse("2000::/3"), IpPrefix.parse("fc00::/7"));

    public UplinkIpv6 {
      Fields.require(
          UNICAST.stream().anyMatch(range -> range.contains(address)),
          "uplink.ipv6Address",
          address,
          "an address of 2000::/3 or fc00::/7");
      IpPrefix subnet = IpPrefix.of(address, prefixLength);
      Fields.require(
          subnet.contains(gateway) || LINK_LOCAL.contains(gateway),
          "uplink.ipv6Gateway",
          gateway,
          "an address of the uplink's subnet " + subnet + ", or a link-local one");
      Fields.require(
          !gateway.equals(address),
          "uplink.ipv6Gateway",
          gateway,
          "another than uplink.ipv6Address");
    }

    static UplinkIpv6 of(String addressAndLength, Ipv6Address gateway) {
      int slash = addressAndLength.indexOf('/');
      Fields.require(
          slash > 0,
          "uplink.ipv6Address",
          addressAndLength,
          "address/length, such as 2001:db8::10/64");
      String length = addressAndLength.substring(slash + 1);
      Fields.require(
          length.matches("[1-9]?[0-9]|1[01][0-9]|12[0-8]"),
          "uplink.ipv6Address",
          addressAndLength,
          "a length from 0 to 128");
      try {
        return new UplinkIpv6(
            Ipv6Address.parse(addressAndLength.substring(0, slash)),
            Integer.parseInt(length),
            gateway);
      } catch (Fields.InvalidValue e) {
        throw e;
      } catch (IllegalArgumentException e) {
        throw new Fields.InvalidValue(
            "uplink.ipv6Address: " + addressAndLength + ": " + e.getMessage());
      }
    }

    Route defaultRoute() {
      return new Route.Via(InetPrefix.DEFAULT_IPV6, InetPrefix.parseAddress(gateway.toString()));
    }
  }

  /** How packets travel between nodes. */
  public enum Mode {
    /** Flows rewrite to the peer node's MAC; all nodes share a link. */
    HOST_GATEWAY;

    @JsonCreator
    static Mode parse(String text) {
      for (Mode mode : values()) {
        if (mode.toString().equals(text)) {
          return mode;
        }
      }
      throw new Fields.InvalidValue("mode: " + text + " (expected: host-gateway)");
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
