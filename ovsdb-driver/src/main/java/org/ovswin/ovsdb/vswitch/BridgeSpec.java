package org.ovswin.ovsdb.vswitch;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A bridge as wanted (ovs-vswitchd.conf.db(5), table Bridge).
 *
 * @param datapathType {@code netdev} for userspace, {@code system} or {@code ""} for the kernel
 * @param failMode what the bridge does without a controller
 * @param protocols OpenFlow versions such as {@code OpenFlow15}; none means the switch's default
 * @param otherConfig such as {@code hwaddr}, {@code datapath-id}, {@code disable-in-band}
 */
public record BridgeSpec(
    String name,
    String datapathType,
    FailMode failMode,
    Set<String> protocols,
    Map<String, String> otherConfig,
    Map<String, String> externalIds) {

  /** What a bridge does without a controller. */
  public enum FailMode {
    /** Nothing but the flows it was given. */
    SECURE,
    /** It becomes an ordinary learning switch. */
    STANDALONE;

    /** The word in the database. */
    String column() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public BridgeSpec {
    Names.require("bridge", name);
    protocols = Set.copyOf(protocols);
    otherConfig = Map.copyOf(otherConfig);
    externalIds = Map.copyOf(externalIds);
  }

  /** A secure bridge of the kernel's datapath, nothing else set. */
  public static BridgeSpec of(String name) {
    return new BridgeSpec(name, "", FailMode.SECURE, Set.of(), Map.of(), Map.of());
  }

  public BridgeSpec withDatapathType(String value) {
    return new BridgeSpec(name, value, failMode, protocols, otherConfig, externalIds);
  }

  public BridgeSpec withFailMode(FailMode value) {
    return new BridgeSpec(name, datapathType, value, protocols, otherConfig, externalIds);
  }

  public BridgeSpec withProtocols(Set<String> value) {
    return new BridgeSpec(name, datapathType, failMode, value, otherConfig, externalIds);
  }

  public BridgeSpec withOtherConfig(Map<String, String> value) {
    return new BridgeSpec(name, datapathType, failMode, protocols, value, externalIds);
  }

  public BridgeSpec withExternalIds(Map<String, String> value) {
    return new BridgeSpec(name, datapathType, failMode, protocols, otherConfig, value);
  }
}
