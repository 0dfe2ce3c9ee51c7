package org.ovswin.agent.admin;

import java.time.Instant;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Reservation;

/**
 * What the requests on the admin socket do. The agent implements it. Each call comes on a thread of
 * its own and may block until the deadline.
 */
public interface AdminHandler {

  /** How the agent is. */
  AgentHealth health(Instant deadline) throws AdminException;

  /** Takes an address back, together with all others of its attachment. */
  Release release(IpAddress address, Force force, Instant deadline) throws AdminException;

  /** Keeps a range from pods that do not ask for an address of it. */
  Reservation reserve(AddressRange range, String reason, Instant deadline) throws AdminException;

  /** Undoes {@link #reserve}. */
  Reservation unreserve(AddressRange range, Instant deadline) throws AdminException;

  /** Finds the leases that nobody needs. */
  GcReport gc(GcMode mode, Instant deadline) throws AdminException;

  /** Claims one more block of this family. */
  BlockChange addBlock(Family family, Instant deadline) throws AdminException;

  /** Gives a block without leases back to the cluster. */
  BlockChange releaseBlock(IpPrefix block, Instant deadline) throws AdminException;
}
