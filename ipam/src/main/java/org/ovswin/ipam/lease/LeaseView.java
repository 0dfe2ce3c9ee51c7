package org.ovswin.ipam.lease;

import java.util.List;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * What a lease directory holds at one moment, read without its lock.
 *
 * @param block the node's block
 * @param reserved addresses that are never given, in their order
 * @param leases by address, withdrawn ones included
 * @param free addresses that could be given
 */
public record LeaseView(IpPrefix block, List<Ipv4Address> reserved, List<Lease> leases, int free) {
  public LeaseView {
    reserved = List.copyOf(reserved);
    leases = List.copyOf(leases);
  }

  /** Addresses that leases hold. */
  public int used() {
    return leases.size();
  }
}
