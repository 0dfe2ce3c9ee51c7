package org.ovswin.cni;

import java.util.OptionalInt;
import org.ovswin.ipam.address.IpAddress;

/**
 * An address that a pod is to get, and no other.
 *
 * @param field where the request has it, for messages: {@code CNI_ARGS IP}, {@code args.cni.ips[0]}
 * @param address the address
 * @param prefixLength of its network, where the request says so
 */
public record RequestedAddress(String field, IpAddress address, OptionalInt prefixLength) {

  /**
   * Reads {@code 10.244.3.17} or {@code 10.244.3.17/24}, either family.
   *
   * @throws IllegalArgumentException for anything else, white space included
   */
  static RequestedAddress parse(String field, String text) {
    if (text.indexOf('/') < 0) {
      return new RequestedAddress(field, IpAddress.parse(text), OptionalInt.empty());
    }
    Cidr cidr = Cidr.parse(text);
    return new RequestedAddress(field, cidr.address(), OptionalInt.of(cidr.prefixLength()));
  }

  /** The error about this request: 4 for the environment, 7 for the configuration. */
  public CniException refused(String expectation) {
    return refused(field, toString(), expectation);
  }

  static CniException refused(String field, String value, String expectation) {
    return field.startsWith(CniVerb.Env.CNI_ARGS)
        ? CniErrors.invalidEnvironment(field, value, expectation)
        : CniErrors.invalidConfig(field, value, expectation);
  }

  /** As in the request. */
  @Override
  public String toString() {
    return prefixLength.isPresent() ? address + "/" + prefixLength.getAsInt() : address.toString();
  }
}
