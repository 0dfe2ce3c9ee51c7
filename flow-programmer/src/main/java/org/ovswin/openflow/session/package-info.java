/**
 * One connection to one bridge of a running switch: handshake, requests with deadlines, bundles
 * that are checked before they are committed, packet-ins, liveness, and reconnecting.
 *
 * <p>{@link org.ovswin.openflow.session.SwitchConnection} is what callers use. Everything behind it
 * runs on one event loop thread; what the loop decides with time ({@code Reconnect}, {@code
 * Liveness}) are values that take {@code now}.
 */
@NullMarked
package org.ovswin.openflow.session;

import org.jspecify.annotations.NullMarked;
