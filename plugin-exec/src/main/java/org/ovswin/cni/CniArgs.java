package org.ovswin.cni;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code CNI_ARGS}: {@code KEY=value;KEY=value} in any order. Keys that are not ours are errors
 * unless {@code IgnoreUnknown} is set, as in the reference library.
 */
record CniArgs(Map<String, String> values) {
  private static final String IGNORE_UNKNOWN = "IgnoreUnknown";
  private static final String NAMESPACE = "K8S_POD_NAMESPACE";
  private static final String NAME = "K8S_POD_NAME";
  private static final String UID = "K8S_POD_UID";
  private static final String IP = "IP";
  private static final String MAC = "MAC";
  private static final String INFRA_CONTAINER = "K8S_POD_INFRA_CONTAINER_ID";
  private static final Set<String> KNOWN =
      Set.of(IGNORE_UNKNOWN, NAMESPACE, NAME, UID, INFRA_CONTAINER, IP, MAC);

  CniArgs {
    values = Map.copyOf(values);
  }

  /**
   * Reads the variable.
   *
   * @throws CniException 4 for a pair without {@code =}, a key given twice, an unknown key, or an
   *     {@code IgnoreUnknown} that is neither true nor false
   */
  static CniArgs parse(String args) throws CniException {
    Map<String, String> values = pairs(args);
    if (!ignoresUnknown(values.getOrDefault(IGNORE_UNKNOWN, "false"))) {
      for (String key : values.keySet()) {
        if (!KNOWN.contains(key)) {
          throw invalid(key, "a known key, or IgnoreUnknown=1");
        }
      }
    }
    return new CniArgs(values);
  }

  /** The pod that the arguments name, if they do. */
  Optional<PodName> pod() {
    String namespace = values.getOrDefault(NAMESPACE, "");
    String name = values.getOrDefault(NAME, "");
    if (namespace.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> uid = Optional.ofNullable(values.get(UID)).filter(text -> !text.isEmpty());
    return Optional.of(new PodName(namespace, name, uid));
  }

  /** {@code IP}: addresses with commas between. */
  Optional<String> ip() {
    return Optional.ofNullable(values.get(IP));
  }

  /** {@code MAC}: an Ethernet address. */
  Optional<String> mac() {
    return Optional.ofNullable(values.get(MAC));
  }

  private static Map<String, String> pairs(String args) throws CniException {
    Map<String, String> values = new HashMap<>();
    for (String pair : args.split(";", -1)) {
      if (pair.isEmpty()) {
        continue; // A trailing ";", which some runtimes leave.
      }
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw invalid(pair, "KEY=value");
      }
      String key = pair.substring(0, equals);
      if (values.put(key, pair.substring(equals + 1)) != null) {
        throw invalid(key, "the key only once");
      }
    }
    return values;
  }

  private static boolean ignoresUnknown(String value) throws CniException {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "1", "true" -> true;
      case "0", "false" -> false;
      default -> throw invalid(IGNORE_UNKNOWN + "=" + value, "1, true, 0 or false");
    };
  }

  private static CniException invalid(String value, String expectation) {
    return CniErrors.invalidEnvironment(CniVerb.Env.CNI_ARGS, value, expectation);
  }
}
