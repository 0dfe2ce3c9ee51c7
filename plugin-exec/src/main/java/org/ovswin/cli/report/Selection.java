package org.ovswin.cli.report;

import java.util.List;
import java.util.Optional;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.ClusterReport.Node;
import org.ovswin.cli.report.View.LeaseFilter;

/** What a view takes out of a report. */
final class Selection {
  private Selection() {}

  /**
   * The node.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static Node require(ClusterReport report, String name) {
    return report
        .node(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--node: %s (expected: %s)".formatted(name, known(report))));
  }

  private static String known(ClusterReport report) {
    List<String> names = report.nodes().stream().map(Node::name).toList();
    if (names.isEmpty()) {
      return "a node of the cluster, which has none yet";
    }
    int most = 10;
    return "one of "
        + String.join(", ", names.subList(0, Math.min(names.size(), most)))
        + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
  }

  static List<HeldLease> leases(ClusterReport report, Optional<String> node, LeaseFilter filter) {
    return report.leases().stream()
        .filter(lease -> node.isEmpty() || node.get().equals(lease.node()))
        .filter(filter::matches)
        .toList();
  }
}
