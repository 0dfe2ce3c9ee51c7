package org.ovswin.cni;

import java.util.List;
import java.util.Optional;

/**
 * How the container resolves names (specification, "DNS").
 *
 * @param nameservers addresses, by priority
 * @param domain the local domain
 * @param search domains to try, by priority
 * @param options for the resolver
 */
public record Dns(
    List<String> nameservers, Optional<String> domain, List<String> search, List<String> options) {

  /** Nothing said: left out of a result. */
  public static final Dns NONE = new Dns(List.of(), Optional.empty(), List.of(), List.of());

  public Dns {
    nameservers = List.copyOf(nameservers);
    search = List.copyOf(search);
    options = List.copyOf(options);
  }

  public boolean isEmpty() {
    return equals(NONE);
  }
}
