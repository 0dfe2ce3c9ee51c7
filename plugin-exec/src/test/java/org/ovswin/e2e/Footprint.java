package org.ovswin.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
 * @param ports of the bridge, by name, without those that wait for pods and that no pod has
 * @param rows of bridge, ports and interfaces with their identities, without what only counts, and
 *     without those ports
 * @param veths names of our ends that are pods'
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
  private static final String READY = "owr-";
  private static final Pattern OWNER = Pattern.compile("ovs-win-container-id=\"?([\\w.-]+)");

  static Footprint of(Cluster cluster, String name) {
    LabNode node = cluster.lab().node(name);
    ClusterReport plan = plan(node, name);
    Set<String> free = freePorts(node);
    return new Footprint(
        name,
        plan.nodes().stream()
            .filter(known -> !plan.blocksOf(known.name()).isEmpty())
            .map(known -> known + " " + blocks(plan, known.name()))
            .toList(),
        plan.leases().stream().map(Object::toString).toList(),
        node.vsctl("list-ports", LabNode.BRIDGE)
            .lines()
            .filter(port -> !free.contains(port))
            .toList(),
        rows(node, free),
        links(node),
        node.flows()
            .lines()
            .map(String::strip)
            .filter(l -> !l.startsWith("OFPST"))
            .sorted()
            .toList());
  }

  /**
   * Whether the ports say whose they are: a port that was there before its pod does so a moment
   * after ADD and DEL. Without an agent it stays as it is.
   */
  private static boolean isSettled(LabNode node, List<ClusterReport.HeldLease> leases) {
    return node.agentProcess().isEmpty()
        || owners(node)
            .equals(leases.stream().map(ClusterReport.HeldLease::containerId).sorted().toList());
  }

  /** The containers that ports are for: an interface of its own says it, or a port that waited. */
  private static List<String> owners(LabNode node) {
    return Stream.of("Port", "Interface")
        .flatMap(table -> node.vsctl("--bare", "--columns=external_ids", "list", table).lines())
        .flatMap(ids -> OWNER.matcher(ids).results())
        .map(id -> id.group(1))
        .sorted()
        .toList();
  }

  /** Ports that wait for pods and that no pod has. How many there are is nobody's doing. */
  private static Set<String> freePorts(LabNode node) {
    return node.vsctl("--bare", "--columns=name", "find", "Port", "external_ids={}")
        .lines()
        .filter(port -> port.startsWith(READY))
        .collect(Collectors.toSet());
  }

  /**
   * Our ends of veths, but those that wait for pods; and of these, those that have a pod's
   * interface, by what the kernel says: such a one has them hear everything.
   */
  private static List<String> links(LabNode node) {
    Stream<String> own =
        node.shell()
            .run("ip", "-o", "link", "show")
            .lines()
            .filter(line -> line.contains(": ow-"))
            .map(line -> line.replaceFirst(".*: (ow-[0-9a-f]+)[@:].*", "$1"));
    Path inner =
        node.host()
            .netns()
            .resolveSibling(node.host().netns().getFileName() + "-ovs-win-" + LabNode.BRIDGE);
    Stream<String> taken =
        Files.exists(inner)
            ? node.shell()
                .in(inner)
                .run("ip", "-o", "-d", "link", "show", "type", "veth")
                .lines()
                .filter(line -> !line.contains("promiscuity 0 "))
                .map(line -> line.replaceFirst(".*: (owr-[0-9]+)[@:].*", "$1"))
            : Stream.empty();
    return Stream.concat(own, taken).sorted().toList();
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
            report -> {
              List<ClusterReport.HeldLease> leases =
                  report.leases().stream().filter(lease -> lease.node().equals(name)).toList();
              return leases.stream()
                      .noneMatch(lease -> lease.state() == ClusterReport.LeaseState.GOING)
                  && isSettled(node, leases);
            });
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

  private static List<String> rows(LabNode node, Set<String> free) {
    return Stream.of(
            "_uuid,name,other_config,external_ids,protocols,datapath_type list Bridge",
            "_uuid,name,interfaces,external_ids list Port",
            "_uuid,name,type,options,external_ids,ofport,error list Interface")
        .flatMap(
            query -> {
              String[] words = query.split(" ", 3);
              return node.vsctl("--format=csv", "--columns=" + words[0], words[1], words[2])
                  .lines();
            })
        .filter(row -> !free.contains(row.split(",", 3)[1]))
        .sorted()
        .toList();
  }
}
