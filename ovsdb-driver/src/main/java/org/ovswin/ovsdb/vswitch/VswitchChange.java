package org.ovswin.ovsdb.vswitch;

/**
 * One step of a transaction on the vswitch. All are level-triggered: they say what is wanted, and
 * asking for what is already so changes nothing.
 */
public sealed interface VswitchChange {

  /**
   * The bridge is there as specified, with its local port; made when missing, else what differs is
   * updated. Keys of {@code other_config} and {@code external_ids} that the specification does not
   * name stay as they are.
   */
  record PutBridge(BridgeSpec bridge) implements VswitchChange {}

  /**
   * The port is there as specified with its one interface; made when missing, else what differs is
   * updated. Keys of {@code external_ids} that the specification does not name stay; {@code
   * options} become exactly those specified. A port of that name on another bridge is a failure.
   *
   * @param bridge the name of a bridge that exists or that an earlier change of the list makes
   */
  record PutPort(String bridge, PortSpec port) implements VswitchChange {}

  /** The port and its interfaces are not on that bridge. */
  record DeletePort(String bridge, String port) implements VswitchChange {}

  /** The bridge is not there, nor its ports. */
  record DeleteBridge(String bridge) implements VswitchChange {}
}
