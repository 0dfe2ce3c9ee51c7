package org.ovswin.ovsdb.vswitch;

/** What ovs-vswitchd made of a port that was asked for. */
public sealed interface PortOutcome {

  /** It works, with this OpenFlow port number. */
  record Attached(int ofport) implements PortOutcome {}

  /** It could not be made, such as {@code could not open network device eth9 (No such device)}. */
  record Refused(String error) implements PortOutcome {}

  /** Its row is not there, or no longer. */
  record Gone() implements PortOutcome {}
}
