package org.ovswin.pipeline.verdict;

/** What must happen to packets at a node. */
interface Rules {
  /** What must happen to this packet, which has just come in by this port. */
  Verdict judge(int port, Packet packet);

  /** Takes notice of what the switch made of a packet where it had the choice. */
  default void learn(Packet sent, Packet seen) {}

  /** Whether the switch was free to make such a packet. */
  default boolean isUnused(Packet seen) {
    return true;
  }

  default void forgetConnections() {}
}
