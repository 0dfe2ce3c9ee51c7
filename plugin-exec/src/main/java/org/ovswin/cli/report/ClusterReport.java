package org.ovswin.cli.report;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.ClusterRange;

/**
 * The cluster's addresses at one moment, as far as they can be known here. Every form of output is
 * made of this value alone, so that all of them show the same.
 *
 * @param at when it was read
 * @param store where the records came from
 * @param agents of this machine's nodes, those whose configuration was given
 * @param ranges in the order added
 * @param nodes by name
 * @param blocks by address; held, released, and taken by records that cannot be read
 * @param leases by address; of nodes of this machine
 * @param reservations of nodes of this machine
 * @param resting addresses that nobody holds and that are not given to just anybody
 * @param unreadable records of the store that are there and cannot be read, with the reason
 * @param warnings what could not be read, and what to do about it
 */
public record ClusterReport(
    Instant at,
    StoreState store,
    List<AgentState> agents,
    List<ClusterRange> ranges,
    List<Node> nodes,
    List<Block> blocks,
    List<HeldLease> leases,
    List<Reserved> reservations,
    List<Resting> resting,
    List<String> unreadable,
    List<String> warnings) {

  public ClusterReport {
    agents = List.copyOf(agents);
    ranges = List.copyOf(ranges);
    nodes = List.copyOf(nodes);
    blocks = List.copyOf(blocks);
    leases = List.copyOf(leases);
    reservations = List.copyOf(reservations);
    resting = List.copyOf(resting);
    unreadable = List.copyOf(unreadable);
    warnings = List.copyOf(warnings);
  }

  /** Whether the store answered. */
  public sealed interface StoreState {
    /** What the store calls itself, without secrets. */
    String description();

    /** The records are as they are now. */
    record Reachable(String description) implements StoreState {}

    /**
     * The records are as an agent saw them last.
     *
     * @param reason why the store did not answer
     * @param viewAt when the seen records last changed; empty if none were kept
     */
    record Unreachable(String description, String reason, Optional<Instant> viewAt)
        implements StoreState {}
  }

  /** Whether a node's agent answered. */
  public sealed interface AgentState {
    String node();

    /**
     * It answered.
     *
     * @param detail what it says of itself
     * @param problems what is not as it should be, each a sentence
     */
    record Running(String node, String detail, List<String> problems) implements AgentState {
      public Running {
        problems = List.copyOf(problems);
      }
    }

    /**
     * It did not answer.
     *
     * @param reason why not
     */
    record Down(String node, String reason) implements AgentState {}
  }

  /**
   * A node of the cluster.
   *
   * @param record empty for a node of this machine that the store does not know
   */
  public record Node(String name, Optional<Joined> record) {}

  /** What a node's record says. */
  public record Joined(
      List<IpAddress> addresses,
      MacAddress mac,
      String os,
      Optional<IpAddress> tunnelEndpoint,
      String version,
      Instant joinedAt) {
    public Joined {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A block that is not simply free.
   *
   * @param usage empty where nobody told
   */
  public record Block(IpPrefix block, Standing standing, Optional<Usage> usage) {
    /** The node that holds or held it. */
    public Optional<String> node() {
      return switch (standing) {
        case Standing.Held(String node, _) -> Optional.of(node);
        case Standing.Released(String node, _, _, _) -> Optional.of(node);
        case Standing.Unreadable _ -> Optional.empty();
      };
    }

    /** Whether the node holds it now. */
    public boolean isHeldBy(String name) {
      return standing instanceof Standing.Held(String node, _) && node.equals(name);
    }
  }

  /** Whose a block is. */
  public sealed interface Standing {
    /** A node's. */
    record Held(String node, Instant claimedAt) implements Standing {}

    /**
     * Given back. The node itself may take it again.
     *
     * @param othersFrom when others may take it
     */
    record Released(String node, Instant claimedAt, Instant releasedAt, Instant othersFrom)
        implements Standing {}

    /** Somebody's, by a record that cannot be read. */
    record Unreadable() implements Standing {}
  }

  /** How full a block is, in addresses. */
  public sealed interface Usage {
    long used();

    long free();

    /** From the node's own journal, now. */
    record Counted(long used, long free, long cooling, long reserved) implements Usage {}

    /** As the node told the store. */
    record Reported(long used, long free, Instant at) implements Usage {}
  }

  /** A lease, and whose. */
  public record HeldLease(
      String node,
      List<IpAddress> addresses,
      LeaseState state,
      String network,
      Optional<String> podNamespace,
      Optional<String> podName,
      String containerId,
      String ifName,
      Instant since,
      String bootId) {
    public HeldLease {
      addresses = List.copyOf(addresses);
    }
  }

  /** Where a lease is in its life. */
  public enum LeaseState {
    HELD,
    /** Its teardown is under way. */
    GOING
  }

  /** Addresses that are given only when asked for by address. */
  public record Reserved(String node, AddressRange range, String reason, Instant since) {}

  /** An address that nobody holds. */
  public record Resting(String node, IpAddress address, RestingState state) {}

  /** Why an address is not given to just anybody. */
  public enum RestingState {
    /** Given back a moment ago. */
    COOLING,
    /** Kept for the pod that had it. */
    STICKY
  }

  /** Whether this one says what the other did, at another time. */
  public boolean saysTheSame(ClusterReport other) {
    return at(Instant.EPOCH).equals(other.at(Instant.EPOCH));
  }

  private ClusterReport at(Instant time) {
    return new ClusterReport(
        time,
        store,
        agents,
        ranges,
        nodes,
        blocks,
        leases,
        reservations,
        resting,
        unreadable,
        warnings);
  }

  /** Whether all that was asked for could be read. */
  public boolean isComplete() {
    return store instanceof StoreState.Reachable && unreadable.isEmpty() && warnings.isEmpty();
  }

  /** Whether the node's configuration was given, so that its leases could be read. */
  public boolean isLocal(String node) {
    return agents.stream().anyMatch(agent -> agent.node().equals(node));
  }

  /** The blocks a node holds. */
  public List<Block> blocksOf(String node) {
    return blocks.stream().filter(block -> block.isHeldBy(node)).toList();
  }

  /** A node by its name. */
  public Optional<Node> node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }

  /** How a range's blocks are. */
  public RangeCount count(ClusterRange range) {
    long held = 0;
    long released = 0;
    for (Block block : blocks) {
      if (range.prefix().contains(block.block())) {
        switch (block.standing()) {
          case Standing.Held _, Standing.Unreadable _ -> held++;
          case Standing.Released standing -> {
            if (standing.othersFrom().isAfter(at)) {
              released++;
            }
          }
        }
      }
    }
    return new RangeCount(range.blockCount(), held, released);
  }

  /**
   * A range's blocks.
   *
   * @param total all of them
   * @param claimed held by nodes
   * @param released given back, and still kept for the node that had them
   */
  public record RangeCount(long total, long claimed, long released) {
    /** Those that any node may claim. */
    public long free() {
      return total - claimed - released;
    }
  }
}
