package org.ovswin.agent.admin;

/** How far a release goes. */
public enum Force {
  /** An address whose pod still has its sandbox is left alone. */
  ONLY_UNUSED,
  /** The pod's network is torn down first. */
  EVEN_IF_USED
}
