package org.ovswin.agent.admin;

import java.util.List;
import org.ovswin.ipam.address.IpPrefix;

/**
 * What came of {@code ipam.block.add} and {@code ipam.block.release}.
 *
 * @param changed the block that was added or released
 * @param held what the node holds of both families now
 */
public record BlockChange(IpPrefix changed, List<IpPrefix> held) {
  public BlockChange {
    held = List.copyOf(held);
  }
}
