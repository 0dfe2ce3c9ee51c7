package org.ovswin.cli.report;

import java.util.Optional;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpPrefix;

/** Which part of a report is shown, in whatever form. */
public sealed interface View {
  /** Ranges, nodes and blocks. */
  record Cluster() implements View {}

  /** One node with its blocks and reservations. */
  record OneNode(String node) implements View {}

  /** Leases, of one node or of all. */
  record Leases(Optional<String> node, LeaseFilter filter) implements View {}

  /** One cell for each block, of a part or of all. */
  record ClusterMap(Optional<IpPrefix> part) implements View {}

  /** One cell for each address of a node's blocks, of a part or of all. */
  record NodeMap(String node, Optional<IpPrefix> part) implements View {}

  /**
   * Which leases.
   *
   * @param pod its whole name
   * @param namespace its whole name
   * @param addresses one of the lease's is in it
   * @param container the beginning of its id, as much as the table shows or more
   */
  record LeaseFilter(
      Optional<String> pod,
      Optional<String> namespace,
      Optional<AddressRange> addresses,
      Optional<String> container) {
    public static final LeaseFilter ALL =
        new LeaseFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    boolean matches(HeldLease lease) {
      return (pod.isEmpty() || pod.equals(lease.podName()))
          && (namespace.isEmpty() || namespace.equals(lease.podNamespace()))
          && (addresses.isEmpty() || lease.addresses().stream().anyMatch(addresses.get()::contains))
          && (container.isEmpty() || lease.containerId().startsWith(container.get()));
    }
  }
}
