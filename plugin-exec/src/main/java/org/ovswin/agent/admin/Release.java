package org.ovswin.agent.admin;

import org.ovswin.ipam.address.IpAddress;

/**
 * An address that was released, with all others of the same attachment.
 *
 * @param address the one asked for
 * @param holder whose it was
 */
public record Release(IpAddress address, Holder holder) {}
