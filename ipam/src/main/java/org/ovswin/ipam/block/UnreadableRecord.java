package org.ovswin.ipam.block;

import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;

/**
 * A record that is there and cannot be read.
 *
 * @param name of the file, key or object
 * @param block that it is about, as its name says: it stays taken, whoever holds it. Empty for a
 *     node's record.
 * @param reason the field, its value and what is expected
 */
public record UnreadableRecord(String name, Optional<IpPrefix> block, String reason) {
  @Override
  public String toString() {
    return name + ": " + reason;
  }
}
