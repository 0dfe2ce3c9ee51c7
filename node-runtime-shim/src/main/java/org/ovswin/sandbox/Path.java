package org.ovswin.sandbox;

import java.net.InetAddress;
import java.util.Optional;

/**
 * How the host reaches an address.
 *
 * @param device the interface that it leaves by
 * @param source the address that the host then sends from
 * @param gateway the next hop; empty if the address is on the interface's link
 * @param mtu bytes: the route's if it has one, else the interface's
 */
public record Path(String device, InetAddress source, Optional<InetAddress> gateway, int mtu) {}
