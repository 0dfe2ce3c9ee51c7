/**
 * The node's agent: one reconciler that owns the node's state, and what feeds it.
 *
 * <p>Leases, peers, the OVSDB replica, the switch's flows and the sandboxes are its inputs; rows,
 * flows and endpoints are its outputs. Start-up, ADD, DEL, a peer that joins and a switch that
 * comes back all run the same converge.
 */
@NullMarked
package org.ovswin.agent;

import org.jspecify.annotations.NullMarked;
