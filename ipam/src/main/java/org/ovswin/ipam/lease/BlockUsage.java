package org.ovswin.ipam.lease;

import org.ovswin.ipam.address.IpPrefix;

/**
 * How full a block is. The four numbers count each address once. Of an IPv6 block only the first
 * 2^16 addresses are counted, which are the ones given without being asked for by name, and those
 * beyond that leases hold.
 *
 * @param used addresses that leases hold, withdrawn ones included
 * @param free addresses that are given next, those remembered for a sticky pod included
 * @param cooling released lately: given only when nothing else is left
 * @param reserved never given, or only when asked for by address
 */
public record BlockUsage(IpPrefix block, long used, long free, long cooling, long reserved) {}
