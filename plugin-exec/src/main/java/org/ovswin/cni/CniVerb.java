package org.ovswin.cni;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The values of {@code CNI_COMMAND}, each with the environment it cannot do without and the version
 * that introduced it (specification 1.1.0, section 2).
 */
public enum CniVerb {
  ADD(CniVersion.V0_1_0),
  DEL(CniVersion.V0_1_0),
  CHECK(CniVersion.V0_4_0),
  GC(CniVersion.V1_1_0),
  STATUS(CniVersion.V1_1_0),
  VERSION(CniVersion.V0_1_0);

  private final CniVersion since;

  CniVerb(CniVersion since) {
    this.since = since;
  }

  static Optional<CniVerb> of(String command) {
    return Arrays.stream(values()).filter(verb -> verb.name().equals(command)).findFirst();
  }

  CniVersion since() {
    return since;
  }

  /** Names of variables that must be set and not empty. */
  List<String> requiredEnvironment() {
    return switch (this) {
      case ADD, CHECK -> List.of(Env.CNI_CONTAINERID, Env.CNI_NETNS, Env.CNI_IFNAME, Env.CNI_PATH);
      case DEL -> List.of(Env.CNI_CONTAINERID, Env.CNI_IFNAME);
      case GC, STATUS, VERSION -> List.of();
    };
  }

  /** Names of the environment variables of the protocol. */
  static final class Env {
    static final String CNI_COMMAND = "CNI_COMMAND";
    static final String CNI_CONTAINERID = "CNI_CONTAINERID";
    static final String CNI_NETNS = "CNI_NETNS";
    static final String CNI_IFNAME = "CNI_IFNAME";
    static final String CNI_ARGS = "CNI_ARGS";
    static final String CNI_PATH = "CNI_PATH";

    private Env() {}
  }
}
