package org.ovswin.ipam.block;

import java.time.Instant;
import java.util.UUID;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * A node that holds a block, as its peers see it. See {@link NodeClaim} for what the node says of
 * itself.
 *
 * @param block the node's pods have addresses of this block, and no other node's have
 * @param claimedAt when the node got the block
 */
public record NodeRecord(
    String node,
    UUID owner,
    IpPrefix block,
    IpAddress address,
    MacAddress mac,
    String os,
    String version,
    Instant claimedAt) {

  public NodeRecord {
    var _ = new NodeClaim(node, owner, address, mac, os, version);
  }

  /** The block's first address after the network's own: the default route of the node's pods. */
  public IpAddress gateway() {
    return block.address(1);
  }
}
