package org.ovswin.cni;

import java.util.Optional;
import org.ovswin.ipam.address.MacAddress;

/**
 * Collects the Ethernet address that a request asks for: {@code runtimeConfig.mac} (the capability
 * {@code mac}), {@code args.cni.mac}, or {@code MAC} in {@code CNI_ARGS}. They may repeat each
 * other; where they differ, nobody could tell which is meant, and the request is refused.
 */
final class RequestedMac {
  static final String ARGS_FIELD = CniVerb.Env.CNI_ARGS + " MAC";
  private static final String EXPECTATION =
      "an address of one interface, as 0e:2a:0a:f4:01:05, neither all zero nor of a group";
  private static final MacAddress ZERO = new MacAddress(0);

  private Optional<MacAddress> requested = Optional.empty();
  private String requestedBy = "";

  Optional<MacAddress> toOptional() {
    return requested;
  }

  /** The text under {@code mac}, if there is one. */
  void addFrom(ConfigNode section) throws CniException {
    Optional<ConfigNode> mac = section.child("mac");
    if (mac.isPresent()) {
      add(mac.get().path(), mac.get().text());
    }
  }

  /**
   * An address as text; an empty one asks for none, as what a Go program did not set.
   *
   * @throws CniException 4 or 7, after the field
   */
  void add(String field, String text) throws CniException {
    if (text.isEmpty()) {
      return;
    }
    MacAddress mac;
    try {
      mac = MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw RequestedAddress.refused(field, text, EXPECTATION).causedBy(e);
    }
    if (mac.isMulticast() || mac.equals(ZERO)) {
      throw RequestedAddress.refused(field, text, EXPECTATION);
    }
    if (requested.isPresent() && !requested.get().equals(mac)) {
      throw RequestedAddress.refused(
          field, text, "one address; " + requestedBy + " asks for " + requested.get());
    }
    requested = Optional.of(mac);
    requestedBy = field;
  }
}
