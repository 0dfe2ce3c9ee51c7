package org.ovswin.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.agent.InvalidConfigException;
import org.ovswin.cli.Surveyor;
import org.ovswin.cli.report.ClusterReport;
import org.ovswin.lab.LabNode;

/**
 * All that a node keeps: what {@code ipam show} reads, rows, veths, flows. Two of them are equal
 * where nothing was done in between, or all of it was taken back.
 *
 * @param node its name
 * @param records of the cluster's nodes that hold blocks, as the store has them
 * @param leases as the journal has them
 * @param ports of the bridge, by name, without those that wait for pods
 * @param rows of bridge, ports and interfaces with their identities, without what only counts
 * @param veths names of our ends
 * @param flows without counters and ages, sorted
 */
record Footprint(
    String node,
    List<String> records,
    List<String> leases,
    List<String> ports,
    List<String> rows,
    List<String> veths,
    List<String> flows) {

  static Footprint of(Cluster cluster, String name) {
    LabNode node = cluster.lab().node(name);
    ClusterReport plan = plan(node, name);
    return new Footprint(
        name,
        plan.nodes().stream()
            .filter(known -> !plan.blocksOf(known.name()).isEmpty())
            .map(known -> known + " " + blocks(plan, known.name()))
            .toList(),
        plan.leases().stream().map(Object::toString).toList(),
        node.vsctl("list-ports", LabNode.BRIDGE)
            .lines()
            .filter(port -> !port.startsWith("owr-"))
            .toList(),
        rows(node),
        node.shell()
            .run("ip", "-o", "link", "show")
            .lines()
            .filter(line -> line.contains(": ow-"))
            .map(line -> line.replaceFirst(".*: (ow-[0-9a-f]+)[@:].*", "$1"))
            .sorted()
            .toList(),
        node.flows()
            .lines()
            .map(String::strip)
            .filter(l -> !l.startsWith("OFPST"))
            .sorted()
            .toList());
  }

  private static List<String> blocks(ClusterReport plan, String node) {
    return plan.blocksOf(node).stream()
        .map(block -> block.block() + " " + block.standing())
        .toList();
  }

  /** A DEL is answered before ports and leases are gone: those are waited for. */
  private static ClusterReport plan(LabNode node, String name) {
    return Cluster.eventually()
        .until(
            () -> survey(node),
            report ->
                report.leases().stream()
                    .noneMatch(
                        lease ->
                            lease.node().equals(name)
                                && lease.state() == ClusterReport.LeaseState.GOING));
  }

  private static ClusterReport survey(LabNode node) {
    try {
      return Surveyor.report(List.of(AgentConfigFile.read(node.configuration())));
    } catch (InvalidConfigException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> rows(LabNode node) {
    return Stream.of(
            "_uuid,name,ports,other_config,external_ids,protocols,datapath_type list Bridge",
            "_uuid,name,interfaces,external_ids list Port",
            "_uuid,name,type,options,external_ids,ofport,error list Interface")
        .flatMap(
            query -> {
              String[] words = query.split(" ", 3);
              return node.vsctl("--format=csv", "--columns=" + words[0], words[1], words[2])
                  .lines();
            })
        .sorted()
        .toList();
  }
}
