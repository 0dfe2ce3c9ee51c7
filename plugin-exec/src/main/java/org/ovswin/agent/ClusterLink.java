package org.ovswin.agent;

/** What the reconciler knows of {@link ClusterSide}. Calls do not block. */
interface ClusterLink {
  /** The node's own database moved. */
  void localMoved(LocalBlocks blocks);

  /** What was told last. */
  LocalBlocks local();

  /** How the node stands with the store, as far as is known. */
  ClusterState state();
}
