package org.ovswin.cni;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * The rules of the specification as calls that break one: the rule, the call, its code, and what
 * the message must name.
 */
final class Refusals {
  private Refusals() {}

  static Stream<Arguments> all() {
    return Stream.of(
            environment(),
            cniArgs(),
            names(),
            json(),
            versions(),
            fields(),
            ports(),
            macs(),
            bandwidths())
        .flatMap(List::stream);
  }

  private static List<Arguments> environment() {
    return List.of(
        refused("no command", Call.add().without("CNI_COMMAND"), 4, "CNI_COMMAND"),
        refused(
            "unknown command",
            Call.add().with("CNI_COMMAND", "ATTACH"),
            4,
            "CNI_COMMAND: ATTACH (expected: one of ADD, DEL, CHECK, GC, STATUS, VERSION)"),
        refused(
            "commands have their case",
            Call.add().with("CNI_COMMAND", "add"),
            4,
            "CNI_COMMAND: add"),
        refused(
            "every missing name is listed",
            Call.add()
                .without("CNI_CONTAINERID")
                .without("CNI_NETNS")
                .without("CNI_IFNAME")
                .without("CNI_PATH"),
            4,
            "missing environment variables: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_PATH"),
        refused(
            "empty is missing",
            Call.add().with("CNI_NETNS", ""),
            4,
            "missing environment variables: CNI_NETNS"),
        refused(
            "CHECK needs a namespace", Call.of(CniVerb.CHECK).without("CNI_NETNS"), 4, "CNI_NETNS"),
        refused(
            "DEL needs id and name",
            Call.del().without("CNI_CONTAINERID").without("CNI_IFNAME"),
            4,
            "missing environment variables: CNI_CONTAINERID, CNI_IFNAME"),
        refused(
            "a namespace that is no path",
            Call.add().with("CNI_NETNS", "/run/netns/a\u0000b"),
            4,
            "CNI_NETNS: /run/netns/a"),
        refused(
            "environment comes before the configuration",
            Call.add().without("CNI_PATH").config("{"),
            4,
            "CNI_PATH"));
  }

  private static List<Arguments> cniArgs() {
    return List.of(
        refused(
            "CNI_ARGS without =",
            Call.add().with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME"),
            4,
            "CNI_ARGS: K8S_POD_NAME (expected: KEY=value)"),
        refused("CNI_ARGS without key", Call.add().with("CNI_ARGS", "=x"), 4, "CNI_ARGS: =x"),
        refused(
            "CNI_ARGS unknown key",
            Call.add().with("CNI_ARGS", "FOO=1"),
            4,
            "CNI_ARGS: FOO (expected: a known key, or IgnoreUnknown=1)"),
        refused(
            "CNI_ARGS unknown key not ignored",
            Call.add().with("CNI_ARGS", "FOO=1;IgnoreUnknown=false"),
            4,
            "CNI_ARGS: FOO"),
        refused(
            "CNI_ARGS twice",
            Call.add().with("CNI_ARGS", "K8S_POD_NAME=a;K8S_POD_NAME=b"),
            4,
            "CNI_ARGS: K8S_POD_NAME (expected: the key only once)"),
        refused(
            "IgnoreUnknown is a bool",
            Call.add().with("CNI_ARGS", "IgnoreUnknown=maybe"),
            4,
            "CNI_ARGS: IgnoreUnknown=maybe (expected: 1, true, 0 or false)"));
  }

  private static List<Arguments> names() {
    Stream<Arguments> ids =
        Stream.of("-a", ".a", "_a", "a/b", "a b", "ä", "a\n", "a;b")
            .map(
                id ->
                    refused(
                        "container id " + id,
                        Call.add().with("CNI_CONTAINERID", id),
                        4,
                        "CNI_CONTAINERID: " + id));
    Stream<Arguments> interfaces =
        Stream.of(
                "0123456789abcdef",
                ".",
                "..",
                "a/b",
                "a:b",
                "a b",
                "a\tb",
                "a\n",
                "é",
                "a\u007f",
                "a\u0001",
                "a\u00a0b")
            .map(
                name ->
                    refused(
                        "interface name " + name,
                        Call.del().with("CNI_IFNAME", name),
                        4,
                        "CNI_IFNAME: " + name));
    Stream<Arguments> networks =
        Stream.of("-a", "a/b", "a b", ".")
            .map(
                name ->
                    refused(
                        "network name " + name,
                        Call.add().set("name", "\"" + name + "\""),
                        7,
                        "name: " + name));
    return Stream.of(ids, interfaces, networks).flatMap(rows -> rows).toList();
  }

  private static List<Arguments> json() {
    return List.of(
        refused("no configuration", Call.add().config(""), 6, "nothing"),
        refused(
            "not JSON, with its position",
            Call.add().config("{\"cniVersion\":\n  oops}"),
            6,
            "line 2, column"),
        refused("cut off", Call.add().config("{\"name\":\"po"), 6, "line 1, column"),
        refused("not an object", Call.add().config("[]"), 6, "an array (expected: a JSON object)"),
        refused("null", Call.add().config("null"), 6, "null (expected: a JSON object)"),
        refused("something behind it", Call.add().config("{} {}"), 6, "line 1, column"),
        refused(
            "a key twice",
            Call.add().config("{\"name\":\"a\",\"name\":\"b\"}"),
            6,
            "Duplicate field 'name'"),
        refused(
            "too deep",
            Call.add().config("{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}"),
            6,
            "depth"),
        refused(
            "an endless number",
            Call.add().config("{\"a\":" + "1".repeat(5000) + "}"),
            6,
            "network configuration"));
  }

  private static List<Arguments> versions() {
    return List.of(
        refused(
            "unknown version",
            Call.add().version("2.0.0"),
            1,
            "cniVersion: 2.0.0 (expected: one of 0.1.0, 0.2.0"),
        refused("not a listed patch version", Call.add().version("1.0.1"), 1, "cniVersion: 1.0.1"),
        refused(
            "version of wrong type",
            Call.add().set("cniVersion", "1"),
            7,
            "cniVersion: 1 (expected: a string)"),
        refused(
            "CHECK since 0.4.0",
            Call.of(CniVerb.CHECK).version("0.3.1"),
            1,
            "cniVersion: 0.3.1 (expected: 0.4.0 or newer for CHECK)"),
        refused("GC since 1.1.0", Call.of(CniVerb.GC).version("1.0.0"), 1, "1.1.0 or newer for GC"),
        refused(
            "STATUS since 1.1.0",
            Call.of(CniVerb.STATUS).version("1.0.0"),
            1,
            "1.1.0 or newer for STATUS"),
        refused(
            "DEL of a version we do not speak",
            Call.del().version("0.0.9"),
            1,
            "cniVersion: 0.0.9"));
  }

  private static List<Arguments> fields() {
    return List.of(
        refused("no name", Call.add().unset("name"), 7, "name: missing"),
        refused("no name on DEL", Call.del().unset("name"), 7, "name: missing"),
        refused("null name", Call.add().set("name", "null"), 7, "name: missing"),
        refused(
            "name of wrong type",
            Call.add().set("name", "[1]"),
            7,
            "name: [1] (expected: a string)"),
        refused(
            "type of wrong type", Call.add().set("type", "5"), 7, "type: 5 (expected: a string)"),
        refused(
            "flag of wrong type",
            Call.add().set("ipMasq", "\"yes\""),
            7,
            "ipMasq: \"yes\" (expected: true or false)"),
        refused(
            "capability of wrong type",
            Call.add().set("capabilities", "{\"dns\":1}"),
            7,
            "capabilities.dns: 1"),
        refused(
            "args of wrong type",
            Call.add().set("args", "[]"),
            7,
            "args: [] (expected: an object)"),
        refused(
            "address allocation by another",
            Call.add().set("ipam", "{\"type\":\"host-local\"}"),
            2,
            "ipam: {\"type\":\"host-local\"}"),
        refused(
            "unknown key of ours",
            Call.add().set("ovsWin", "{\"mtuu\":1}"),
            7,
            "ovsWin.mtuu: 1 (expected: no key of this name"),
        refused(
            "link that we do not make",
            Call.add().set("ovsWin", "{\"link\":\"tap\"}"),
            7,
            "ovsWin.link: \"tap\" (expected: any or veth)"),
        refused(
            "our section of wrong type",
            Call.add().set("ovsWin", "1"),
            7,
            "ovsWin: 1 (expected: an object)"),
        refused(
            "capability we do not have",
            Call.add().set("runtimeConfig", "{\"aliases\":{\"pods\":[\"a\"]}}"),
            2,
            "runtimeConfig.aliases: {\"pods\":[\"a\"]} (expected: one of portMappings, dns, ips,"
                + " mac,"),
        refused(
            "runtimeConfig of wrong type",
            Call.add().set("runtimeConfig", "7"),
            7,
            "runtimeConfig: 7 (expected: an object)"),
        refused(
            "dns of wrong type",
            Call.add().set("dns", "{\"search\":\"x\"}"),
            7,
            "dns.search: \"x\" (expected: an array)"),
        refused(
            "dns server of wrong type",
            Call.add().set("runtimeConfig", "{\"dns\":{\"Servers\":[1]}}"),
            7,
            "runtimeConfig.dns.Servers[0]: 1 (expected: a string)"),
        refused(
            "CHECK without prevResult",
            Call.of(CniVerb.CHECK).unset("prevResult"),
            7,
            "prevResult: missing"),
        refused(
            "prevResult of wrong type",
            Call.add().set("prevResult", "[]"),
            7,
            "prevResult: [] (expected: an object)"),
        refused(
            "prevResult address",
            Call.add().set("prevResult", "{\"ips\":[{\"address\":\"10.1\"}]}"),
            7,
            "prevResult.ips[0].address: \"10.1\""),
        refused(
            "prevResult host bits beyond",
            Call.add().set("prevResult", "{\"ips\":[{\"address\":\"10.1.0.0/33\"}]}"),
            7,
            "prevResult.ips[0].address"),
        refused(
            "prevResult interface index",
            Call.add()
                .set("prevResult", "{\"ips\":[{\"address\":\"10.1.0.1/8\",\"interface\":0}]}"),
            7,
            "prevResult.ips[0]"),
        refused(
            "prevResult interface without name",
            Call.add().set("prevResult", "{\"interfaces\":[{}]}"),
            7,
            "prevResult.interfaces[0].name: missing"),
        refused(
            "prevResult route without dst",
            Call.add().set("prevResult", "{\"routes\":[{}]}"),
            7,
            "prevResult.routes[0].dst: missing"),
        refused(
            "GC without the list",
            Call.of(CniVerb.GC).unset("cni.dev/valid-attachments"),
            7,
            "cni.dev/valid-attachments: missing"),
        refused(
            "GC with an attachment without name",
            Call.of(CniVerb.GC).set("cni.dev/valid-attachments", "[{\"containerID\":\"a\"}]"),
            7,
            "cni.dev/valid-attachments[0].ifname: missing"));
  }

  private static List<Arguments> ports() {
    return List.of(
        port("[{\"containerPort\":80}]", "runtimeConfig.portMappings[0].hostPort: missing"),
        port("[{\"hostPort\":80}]", "runtimeConfig.portMappings[0].containerPort: missing"),
        port(
            "[{\"hostPort\":0,\"containerPort\":80}]",
            "runtimeConfig.portMappings[0].hostPort: 0 (expected: an integer from 1 to 65535)"),
        port("[{\"hostPort\":65536,\"containerPort\":80}]", "portMappings[0].hostPort: 65536"),
        port("[{\"hostPort\":-1,\"containerPort\":80}]", "portMappings[0].hostPort: -1"),
        port("[{\"hostPort\":1e400,\"containerPort\":80}]", "portMappings[0].hostPort:"),
        port("[{\"hostPort\":80.5,\"containerPort\":80}]", "portMappings[0].hostPort: 80.5"),
        port(
            "[{\"hostPort\":18446744073709551697,\"containerPort\":80}]",
            "portMappings[0].hostPort: 18446744073709551697"),
        port("[{\"hostPort\":\"80\",\"containerPort\":80}]", "portMappings[0].hostPort: \"80\""),
        port(
            "[{\"hostPort\":80,\"containerPort\":80,\"protocol\":\"icmp\"}]",
            "portMappings[0].protocol: \"icmp\" (expected: tcp, udp or sctp)"),
        port(
            "[{\"hostPort\":80,\"containerPort\":80,\"hostIP\":\"010.0.0.1\"}]",
            "portMappings[0].hostIP: \"010.0.0.1\" (expected: an IPv4 or IPv6 address)"),
        port("{}", "runtimeConfig.portMappings: {} (expected: an array)"),
        port("[80]", "runtimeConfig.portMappings[0]: 80 (expected: an object)"),
        port("[{\"hostPort\":80,\"HostPort\":81,\"containerPort\":80}]", "the key only once"),
        port(
            "[{\"hostPort\":80,\"containerPort\":80},{\"hostPort\":80,\"containerPort\":81}]",
            "a host port that portMappings[0] does not map already"),
        port(
            "[{\"hostPort\":80,\"containerPort\":80,\"hostIP\":\"0.0.0.0\"},{\"hostPort\":80,\"containerPort\":81,\"hostIP\":\"10.0.0.1\"}]",
            "portMappings[1]"));
  }

  private static Arguments port(String json, String named) {
    return refused(
        "port mapping " + json,
        Call.add().set("runtimeConfig", "{\"portMappings\":" + json + "}"),
        7,
        named);
  }

  private static List<Arguments> macs() {
    Stream<Arguments> values =
        Stream.of(
                "c2:11:22:33:44",
                "c2:11:22:33:44:5g",
                "c2:11:22:33:44:55:66",
                " c2:11:22:33:44:55",
                "c2:11-22:33:44:55",
                "00:00:00:00:00:00",
                "01:00:5e:00:00:01",
                "ff:ff:ff:ff:ff:ff")
            .flatMap(
                mac ->
                    Stream.of(
                        refused(
                            "mac " + mac,
                            Call.add().set("runtimeConfig", "{\"mac\":\"" + mac + "\"}"),
                            7,
                            "runtimeConfig.mac: " + mac + " (expected: an address"),
                        refused(
                            "args.cni.mac " + mac,
                            Call.add().set("args", "{\"cni\":{\"mac\":\"" + mac + "\"}}"),
                            7,
                            "args.cni.mac: " + mac + " (expected: an address"),
                        refused(
                            "CNI_ARGS MAC " + mac,
                            Call.add().with("CNI_ARGS", "MAC=" + mac),
                            4,
                            "CNI_ARGS MAC: " + mac + " (expected: an address")));
    Stream<Arguments> others =
        Stream.of(
            refused(
                "mac of wrong type",
                Call.add().set("runtimeConfig", "{\"mac\":5}"),
                7,
                "runtimeConfig.mac: 5 (expected: a string)"),
            refused(
                "two different MACs",
                Call.add()
                    .set("runtimeConfig", "{\"mac\":\"c2:11:22:33:44:55\"}")
                    .with("CNI_ARGS", "MAC=c2:11:22:33:44:56"),
                4,
                "CNI_ARGS MAC: c2:11:22:33:44:56 (expected: one address; runtimeConfig.mac asks for"
                    + " c2:11:22:33:44:55)"));
    return Stream.concat(values, others).toList();
  }

  private static List<Arguments> bandwidths() {
    return List.of(
        bandwidth("5", 7, "runtimeConfig.bandwidth: 5 (expected: an object)"),
        bandwidth(
            "{\"ingressRate\":1}",
            7,
            "bandwidth.ingressBurst: missing (expected: bits above 0, as there is ingressRate: 1)"),
        bandwidth("{\"egressRate\":1,\"egressBurst\":0}", 7, "bandwidth.egressBurst: missing"),
        bandwidth("{\"ingressBurst\":1}", 7, "bandwidth.ingressRate: missing"),
        bandwidth("{\"egressBurst\":1}", 7, "bandwidth.egressRate: missing"),
        bandwidth(
            "{\"egressRate\":-1,\"egressBurst\":1}",
            7,
            "bandwidth.egressRate: -1 (expected: an integer from 0 to 9223372036854775807)"),
        bandwidth("{\"ingressRate\":18446744073709551615}", 7, "ingressRate: 18446744073709551615"),
        bandwidth("{\"ingressRate\":1.5}", 7, "bandwidth.ingressRate: 1.5"),
        bandwidth("{\"IngressRate\":\"1M\"}", 7, "bandwidth.IngressRate: \"1M\""),
        bandwidth(
            "{\"egressRate\":1,\"egressBurst\":34359738360}",
            7,
            "bandwidth.egressBurst: 34359738360 (expected: an integer from 0 to 34359738359)"),
        bandwidth(
            "{\"unshapedSubnets\":[\"10.0.0.0/8\"]}",
            2,
            "bandwidth.unshapedSubnets[0]: \"10.0.0.0/8\" (expected: no subnets"),
        bandwidth("{\"shapedSubnets\":[\"::/0\"]}", 2, "bandwidth.shapedSubnets[0]"),
        bandwidth("{\"ingressRate\":1,\"INGRESSRATE\":1}", 7, "the key only once"));
  }

  private static Arguments bandwidth(String json, int code, String named) {
    return refused(
        "bandwidth " + json,
        Call.add().set("runtimeConfig", "{\"bandwidth\":" + json + "}"),
        code,
        named);
  }

  private static Arguments refused(String rule, Call call, int code, String named) {
    return arguments(rule, call, code, named);
  }
}
