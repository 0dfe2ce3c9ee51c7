package org.ovswin.sandbox;

/**
 * The host's address translation for pods whose gateway it is: rules of our own, beside whatever
 * rules others have. Blocking; safe for use by several threads, which wait for each other.
 */
public interface HostNat {
  /**
   * Brings our rules to what {@code spec} says, all at once: every packet meets the old ones or the
   * new ones, never none. Connections that are open go on, also those of a forward that ended
   * ({@link #forget}). Idempotent.
   *
   * @throws EndpointException PERMISSION, or SYSTEM with the system's words
   */
  void apply(HostNatSpec spec) throws EndpointException;

  /**
   * Whether our rules are as the last {@link #apply} of this instance left them. They are not if
   * somebody flushed or changed them, and before the first apply.
   */
  boolean isAsLast() throws EndpointException;

  /** Removes our rules; a success if there are none. Rules of others stay. */
  void remove() throws EndpointException;

  /**
   * Ends what the host remembers of connections through a forward, after an {@link #apply} without
   * it: as long as packets of a UDP conversation arrive, they would go to the pod's address, whose
   * next owner is another pod. A success if nothing is remembered.
   */
  void forget(PortForward gone) throws EndpointException;
}
