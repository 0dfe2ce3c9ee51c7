package org.ovswin.agent.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;

/**
 * How an agent is.
 *
 * @param node its node
 * @param version of the program
 * @param startedAt of the process
 * @param store the cluster's store, as this node sees it
 * @param blocks what the node gives addresses from
 * @param pods attachments, those being torn down included
 * @param peers other nodes whose pods can be reached
 * @param problems what is not as it should be, each a sentence; empty when all is well
 */
public record AgentHealth(
    String node,
    String version,
    Instant startedAt,
    StoreState store,
    List<BlockState> blocks,
    int pods,
    int peers,
    List<String> problems) {
  public AgentHealth {
    blocks = List.copyOf(blocks);
    problems = List.copyOf(problems);
  }

  /**
   * The cluster's store.
   *
   * @param description kind and place, no secrets
   * @param reach whether it answers
   * @param since when it began to, or stopped
   * @param reason why it does not
   */
  public record StoreState(
      String description, Reach reach, Instant since, Optional<String> reason) {}

  /** Whether the store answers. */
  public enum Reach {
    REACHABLE,
    UNREACHABLE
  }

  /**
   * One block of the node.
   *
   * @param block its addresses
   * @param use whether new addresses are given from it
   * @param used leased
   * @param free neither leased nor reserved; those cooling included
   * @param cooling freed a moment ago
   * @param reserved by the network itself or by an operator
   */
  public record BlockState(
      IpPrefix block, Use use, long used, long free, long cooling, long reserved) {}

  /** Whether new addresses are given from a block. */
  public enum Use {
    OPEN,
    /** Another node holds it in the store; what was given before stays. */
    CLOSED
  }
}
