package org.ovswin.pipeline;

/**
 * The tables, in the order in which a packet meets them. Numbers leave room for the stages that
 * features will bring (policies at 50 and 70).
 */
public enum TableId {
  /** Where does the packet come from? */
  CLASSIFIER(0),
  /** May this port say so in ARP? */
  ARP_SPOOF_GUARD(10),
  /** Answers for the gateway and the node's pods. */
  ARP_RESPONDER(12),
  /** May this port say so in neighbour discovery? */
  ND_SPOOF_GUARD(14),
  /** Whether neighbour discovery's question has an answer here. */
  ND_RESPONDER(16),
  /** Makes the answer of the question. */
  ND_ANSWER(18),
  /** May this port send from this address? */
  SPOOF_GUARD(20),
  /** Restores the connection and undoes its NAT. */
  CONNTRACK(30),
  /** As before, for what a pod answers itself by a port of the node. */
  CONNTRACK_AGAIN(31),
  /** Sorts new connections from known ones. */
  CONNTRACK_STATE(32),
  /** The node's ports that lead to a pod. */
  HOST_PORT(40),
  /** Where does it go? */
  ROUTE(60),
  /** Remembers new connections, with SNAT where they leave the cluster. */
  COMMIT(80),
  /** Out. */
  OUTPUT(90);

  private final int number;

  TableId(int number) {
    this.number = number;
  }

  /** The OpenFlow table number. */
  public int number() {
    return number;
  }
}
