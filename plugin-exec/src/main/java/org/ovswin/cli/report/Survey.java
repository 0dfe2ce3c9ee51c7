package org.ovswin.cli.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ovswin.cli.report.ClusterReport.AgentState;
import org.ovswin.cli.report.ClusterReport.Block;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.ClusterReport.Joined;
import org.ovswin.cli.report.ClusterReport.LeaseState;
import org.ovswin.cli.report.ClusterReport.Node;
import org.ovswin.cli.report.ClusterReport.Reserved;
import org.ovswin.cli.report.ClusterReport.Resting;
import org.ovswin.cli.report.ClusterReport.RestingState;
import org.ovswin.cli.report.ClusterReport.Standing;
import org.ovswin.cli.report.ClusterReport.StoreState;
import org.ovswin.cli.report.ClusterReport.Usage;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.UnreadableRecord;
import org.ovswin.ipam.lease.BlockUsage;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseView;
import org.ovswin.ipam.lease.RestingAddress;

/**
 * What was found: the store's records, and the leases of this machine's nodes. {@link #report()}
 * brings them together.
 *
 * @param at when it was read
 * @param store whether the store answered
 * @param view its records; empty if none are known
 * @param usages what the nodes told last
 * @param grace how long a released block is kept for its node
 * @param local this machine's nodes
 * @param warnings what could not be read
 */
public record Survey(
    Instant at,
    StoreState store,
    Optional<ClusterView> view,
    List<NodeUsage> usages,
    Duration grace,
    List<Local> local,
    List<String> warnings) {

  public Survey {
    usages = List.copyOf(usages);
    local = List.copyOf(local);
    warnings = List.copyOf(warnings);
  }

  /**
   * A node of this machine.
   *
   * @param leases empty if it has none yet, or none that can be read
   */
  public record Local(AgentState agent, Optional<LeaseView> leases) {}

  /** All of it as one value. */
  public ClusterReport report() {
    List<HeldLease> leases = new ArrayList<>();
    List<Reserved> reserved = new ArrayList<>();
    List<Resting> resting = new ArrayList<>();
    for (Local node : local) {
      if (node.leases().isPresent()) {
        String name = node.agent().node();
        LeaseView journal = node.leases().get();
        journal.leases().forEach(lease -> leases.add(held(name, lease)));
        journal
            .reservations()
            .forEach(
                entry ->
                    reserved.add(new Reserved(name, entry.range(), entry.reason(), entry.since())));
        journal.resting().forEach(entry -> resting.add(resting(name, entry)));
      }
    }
    leases.sort(Comparator.comparing(lease -> lease.addresses().getFirst()));
    return new ClusterReport(
        at,
        store,
        local.stream().map(Local::agent).toList(),
        ranges(),
        nodes(),
        blocks(),
        leases,
        reserved,
        resting,
        view.map(ClusterView::unreadable).orElse(List.of()).stream()
            .map(UnreadableRecord::toString)
            .toList(),
        warnings);
  }

  private List<ClusterRange> ranges() {
    return view.map(records -> records.ranges().ranges()).orElse(List.of());
  }

  private List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    for (NodeRecord record : view.map(ClusterView::nodes).orElse(List.of())) {
      nodes.add(
          new Node(
              record.node(),
              Optional.of(
                  new Joined(
                      record.addresses(),
                      record.mac(),
                      record.os(),
                      record.tunnelEndpoint(),
                      record.version(),
                      record.joinedAt()))));
    }
    for (Local node : local) {
      String name = node.agent().node();
      if (nodes.stream().noneMatch(known -> known.name().equals(name))) {
        nodes.add(new Node(name, Optional.empty()));
      }
    }
    nodes.sort(Comparator.comparing(Node::name));
    return nodes;
  }

  /** The store's records; without any, the blocks that this machine's nodes give from. */
  private List<Block> blocks() {
    Map<IpPrefix, Usage> usage = usage();
    List<Block> blocks = new ArrayList<>();
    for (BlockRecord record : view.map(ClusterView::blocks).orElse(List.of())) {
      Standing standing =
          record
              .releasedAt()
              .<Standing>map(
                  released ->
                      new Standing.Released(
                          record.node(), record.claimedAt(), released, released.plus(grace)))
              .orElseGet(() -> new Standing.Held(record.node(), record.claimedAt()));
      // What a node told of a block that it has given back since says nothing any more.
      blocks.add(
          new Block(
              record.block(),
              standing,
              record.isHeld() ? Optional.ofNullable(usage.get(record.block())) : Optional.empty()));
    }
    for (UnreadableRecord record : view.map(ClusterView::unreadable).orElse(List.of())) {
      record
          .block()
          .ifPresent(
              block -> blocks.add(new Block(block, new Standing.Unreadable(), Optional.empty())));
    }
    if (view.isEmpty()) {
      for (Local node : local) {
        for (BlockUsage block : node.leases().map(LeaseView::blocks).orElse(List.of())) {
          blocks.add(
              new Block(
                  block.block(),
                  new Standing.Held(node.agent().node(), at),
                  Optional.of(counted(block))));
        }
      }
    }
    blocks.sort(Comparator.comparing(Block::block));
    return blocks;
  }

  /** What a node told counts where its own journal cannot be read. */
  private Map<IpPrefix, Usage> usage() {
    Map<IpPrefix, Usage> usage = new HashMap<>();
    for (NodeUsage node : usages) {
      for (NodeUsage.BlockUse block : node.blocks()) {
        usage.put(block.block(), new Usage.Reported(block.used(), block.free(), node.at()));
      }
    }
    for (Local node : local) {
      node.leases()
          .map(LeaseView::blocks)
          .orElse(List.of())
          .forEach(block -> usage.put(block.block(), counted(block)));
    }
    return usage;
  }

  private static Usage counted(BlockUsage block) {
    return new Usage.Counted(block.used(), block.free(), block.cooling(), block.reserved());
  }

  private static Resting resting(String node, RestingAddress entry) {
    return new Resting(
        node,
        entry.address(),
        switch (entry.reason()) {
          case COOLING -> RestingState.COOLING;
          case REMEMBERED -> RestingState.STICKY;
        });
  }

  private static HeldLease held(String node, Lease lease) {
    return new HeldLease(
        node,
        lease.addresses(),
        switch (lease.phase()) {
          case HELD -> LeaseState.HELD;
          case WITHDRAWN -> LeaseState.GOING;
        },
        lease.network(),
        lease.podNamespace(),
        lease.podName(),
        lease.attachment().containerId(),
        lease.attachment().ifName(),
        lease.since(),
        lease.bootId());
  }
}
