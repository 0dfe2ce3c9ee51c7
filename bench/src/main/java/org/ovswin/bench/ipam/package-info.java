/**
 * {@code ovs-win bench ipam}: the lease database and the block store beside host-local and the
 * machine's own fdatasync, in one run.
 */
@NullMarked
package org.ovswin.bench.ipam;

import org.jspecify.annotations.NullMarked;
