package org.ovswin.ovsdb.vswitch;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A port with its one interface as wanted (ovs-vswitchd.conf.db(5), tables Port and Interface).
 *
 * @param name of the port, its interface and, for a device of the system, the device
 * @param type {@code ""} for a device of the system, or {@code internal}, {@code geneve}, {@code
 *     vxlan}, {@code stt}, ...
 * @param options of the interface, such as {@code remote_ip} and {@code key} of a tunnel
 * @param mac for an internal port
 * @param ofportRequest the OpenFlow port number it should get, 1 to 65279
 * @param mtuRequest bytes
 * @param externalIds of the interface: whose it is and for which attachment
 * @param portExternalIds of the port, exactly these; empty where they are somebody else's. Unlike
 *     the interface's, ovs-vswitchd does not look at them: changing them costs it nothing
 */
public record PortSpec(
    String name,
    String type,
    Map<String, String> options,
    Optional<String> mac,
    OptionalInt ofportRequest,
    OptionalInt mtuRequest,
    Map<String, String> externalIds,
    Optional<Map<String, String>> portExternalIds) {

  public PortSpec {
    Names.require("port", name);
    options = Map.copyOf(options);
    externalIds = Map.copyOf(externalIds);
    portExternalIds = portExternalIds.map(Map::copyOf);
    if (ofportRequest.isPresent()
        && (ofportRequest.getAsInt() < 1 || ofportRequest.getAsInt() > 65279)) {
      throw new IllegalArgumentException(
          "ofportRequest: " + ofportRequest.getAsInt() + " (expected: 1 to 65279)");
    }
    if (mtuRequest.isPresent() && mtuRequest.getAsInt() < 68) {
      throw new IllegalArgumentException(
          "mtuRequest: " + mtuRequest.getAsInt() + " (expected: at least 68)");
    }
  }

  /** A device that the system has. */
  public static PortSpec system(String name) {
    return ofType(name, "");
  }

  /** A device that the switch makes for the host. */
  public static PortSpec internal(String name) {
    return ofType(name, "internal");
  }

  /** A port of any type, such as {@code geneve}. */
  public static PortSpec ofType(String name, String type) {
    return new PortSpec(
        name,
        type,
        Map.of(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        Optional.empty());
  }

  public PortSpec withOptions(Map<String, String> value) {
    return new PortSpec(
        name, type, value, mac, ofportRequest, mtuRequest, externalIds, portExternalIds);
  }

  public PortSpec withMac(String value) {
    return new PortSpec(
        name,
        type,
        options,
        Optional.of(value),
        ofportRequest,
        mtuRequest,
        externalIds,
        portExternalIds);
  }

  public PortSpec withOfportRequest(int value) {
    return new PortSpec(
        name, type, options, mac, OptionalInt.of(value), mtuRequest, externalIds, portExternalIds);
  }

  public PortSpec withMtuRequest(int value) {
    return new PortSpec(
        name,
        type,
        options,
        mac,
        ofportRequest,
        OptionalInt.of(value),
        externalIds,
        portExternalIds);
  }

  public PortSpec withExternalIds(Map<String, String> value) {
    return new PortSpec(
        name, type, options, mac, ofportRequest, mtuRequest, value, portExternalIds);
  }

  public PortSpec withPortExternalIds(Map<String, String> value) {
    return new PortSpec(
        name, type, options, mac, ofportRequest, mtuRequest, externalIds, Optional.of(value));
  }
}
