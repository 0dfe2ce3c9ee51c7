/**
 * The cluster's ranges, cut into blocks that nodes claim. The store is shared by all nodes, and is
 * how they learn of each other. The stores themselves are in packages of their own.
 */
@NullMarked
package org.ovswin.ipam.block;

import org.jspecify.annotations.NullMarked;
