package org.ovswin.ovsdb.vswitch;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * A row of the Interface table (ovs-vswitchd.conf.db(5)).
 *
 * @param type {@code ""} for a device of the system, or {@code internal}, {@code geneve}, ...
 * @param ofport the OpenFlow port number; absent until ovs-vswitchd has seen the row, -1 when it
 *     could not make the port
 * @param error why ovs-vswitchd could not make the port
 * @param mac the address asked for
 * @param macInUse the address the device has
 * @param mtu bytes, as the device has it
 */
public record InterfaceRow(
    UUID uuid,
    String name,
    String type,
    OptionalInt ofport,
    OptionalInt ofportRequest,
    Optional<String> error,
    Optional<String> mac,
    Optional<String> macInUse,
    OptionalInt mtu,
    OptionalInt mtuRequest,
    Map<String, String> options,
    Map<String, String> externalIds) {

  public InterfaceRow {
    options = Map.copyOf(options);
    externalIds = Map.copyOf(externalIds);
  }

  /** What ovs-vswitchd made of it; empty while it has not dealt with it. */
  public Optional<PortOutcome> outcome() {
    if (ofport.orElse(-1) >= 0) {
      return Optional.of(new PortOutcome.Attached(ofport.getAsInt()));
    }
    if (error.isPresent() || ofport.isPresent()) {
      return Optional.of(new PortOutcome.Refused(error.orElse("ofport is -1, no reason given")));
    }
    return Optional.empty();
  }
}
