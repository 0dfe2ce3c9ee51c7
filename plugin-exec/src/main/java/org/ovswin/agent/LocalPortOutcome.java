package org.ovswin.agent;

/** What became of bringing the bridge's local port to what it needs. */
sealed interface LocalPortOutcome {
  /** It has all of it. */
  record Right() implements LocalPortOutcome {}

  /** It has what this node's own pods need, but some peers cannot be reached. */
  record WithoutPeers(String problem) implements LocalPortOutcome {}

  /** It has not. */
  record Wrong(String problem) implements LocalPortOutcome {}
}
