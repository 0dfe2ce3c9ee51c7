/**
 * The port through which a node agent reaches the host's network namespaces: endpoints of pods, the
 * node's own interface on the bridge, and sandboxes. It says nothing about the operating system;
 * {@code org.ovswin.sandbox.linux} implements it for Linux.
 *
 * <p>Addresses cross this API as {@link java.net.InetAddress} with a prefix length ({@link
 * org.ovswin.sandbox.InetPrefix}) and link-layer addresses as {@link
 * org.ovswin.sandbox.MacAddress}, so that this module depends on no other of the project.
 */
@NullMarked
package org.ovswin.sandbox;

import org.jspecify.annotations.NullMarked;
