/**
 * Takes an adapter of the host into the bridge as a transaction: what is needed for putting it back
 * is on disk, and a process of its own watches, before anything changes.
 */
@NullMarked
package org.ovswin.node.uplink;

import org.jspecify.annotations.NullMarked;
