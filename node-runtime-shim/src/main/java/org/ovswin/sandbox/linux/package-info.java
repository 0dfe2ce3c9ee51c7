/**
 * The Linux side: network namespaces, rtnetlink(7), ethtool ioctls and packet(7) sockets, all
 * through JNA, which appears in this module only.
 *
 * <p>A socket belongs to the namespace of the thread that opened it and keeps belonging to it on
 * whatever thread it is used later; {@code /proc/sys/net} shows the namespace of the thread that
 * opens the file. {@link java.net.NetworkInterface} ignores both and is not used here.
 */
@NullMarked
package org.ovswin.sandbox.linux;

import org.jspecify.annotations.NullMarked;
