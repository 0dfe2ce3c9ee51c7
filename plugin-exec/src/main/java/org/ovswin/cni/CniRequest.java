package org.ovswin.cni;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.MacAddress;

/**
 * One ADD, DEL or CHECK, decoded and valid.
 *
 * <p>A DEL carries only what identifies the attachment for certain: it has no requested address, no
 * bandwidth, and a port mapping, {@code prevResult} or {@code CNI_ARGS} that cannot be read is
 * absent there instead of an error, because a pod must be deletable whatever became of its
 * configuration.
 *
 * @param cniVersion the version of the configuration, in which the result is printed
 * @param network the configuration's {@code name}
 * @param containerId {@code CNI_CONTAINERID}
 * @param netns {@code CNI_NETNS}: a path on Linux, the GUID of an HCN namespace on Windows; empty
 *     only on DEL
 * @param ifName {@code CNI_IFNAME}: the interface's name in the container
 * @param pod from the {@code K8S_*} keys of {@code CNI_ARGS}, if the runtime gave name and
 *     namespace
 * @param requested the addresses it is to get; IPv4 first, at most one of each family
 * @param mac the Ethernet address it is to get: the capability {@code mac}, {@code args.cni.mac} or
 *     {@code MAC} of {@code CNI_ARGS}; unicast, not all zero
 * @param portMappings the capability {@code portMappings}; no two claim the same host port
 * @param bandwidth the capability {@code bandwidth}, or {@link Bandwidth#UNLIMITED}
 * @param link what the interface may be, from our own section of the configuration
 * @param dns the capability {@code dns}, or else the configuration's own, or else {@link Dns#NONE}
 * @param prevResult result of the plugin in front (ADD), or of the ADD (CHECK, DEL)
 * @param deadline when the answer is of no use any more: the launcher has given up
 */
public record CniRequest(
    CniVersion cniVersion,
    String network,
    String containerId,
    String netns,
    String ifName,
    Optional<PodName> pod,
    List<RequestedAddress> requested,
    Optional<MacAddress> mac,
    List<PortMapping> portMappings,
    Bandwidth bandwidth,
    Link link,
    Dns dns,
    Optional<CniResult> prevResult,
    Instant deadline) {

  /** What the pod's interface may be. */
  public enum Link {
    /** Whatever is there soonest. */
    ANY,
    /** A veth whose other end is in the node's namespace, as some plugins behind us want it. */
    VETH
  }

  public CniRequest {
    requested = List.copyOf(requested);
    portMappings = List.copyOf(portMappings);
  }

  /** What the specification calls an attachment: unique within the network. */
  public Attachment attachment() {
    return new Attachment(containerId, ifName);
  }
}
