package org.ovswin.sandbox.linux;

import org.ovswin.sandbox.InetPrefix;

/**
 * An address of a link.
 *
 * @param linkIndex the link
 * @param address with its prefix length
 * @param scope RT_SCOPE_… of rtnetlink(7): 0 global, 253 link, 254 host
 */
public record LinkAddress(int linkIndex, InetPrefix address, int scope) {}
