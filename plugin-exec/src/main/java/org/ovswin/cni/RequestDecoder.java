package org.ovswin.cni;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ovswin.cni.CniVerb.Env;

/**
 * From the executable's environment and configuration to a request, in the order of the reference
 * library: environment (4), JSON (6), version (1), fields (7).
 */
final class RequestDecoder {
  /** Linux, IFNAMSIZ without its terminator. */
  private static final int MAX_IFNAME_LENGTH = 15;

  private RequestDecoder() {}

  /**
   * {@code CNI_COMMAND}.
   *
   * @throws CniException 4 if it is missing or unknown
   */
  static CniVerb verb(Invocation invocation) throws CniException {
    Optional<String> command = invocation.variable(Env.CNI_COMMAND);
    if (command.isEmpty()) {
      throw CniErrors.missingEnvironment(List.of(Env.CNI_COMMAND));
    }
    return CniVerb.of(command.get())
        .orElseThrow(
            () ->
                CniErrors.invalidEnvironment(
                    Env.CNI_COMMAND,
                    command.get(),
                    "one of "
                        + String.join(
                            ", ", Arrays.stream(CniVerb.values()).map(CniVerb::name).toList())));
  }

  /**
   * Checks that the environment has all that the verb needs, in its form.
   *
   * @throws CniException 4 with every name that is missing, or with the first that is wrong
   */
  static void requireEnvironment(CniVerb verb, Invocation invocation) throws CniException {
    List<String> missing = new ArrayList<>();
    for (String name : verb.requiredEnvironment()) {
      if (invocation.variable(name).isEmpty()) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw CniErrors.missingEnvironment(missing);
    }
    if (verb.requiredEnvironment().contains(Env.CNI_CONTAINERID)) {
      requireContainerId(variable(invocation, Env.CNI_CONTAINERID));
      requireIfName(variable(invocation, Env.CNI_IFNAME));
    }
    if (verb.requiredEnvironment().contains(Env.CNI_NETNS)) {
      requirePath(variable(invocation, Env.CNI_NETNS));
    }
  }

  private static String variable(Invocation invocation, String name) {
    return invocation.variable(name).orElse("");
  }

  private static void requireContainerId(String containerId) throws CniException {
    if (!NetworkConfig.NAME.matcher(containerId).matches()) {
      throw CniErrors.invalidEnvironment(
          Env.CNI_CONTAINERID, containerId, NetworkConfig.NAME_EXPECTATION);
    }
  }

  /** Visible ASCII only: the kernel takes other bytes as well, but shows them to nobody. */
  private static void requireIfName(String ifName) throws CniException {
    boolean hasIllegalCharacter =
        ifName.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '/' || c == ':');
    if (hasIllegalCharacter
        || ifName.equals(".")
        || ifName.equals("..")
        || ifName.length() > MAX_IFNAME_LENGTH) {
      throw CniErrors.invalidEnvironment(
          Env.CNI_IFNAME,
          ifName,
          "at most 15 visible ASCII characters, no '/' or ':', neither '.' nor '..'");
    }
  }

  /** A DEL takes any: the namespace may be gone, and then its path says nothing. */
  private static void requirePath(String netns) throws CniException {
    try {
      var _ = Path.of(netns);
    } catch (InvalidPathException e) {
      throw CniErrors.invalidEnvironment(
              Env.CNI_NETNS, netns, "a path in the characters of this system")
          .causedBy(e);
    }
  }

  /**
   * Checks that the configuration's version knows the verb.
   *
   * @throws CniException 1 if it does not
   */
  static void requireVersion(CniVerb verb, CniVersion version) throws CniException {
    if (!version.atLeast(verb.since())) {
      throw CniErrors.verbNewerThan(version, verb);
    }
  }

  static CniRequest add(
      CniVersion version, Invocation invocation, NetworkConfig config, Instant deadline)
      throws CniException {
    String network = config.name();
    config.validate();
    config.requireKnownCapabilities();
    CniArgs args = CniArgs.parse(variable(invocation, Env.CNI_ARGS));
    return new CniRequest(
        version,
        network,
        variable(invocation, Env.CNI_CONTAINERID),
        variable(invocation, Env.CNI_NETNS),
        variable(invocation, Env.CNI_IFNAME),
        args.pod(),
        config.requestedAddresses(args),
        config.requestedMac(args),
        config.portMappings(),
        config.bandwidth(),
        config.link(),
        config.dns(),
        config.prevResult(),
        deadline);
  }

  static CniRequest check(
      CniVersion version, Invocation invocation, NetworkConfig config, Instant deadline)
      throws CniException {
    CniRequest request = add(version, invocation, config, deadline);
    if (request.prevResult().isEmpty()) {
      throw CniErrors.invalidConfig("prevResult", "missing", "the result of the ADD to check");
    }
    return request;
  }

  /** Reads only what a DEL cannot do without; see {@link CniRequest}. */
  static CniRequest del(
      CniVersion version, Invocation invocation, NetworkConfig config, Instant deadline)
      throws CniException {
    return new CniRequest(
        version,
        config.name(),
        variable(invocation, Env.CNI_CONTAINERID),
        variable(invocation, Env.CNI_NETNS),
        variable(invocation, Env.CNI_IFNAME),
        orElse(() -> CniArgs.parse(variable(invocation, Env.CNI_ARGS)).pod(), Optional.empty()),
        List.of(),
        Optional.empty(),
        orElse(config::portMappings, List.of()),
        Bandwidth.UNLIMITED,
        CniRequest.Link.VETH,
        orElse(config::dns, Dns.NONE),
        orElse(config::prevResult, Optional.empty()),
        deadline);
  }

  private interface Field<T> {
    T read() throws CniException;
  }

  private static <T> T orElse(Field<T> field, T whenUnreadable) {
    try {
      return field.read();
    } catch (CniException e) {
      return whenUnreadable;
    }
  }

  static GcRequest gc(CniVersion version, NetworkConfig config, Instant deadline)
      throws CniException {
    return new GcRequest(version, config.name(), config.validAttachments(), deadline);
  }

  static StatusRequest status(CniVersion version, NetworkConfig config, Instant deadline)
      throws CniException {
    return new StatusRequest(version, config.name(), deadline);
  }
}
