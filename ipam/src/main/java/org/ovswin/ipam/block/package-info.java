/**
 * The cluster's range, cut into blocks that nodes claim. The store is shared by all nodes, and is
 * how they learn of each other.
 */
@NullMarked
package org.ovswin.ipam.block;

import org.jspecify.annotations.NullMarked;
