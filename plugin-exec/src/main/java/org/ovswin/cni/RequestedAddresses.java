package org.ovswin.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the addresses that a request asks for. The sources, in the order in which they are read:
 *
 * <ol>
 *   <li>{@code runtimeConfig.ips}, the capability {@code ips}
 *   <li>{@code args.cni.ips} (CNI conventions)
 *   <li>{@code IP} in {@code CNI_ARGS}, several with a comma between
 *   <li>the pod's annotation {@value #ANNOTATION}, likewise, where the runtime passes annotations
 *       (capability {@value #ANNOTATIONS})
 * </ol>
 *
 * They may repeat each other, and each may name another family. Two different addresses of one
 * family are refused, whoever says so: nobody could tell which of them is meant.
 */
final class RequestedAddresses {
  static final String ANNOTATIONS = "io.kubernetes.cri.pod-annotations";
  static final String ANNOTATION = "ovs-win.org/ip-addresses";
  static final String ARGS_FIELD = CniVerb.Env.CNI_ARGS + " IP";
  private static final String EXPECTATION =
      "an IPv4 or IPv6 address, with or without the length of its prefix";

  private final List<RequestedAddress> addresses = new ArrayList<>();

  /** The addresses, IPv4 first; at most one of each family. */
  List<RequestedAddress> toList() {
    List<RequestedAddress> sorted = new ArrayList<>(addresses);
    sorted.sort((one, other) -> one.address().bitLength() - other.address().bitLength());
    return List.copyOf(sorted);
  }

  /** The texts of an array. */
  void addAll(List<ConfigNode> elements) throws CniException {
    for (ConfigNode element : elements) {
      add(element.path(), element.text());
    }
  }

  /** A text with commas between. */
  void addSeparated(String field, String texts) throws CniException {
    for (String text : texts.split(",", -1)) {
      add(field, text);
    }
  }

  private void add(String field, String text) throws CniException {
    RequestedAddress requested;
    try {
      requested = RequestedAddress.parse(field, text);
    } catch (IllegalArgumentException e) {
      throw RequestedAddress.refused(field, text, EXPECTATION).causedBy(e);
    }
    Optional<RequestedAddress> other =
        addresses.stream()
            .filter(one -> one.address().bitLength() == requested.address().bitLength())
            .findFirst();
    if (other.isEmpty()) {
      addresses.add(requested);
      return;
    }
    if (!other.get().address().equals(requested.address())) {
      throw requested.refused(
          "one address of each family; " + other.get().field() + " asks for " + other.get());
    }
    if (other.get().field().equals(field)) {
      throw requested.refused("each address only once");
    }
    if (other.get().prefixLength().isEmpty()) {
      addresses.set(addresses.indexOf(other.get()), requested);
    } else if (requested.prefixLength().isPresent()
        && !requested.prefixLength().equals(other.get().prefixLength())) {
      throw requested.refused(
          "the prefix length of " + other.get().field() + ", " + other.get() + ", or none");
    }
  }
}
