package org.ovswin.node.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.ovswin.sandbox.InetPrefix;

/**
 * An adapter as it was, in the words of ip(8).
 *
 * @param adapter what the agent needs of it
 * @param ipv4 what {@code ip -4 -o addr show} printed
 * @param addresses arguments of {@code ip addr add}, by address, in the order in which they have to
 *     be added
 * @param routes what {@code ip route save} wrote, by "4" or "6" and the number of the table
 * @param settings of ip-sysctl, by file, that change when the switch takes the adapter
 * @param promiscuity {@code on} or {@code off}, as an administrator had it
 * @param resolvConf the content of /etc/resolv.conf where it is a file of its own
 * @param linkDns what systemd-resolved had of the link's own, for {@code dns} and {@code domain}
 */
record AdapterSnapshot(
    Adapter adapter,
    String ipv4,
    Map<String, String> addresses,
    Map<String, byte[]> routes,
    Map<String, String> settings,
    String promiscuity,
    Optional<byte[]> resolvConf,
    Map<String, String> linkDns) {
  static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RT_TABLE_LOCAL = 255;
  private static final int RTNH_F_DEAD = 1;
  private static final int RTNH_F_LINKDOWN = 16;

  /** Where rtm_flags is: behind a header of 16 bytes and eight of struct rtmsg. */
  private static final int ROUTE_FLAGS = 24;

  private static final List<String> SETTINGS =
      List.of(
          "ipv4/conf/%s/rp_filter",
          "ipv4/conf/%s/arp_ignore",
          "ipv6/conf/%s/accept_ra",
          "ipv6/conf/%s/autoconf",
          "ipv6/conf/%s/disable_ipv6");

  /**
   * Looks at an adapter of the calling thread's namespace.
   *
   * @throws TakeoverException if it is not one that can be taken
   */
  static AdapterSnapshot of(String device) throws TakeoverException {
    try {
      JsonNode link =
          JSON.readTree(Commands.output("ip", "-d", "-j", "addr", "show", "dev", device)).get(0);
      List<JsonNode> addresses =
          StreamSupport.stream(link.get("addr_info").spliterator(), false).toList();
      Map<String, String> dns = linkDns(device);
      return new AdapterSnapshot(
          adapter(device, link, addresses, dns),
          Commands.text("ip", "-4", "-o", "addr", "show", "dev", device),
          additions(device, addresses),
          routes(device),
          settings(device),
          link.get("flags").toString().contains("\"PROMISC\"") ? "on" : "off",
          Files.isRegularFile(RESOLV_CONF, LinkOption.NOFOLLOW_LINKS)
              ? Optional.of(Files.readAllBytes(RESOLV_CONF))
              : Optional.empty(),
          dns);
    } catch (IOException e) {
      throw new TakeoverException("look at %s: %s".formatted(device, e.getMessage()), e);
    }
  }

  private static Adapter adapter(
      String device, JsonNode link, List<JsonNode> addresses, Map<String, String> dns)
      throws TakeoverException, IOException {
    if (link.has("master")) {
      throw new TakeoverException(
          "%s: a port of %s (expected: an adapter that is in no bridge or bond)"
              .formatted(device, link.get("master").asText()));
    }
    List<JsonNode> ipv4 =
        addresses.stream().filter(one -> one.get("family").asText().equals("inet")).toList();
    if (ipv4.isEmpty()) {
      throw new TakeoverException(device + ": no IPv4 address (expected: one)");
    }
    for (JsonNode address : ipv4) {
      if (address.path("dynamic").asBoolean()) {
        throw new TakeoverException(
            ("%s: address %s is a lease for %d s more (expected: a static address, because the"
                    + " DHCP client would go on with the adapter and not with the bridge: configure"
                    + " the address statically, or use the gateway mode)")
                .formatted(
                    device,
                    address.get("local").asText(),
                    address.get("valid_life_time").asLong()));
      }
    }
    JsonNode routes =
        JSON.readTree(Commands.output("ip", "-4", "-j", "route", "show", "default", "dev", device));
    JsonNode first =
        StreamSupport.stream(routes.spliterator(), false)
            .filter(route -> route.has("gateway"))
            .min(Comparator.comparingLong(route -> route.path("metric").asLong()))
            .orElseThrow(
                () ->
                    new TakeoverException(
                        device + ": no IPv4 default route through a gateway (expected: one)"));
    InetAddress gateway = InetPrefix.parseAddress(first.get("gateway").asText());
    List<InetPrefix> prefixes =
        ipv4.stream()
            .map(one -> one.get("local").asText() + "/" + one.get("prefixlen").asInt())
            .map(InetPrefix::parse)
            .toList();
    return new Adapter(
        device,
        prefixes.stream()
            .filter(prefix -> prefix.contains(gateway))
            .findFirst()
            .orElseThrow(
                () ->
                    new TakeoverException(
                        "%s: no address of %s has the gateway %s on its link (expected: one)"
                            .formatted(device, prefixes, gateway.getHostAddress()))),
        gateway,
        ipv6(device, addresses),
        link.get("mtu").asInt(),
        servers(dns.getOrDefault("dns", "")));
  }

  /** What a router's advertisement made is made anew on the bridge, and is not the agent's. */
  private static Optional<Adapter.Ipv6> ipv6(String device, List<JsonNode> addresses)
      throws TakeoverException, IOException {
    Optional<InetPrefix> address =
        addresses.stream()
            .filter(one -> one.get("family").asText().equals("inet6"))
            .filter(one -> one.get("scope").asText().equals("global"))
            .filter(one -> !one.path("dynamic").asBoolean() && !one.path("deprecated").asBoolean())
            .filter(one -> !one.path("tentative").asBoolean() && !one.path("dadfailed").asBoolean())
            .map(one -> one.get("local").asText() + "/" + one.get("prefixlen").asInt())
            .map(InetPrefix::parse)
            // The kernel shows the newest first.
            .reduce((_, older) -> older);
    JsonNode routes =
        JSON.readTree(Commands.output("ip", "-6", "-j", "route", "show", "default", "dev", device));
    Optional<InetAddress> gateway =
        StreamSupport.stream(routes.spliterator(), false)
            .filter(route -> route.has("gateway"))
            .min(Comparator.comparingLong(route -> route.path("metric").asLong()))
            .map(route -> InetPrefix.parseAddress(route.get("gateway").asText()));
    return address.flatMap(
        own ->
            gateway
                .filter(next -> next.isLinkLocalAddress() || own.contains(next))
                .map(next -> new Adapter.Ipv6(own, next)));
  }

  private static List<InetAddress> servers(String words) {
    return Arrays.stream(words.split(" ", -1))
        // A server may carry a port and a name for TLS: 192.0.2.53#example.
        .map(word -> word.replaceFirst("[#%].*", ""))
        .filter(word -> word.matches("[0-9a-fA-F.:]+"))
        .map(InetPrefix::parseAddress)
        .toList();
  }

  private static Map<String, String> additions(String device, List<JsonNode> addresses) {
    Map<String, String> additions = new LinkedHashMap<>();
    List<JsonNode> order = new ArrayList<>(addresses);
    // The kernel shows IPv6 addresses of one scope with the newest first.
    List<JsonNode> ipv6 =
        order.stream().filter(one -> one.get("family").asText().equals("inet6")).toList();
    order.removeAll(ipv6);
    order.addAll(ipv6.reversed());
    for (JsonNode address : order) {
      String prefix = address.get("local").asText() + "/" + address.get("prefixlen").asInt();
      additions.put(prefix, addition(device, prefix, address));
    }
    return additions;
  }

  private static String addition(String device, String prefix, JsonNode address) {
    List<String> words = new ArrayList<>();
    if (address.has("address")) {
      words.addAll(
          List.of(
              address.get("local").asText(),
              "peer",
              address.get("address").asText() + "/" + address.get("prefixlen").asInt()));
    } else {
      words.add(prefix);
    }
    words.addAll(List.of("dev", device, "scope", address.get("scope").asText()));
    if (address.has("broadcast")) {
      words.addAll(List.of("broadcast", address.get("broadcast").asText()));
    }
    if (address.has("label")) {
      words.addAll(List.of("label", address.get("label").asText()));
    }
    if (address.has("metric")) {
      words.addAll(List.of("metric", address.get("metric").asText()));
    }
    if (address.path("dynamic").asBoolean()) {
      words.addAll(
          List.of(
              "valid_lft",
              address.get("valid_life_time").asText(),
              "preferred_lft",
              address.get("preferred_life_time").asText()));
    }
    for (String flag : List.of("noprefixroute", "mngtmpaddr", "nodad")) {
      if (address.path(flag).asBoolean()) {
        words.add(flag);
      }
    }
    return String.join(" ", words);
  }

  private static Map<String, byte[]> routes(String device) throws TakeoverException, IOException {
    Map<String, byte[]> routes = new TreeMap<>();
    for (String family : List.of("4", "6")) {
      JsonNode all =
          JSON.readTree(
              Commands.output(
                  "ip", "-N", "-" + family, "-j", "route", "show", "table", "all", "dev", device));
      TreeSet<Integer> tables = new TreeSet<>();
      all.forEach(route -> tables.add(route.path("table").asInt(254)));
      // The kernel keeps the local table by the addresses.
      tables.remove(RT_TABLE_LOCAL);
      for (int table : tables) {
        routes.put(
            family + "." + table,
            restorable(
                Commands.output(
                    "ip",
                    "-" + family,
                    "route",
                    "save",
                    "table",
                    Integer.toString(table),
                    "dev",
                    device)));
      }
    }
    return routes;
  }

  /**
   * What {@code ip route save} wrote (a magic word, then netlink's messages, rtnetlink(7)), without
   * what the kernel says of a link that is without a carrier: it takes no route that says so.
   */
  static byte[] restorable(byte[] saved) {
    ByteBuffer messages = ByteBuffer.wrap(saved).order(ByteOrder.nativeOrder());
    int at = Integer.BYTES;
    while (at + ROUTE_FLAGS + Integer.BYTES <= saved.length) {
      int length = messages.getInt(at);
      if (length < ROUTE_FLAGS + Integer.BYTES || length > saved.length - at) {
        throw new IllegalArgumentException(
            "routes: a message of %d bytes at %d of %d".formatted(length, at, saved.length));
      }
      int flags = messages.getInt(at + ROUTE_FLAGS);
      messages.putInt(at + ROUTE_FLAGS, flags & ~(RTNH_F_DEAD | RTNH_F_LINKDOWN));
      at += (length + 3) & ~3;
    }
    return saved;
  }

  private static Map<String, String> settings(String device) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : SETTINGS) {
      Path file = Path.of("/proc/sys/net").resolve(setting.formatted(device));
      if (Files.exists(file)) {
        settings.put(file.toString(), Files.readString(file).strip());
      }
    }
    return settings;
  }

  /** {@code resolvectl dns eth0} prints {@code Link 2 (eth0): 192.0.2.53}. */
  private static Map<String, String> linkDns(String device) throws TakeoverException {
    if (!Commands.has("resolvectl") || !Files.exists(Path.of("/run/systemd/resolve"))) {
      return Map.of();
    }
    Map<String, String> dns = new LinkedHashMap<>();
    for (String what : List.of("dns", "domain")) {
      String line = Commands.text("resolvectl", what, device).strip();
      String words = line.substring(line.indexOf(':') + 1).strip();
      if (words.matches("[A-Za-z0-9_.:#%~ -]+")) {
        dns.put(what, words);
      }
    }
    return dns;
  }
}
