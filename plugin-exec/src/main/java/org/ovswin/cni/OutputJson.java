package org.ovswin.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.ovswin.cni.CniResult.Interface;
import org.ovswin.cni.CniResult.IpConfig;
import org.ovswin.cni.CniResult.Route;

/**
 * What the plugin prints: a result in the form of the version asked for, an error, the versions.
 * Empty fields are left out. Every output is one line.
 *
 * <pre>
 *   up to 0.2.0   {"ip4":{"ip","gateway","routes":[{"dst","gw"}]},"ip6":{…},"dns":{…}}
 *   up to 0.4.0   {"interfaces":[…],"ips":[{"version","interface","address","gateway"}],…}
 *   from 1.0.0    the same without "version"
 *   from 1.1.0    interfaces with mtu, socketPath, pciID; routes with mtu, advmss, …
 * </pre>
 */
final class OutputJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private OutputJson() {}

  static byte[] versions() {
    ObjectNode output = NODES.objectNode();
    output.put("cniVersion", CniVersion.CURRENT.toString());
    putTexts(output, "supportedVersions", CniVersion.texts());
    return line(output);
  }

  static byte[] error(CniVersion version, CniException error) {
    ObjectNode output = NODES.objectNode();
    output.put("cniVersion", version.toString());
    output.put("code", error.code());
    output.put("msg", error.msg());
    if (!error.details().isEmpty()) {
      output.put("details", error.details());
    }
    return line(output);
  }

  static byte[] result(CniVersion version, CniResult result) {
    ObjectNode output = NODES.objectNode();
    output.put("cniVersion", version.toString());
    if (version.atLeast(CniVersion.V0_3_0)) {
      putSinceV030(output, version, result);
    } else {
      putFamily(output, "ip4", result, Cidr::isIpv4);
      putFamily(output, "ip6", result, cidr -> !cidr.isIpv4());
    }
    if (!result.dns().isEmpty()) {
      putDns(output.putObject("dns"), result.dns());
    }
    return line(output);
  }

  /** The first address of a family: the old form has no room for more. */
  private static void putFamily(
      ObjectNode output, String key, CniResult result, Predicate<Cidr> family) {
    Optional<IpConfig> first =
        result.ips().stream().filter(ip -> family.test(ip.address())).findFirst();
    if (first.isEmpty()) {
      return;
    }
    ObjectNode node = output.putObject(key);
    node.put("ip", first.get().address().toString());
    first.get().gateway().ifPresent(gateway -> node.put("gateway", gateway.toString()));
    List<Route> routes =
        result.routes().stream().filter(route -> family.test(route.dst())).toList();
    if (!routes.isEmpty()) {
      ArrayNode array = node.putArray("routes");
      routes.forEach(route -> putRoute(array.addObject(), CniVersion.V0_2_0, route));
    }
  }

  private static void putSinceV030(ObjectNode output, CniVersion version, CniResult result) {
    if (!result.interfaces().isEmpty()) {
      ArrayNode array = output.putArray("interfaces");
      result.interfaces().forEach(one -> putInterface(array.addObject(), version, one));
    }
    if (!result.ips().isEmpty()) {
      ArrayNode array = output.putArray("ips");
      result.ips().forEach(ip -> putIp(array.addObject(), version, ip));
    }
    if (!result.routes().isEmpty()) {
      ArrayNode array = output.putArray("routes");
      result.routes().forEach(route -> putRoute(array.addObject(), version, route));
    }
  }

  private static void putInterface(ObjectNode node, CniVersion version, Interface one) {
    node.put("name", one.name());
    one.mac().ifPresent(mac -> node.put("mac", mac));
    if (version.atLeast(CniVersion.V1_1_0)) {
      one.mtu().ifPresent(mtu -> node.put("mtu", mtu));
    }
    one.sandbox().ifPresent(sandbox -> node.put("sandbox", sandbox));
    if (version.atLeast(CniVersion.V1_1_0)) {
      one.socketPath().ifPresent(path -> node.put("socketPath", path));
      one.pciId().ifPresent(id -> node.put("pciID", id));
    }
  }

  private static void putIp(ObjectNode node, CniVersion version, IpConfig ip) {
    if (!version.atLeast(CniVersion.V1_0_0)) {
      node.put("version", ip.address().isIpv4() ? "4" : "6");
    }
    ip.interfaceIndex().ifPresent(index -> node.put("interface", index));
    node.put("address", ip.address().toString());
    ip.gateway().ifPresent(gateway -> node.put("gateway", gateway.toString()));
  }

  private static void putRoute(ObjectNode node, CniVersion version, Route route) {
    node.put("dst", route.dst().toString());
    route.gw().ifPresent(gw -> node.put("gw", gw.toString()));
    if (version.atLeast(CniVersion.V1_1_0)) {
      route.mtu().ifPresent(mtu -> node.put("mtu", mtu));
      route.advmss().ifPresent(advmss -> node.put("advmss", advmss));
      route.priority().ifPresent(priority -> node.put("priority", priority));
      route.table().ifPresent(table -> node.put("table", table));
      route.scope().ifPresent(scope -> node.put("scope", scope));
    }
  }

  private static void putDns(ObjectNode node, Dns dns) {
    putTexts(node, "nameservers", dns.nameservers());
    dns.domain().ifPresent(domain -> node.put("domain", domain));
    putTexts(node, "search", dns.search());
    putTexts(node, "options", dns.options());
  }

  private static void putTexts(ObjectNode node, String key, List<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = node.putArray(key);
      texts.forEach(array::add);
    }
  }

  private static byte[] line(ObjectNode output) {
    try {
      return (JSON.writeValueAsString(output) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers must have a JSON form", e);
    }
  }
}
