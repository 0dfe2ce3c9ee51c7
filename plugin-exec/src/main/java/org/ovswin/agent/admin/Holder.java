package org.ovswin.agent.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;

/**
 * Whose an address is.
 *
 * @param addresses all of the attachment's, IPv4 first
 * @param containerId CNI_CONTAINERID
 * @param ifName CNI_IFNAME
 * @param network the CNI configuration's name
 * @param podNamespace where the runtime gave it
 * @param podName where the runtime gave it
 * @param sandbox CNI_NETNS
 * @param since of the lease
 */
public record Holder(
    List<IpAddress> addresses,
    String containerId,
    String ifName,
    String network,
    Optional<String> podNamespace,
    Optional<String> podName,
    String sandbox,
    Instant since) {
  public Holder {
    addresses = List.copyOf(addresses);
  }

  /** The pod's name where the runtime gave one, else the container's. */
  public String displayName() {
    return podName
        .map(name -> podNamespace.map(namespace -> namespace + "/").orElse("") + name)
        .orElse("container " + containerId);
  }
}
