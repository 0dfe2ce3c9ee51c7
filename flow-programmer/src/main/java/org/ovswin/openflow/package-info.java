/**
 * The OpenFlow model as Open vSwitch speaks it: matches, actions, flows, their {@code ovs-ofctl}
 * text, and the difference between two sets of flows.
 *
 * <p>Everything here is a value: no I/O, no clock, no threads. Bytes are the business of {@code
 * org.ovswin.openflow.codec}, the connection of {@code org.ovswin.openflow.session}.
 */
@NullMarked
package org.ovswin.openflow;

import org.jspecify.annotations.NullMarked;
