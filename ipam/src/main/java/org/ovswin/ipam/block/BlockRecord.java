package org.ovswin.ipam.block;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Who holds a block, or held it last.
 *
 * @param block the pods of the node that holds it have addresses of this block, and no others have
 * @param node that holds or held it
 * @param owner of that node, see {@link NodeRecord#owner()}
 * @param claimedAt when this holder got it
 * @param releasedAt when it was given back; empty while it is held
 */
public record BlockRecord(
    IpPrefix block, String node, UUID owner, Instant claimedAt, Optional<Instant> releasedAt) {

  public BlockRecord {
    NodeRecord.requireName(node);
  }

  /** The record of a block that was claimed now. */
  public static BlockRecord claimed(IpPrefix block, String node, UUID owner, Instant now) {
    return new BlockRecord(block, node, owner, now, Optional.empty());
  }

  public boolean isHeld() {
    return releasedAt.isEmpty();
  }

  /** Whether this node holds the block now. */
  public boolean isHeldBy(String name, UUID instance) {
    return isHeld() && node.equals(name) && owner.equals(instance);
  }

  /** This record, ended. */
  public BlockRecord released(Instant now) {
    return new BlockRecord(block, node, owner, claimedAt, Optional.of(now));
  }

  /** Whether the block was released, and no other node may have it yet. */
  public boolean isInGrace(Instant now, Duration grace) {
    return releasedAt.isPresent() && now.isBefore(releasedAt.get().plus(grace));
  }

  /** The block's first address after the network's own: the default route of the node's pods. */
  public IpAddress gateway() {
    return block.address(1);
  }
}
