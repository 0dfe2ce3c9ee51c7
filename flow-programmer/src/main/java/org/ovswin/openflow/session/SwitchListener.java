package org.ovswin.openflow.session;

import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;

/**
 * What a switch says by itself.
 *
 * <p>Called on one thread of the connection's own, in order, never two at a time; it may block and
 * may call the connection. Packet-ins that arrive while more than {@link
 * SessionConfig#packetInQueue} wait are dropped and counted.
 */
public interface SwitchListener {
  /** The handshake is done: requests will be served from now on. */
  void connected(Version version);

  /**
   * The connection is gone, and with it all requests that were in flight; it is tried again.
   *
   * @param reason for people
   */
  void disconnected(String reason);

  /** A packet that a flow sent to the controller. */
  void packetIn(Message.PacketIn packetIn);
}
