package org.ovswin.cni;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.ovswin.cni.PortMapping.Protocol;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.MacAddress;

/**
 * The network configuration on standard input (specification 1.1.0, section 1), read field by field
 * on demand. Keys that this version of the specification does not know are ignored; in our own
 * section, and among the capabilities, they are errors.
 */
final class NetworkConfig {
  /** Container ids and network names (specification, section 2). */
  static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");

  static final String NAME_EXPECTATION =
      "letters, digits, '_', '.' and '-', beginning with a letter or digit";

  /** Our own section. Settings that belong to a network get their keys here. */
  private static final String OWN_SECTION = "ovsWin";

  private static final String LINK = "link";
  private static final Set<String> OWN_KEYS = Set.of(LINK);

  private static final List<String> CAPABILITIES =
      List.of("portMappings", "dns", "ips", "mac", "bandwidth", RequestedAddresses.ANNOTATIONS);

  private final ConfigNode root;

  private NetworkConfig(ConfigNode root) {
    this.root = root;
  }

  /**
   * Reads the JSON, and nothing of it yet.
   *
   * @throws CniException 6 if it is not a JSON object
   */
  static NetworkConfig parse(byte[] json) throws CniException {
    return new NetworkConfig(ConfigNode.parse(json));
  }

  /**
   * {@code cniVersion}.
   *
   * @throws CniException 1 if it is none that we speak
   */
  CniVersion version() throws CniException {
    Optional<String> text = root.text("cniVersion");
    if (text.isEmpty()) {
      return CniVersion.WHEN_ABSENT;
    }
    return CniVersion.of(text.get()).orElseThrow(() -> CniErrors.unsupportedVersion(text.get()));
  }

  /** {@code name}. */
  String name() throws CniException {
    String name =
        root.text("name").orElseThrow(() -> root.missing("name", "the name of the network"));
    if (!NAME.matcher(name).matches()) {
      throw CniErrors.invalidConfig("name", name, NAME_EXPECTATION);
    }
    return name;
  }

  /**
   * Checks the fields that have no bearing on what we do, but whose wrong type betrays a
   * configuration that says something else than its author thinks.
   *
   * @throws CniException 7 for those and for an unknown key in our own section, 2 for addresses
   *     that another plugin is to allocate
   */
  void validate() throws CniException {
    root.text("type");
    for (String flag : List.of("ipMasq", "disableCheck")) {
      Optional<ConfigNode> value = root.child(flag);
      if (value.isPresent()) {
        value.get().requireBoolean();
      }
    }
    for (ConfigNode capability : children("capabilities")) {
      capability.requireBoolean();
    }
    children("args");
    Optional<ConfigNode> ipam = root.child("ipam");
    if (ipam.isPresent() && ipam.get().text("type").isPresent()) {
      throw ipam.get().unsupported("no ipam: ovs-win allocates the addresses itself");
    }
    for (ConfigNode own : children(OWN_SECTION)) {
      String key = own.path().substring(OWN_SECTION.length() + 1);
      if (!OWN_KEYS.contains(key)) {
        throw own.invalid("no key of this name; the agent's own file has the settings");
      }
    }
  }

  private List<ConfigNode> children(String key) throws CniException {
    Optional<ConfigNode> section = root.child(key);
    return section.isEmpty() ? List.of() : section.get().children();
  }

  /**
   * Checks that we understand every capability that the runtime was told to use.
   *
   * @throws CniException 2 for one that we do not
   */
  void requireKnownCapabilities() throws CniException {
    Optional<ConfigNode> runtimeConfig = runtimeConfig();
    if (runtimeConfig.isPresent()) {
      for (ConfigNode capability : runtimeConfig.get().children()) {
        String key = capability.path().substring("runtimeConfig.".length());
        if (CAPABILITIES.stream().noneMatch(key::equalsIgnoreCase)) {
          throw capability.unsupported("one of " + String.join(", ", CAPABILITIES));
        }
      }
    }
  }

  private Optional<ConfigNode> runtimeConfig() throws CniException {
    return root.child("runtimeConfig").map(ConfigNode::ignoringCase);
  }

  /**
   * The capability {@code portMappings}.
   *
   * @throws CniException 7 for a wrong value, or a host port that is claimed twice
   */
  List<PortMapping> portMappings() throws CniException {
    Optional<ConfigNode> runtimeConfig = runtimeConfig();
    if (runtimeConfig.isEmpty()) {
      return List.of();
    }
    List<PortMapping> mappings = new ArrayList<>();
    for (ConfigNode element : runtimeConfig.get().elements("portMappings")) {
      PortMapping mapping = portMapping(element);
      for (int i = 0; i < mappings.size(); i++) {
        if (mappings.get(i).overlaps(mapping)) {
          throw element.invalid("a host port that portMappings[" + i + "] does not map already");
        }
      }
      mappings.add(mapping);
    }
    return mappings;
  }

  private static PortMapping portMapping(ConfigNode element) throws CniException {
    return new PortMapping(
        port(element, "hostPort"),
        port(element, "containerPort"),
        element
            .parsed(
                "protocol",
                "tcp, udp or sctp",
                text -> Protocol.valueOf(text.toUpperCase(Locale.ROOT)))
            .orElse(Protocol.TCP),
        element.parsed("hostIP", "an IPv4 or IPv6 address", IpAddress::parse));
  }

  private static int port(ConfigNode element, String key) throws CniException {
    return element
        .integer(key, 1, 65535)
        .orElseThrow(() -> element.missing(key, "an integer from 1 to 65535"))
        .intValue();
  }

  /**
   * The addresses that the pod is to get; {@link RequestedAddresses} says where they may be.
   *
   * @throws CniException 7, or 4 where {@code CNI_ARGS} has it, for what is no address or
   *     contradicts another
   */
  List<RequestedAddress> requestedAddresses(CniArgs args) throws CniException {
    RequestedAddresses requested = new RequestedAddresses();
    Optional<ConfigNode> runtimeConfig = runtimeConfig();
    if (runtimeConfig.isPresent()) {
      requested.addAll(runtimeConfig.get().elements("ips"));
    }
    Optional<ConfigNode> cniArgs = child(root.child("args"), "cni");
    if (cniArgs.isPresent()) {
      requested.addAll(cniArgs.get().elements("ips"));
    }
    if (args.ip().isPresent()) {
      requested.addSeparated(RequestedAddresses.ARGS_FIELD, args.ip().get());
    }
    Optional<ConfigNode> annotations = child(runtimeConfig, RequestedAddresses.ANNOTATIONS);
    if (annotations.isPresent()) {
      Optional<ConfigNode> annotation =
          annotations.get().exactly().child(RequestedAddresses.ANNOTATION);
      if (annotation.isPresent()) {
        requested.addSeparated(annotation.get().path(), annotation.get().text());
      }
    }
    return requested.toList();
  }

  /**
   * The Ethernet address that the pod is to get; {@link RequestedMac} says where it may be.
   *
   * @throws CniException 7, or 4 where {@code CNI_ARGS} has it, for what is no address of an
   *     interface or contradicts another
   */
  Optional<MacAddress> requestedMac(CniArgs args) throws CniException {
    RequestedMac requested = new RequestedMac();
    Optional<ConfigNode> runtimeConfig = runtimeConfig();
    if (runtimeConfig.isPresent()) {
      requested.addFrom(runtimeConfig.get());
    }
    Optional<ConfigNode> cniArgs = child(root.child("args"), "cni");
    if (cniArgs.isPresent()) {
      requested.addFrom(cniArgs.get());
    }
    requested.add(RequestedMac.ARGS_FIELD, args.mac().orElse(""));
    return requested.toOptional();
  }

  /**
   * The capability {@code bandwidth}.
   *
   * @throws CniException 7 or 2, as {@link Bandwidth#read}
   */
  Bandwidth bandwidth() throws CniException {
    Optional<ConfigNode> bandwidth = child(runtimeConfig(), "bandwidth");
    return bandwidth.isEmpty() ? Bandwidth.UNLIMITED : Bandwidth.read(bandwidth.get());
  }

  /**
   * {@code link} of our own section. Without it a veth, with which every plugin behind us works.
   *
   * @throws CniException 7 for another value
   */
  CniRequest.Link link() throws CniException {
    Optional<ConfigNode> own = root.child(OWN_SECTION);
    return own.isEmpty()
        ? CniRequest.Link.VETH
        : own.get()
            .parsed(
                LINK,
                "any or veth",
                text ->
                    switch (text) {
                      case "any" -> CniRequest.Link.ANY;
                      case "veth" -> CniRequest.Link.VETH;
                      default -> throw new IllegalArgumentException(text);
                    })
            .orElse(CniRequest.Link.VETH);
  }

  private static Optional<ConfigNode> child(Optional<ConfigNode> section, String key)
      throws CniException {
    return section.isEmpty() ? Optional.empty() : section.get().child(key);
  }

  /** The capability {@code dns}, or else the section of this name. */
  Dns dns() throws CniException {
    Optional<ConfigNode> runtimeConfig = runtimeConfig();
    if (runtimeConfig.isPresent()) {
      Optional<ConfigNode> dns = runtimeConfig.get().child("dns");
      if (dns.isPresent()) {
        return runtimeDns(dns.get());
      }
    }
    Optional<ConfigNode> dns = root.child("dns");
    return dns.isEmpty() ? Dns.NONE : dns(dns.get());
  }

  /** {@code servers}, {@code searches}, {@code options}, as the capability names them. */
  private static Dns runtimeDns(ConfigNode dns) throws CniException {
    return new Dns(
        dns.texts("servers"), Optional.empty(), dns.texts("searches"), dns.texts("options"));
  }

  /** {@code nameservers}, {@code domain}, {@code search}, {@code options}, as results name them. */
  static Dns dns(ConfigNode dns) throws CniException {
    return new Dns(
        dns.texts("nameservers"), dns.text("domain"), dns.texts("search"), dns.texts("options"));
  }

  /** {@code prevResult}. */
  Optional<CniResult> prevResult() throws CniException {
    Optional<ConfigNode> prevResult = root.child("prevResult");
    return prevResult.isEmpty()
        ? Optional.empty()
        : Optional.of(ResultReader.read(prevResult.get()));
  }

  /**
   * {@code cni.dev/valid-attachments}, or the older {@code cni.dev/attachments}.
   *
   * @throws CniException 7 if neither is there: taking that for an empty list would remove
   *     everything
   */
  Set<Attachment> validAttachments() throws CniException {
    for (String key : List.of("cni.dev/valid-attachments", "cni.dev/attachments")) {
      if (root.child(key).isPresent()) {
        Set<Attachment> attachments = new HashSet<>();
        for (ConfigNode element : root.elements(key)) {
          attachments.add(
              new Attachment(required(element, "containerID"), required(element, "ifname")));
        }
        return attachments;
      }
    }
    throw root.missing("cni.dev/valid-attachments", "an array of the attachments to keep");
  }

  private static String required(ConfigNode element, String key) throws CniException {
    return element.text(key).orElseThrow(() -> element.missing(key, "a string"));
  }
}
