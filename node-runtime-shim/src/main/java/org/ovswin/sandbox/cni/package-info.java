/**
 * Runs the plugins of a CNI network configuration list the way a container runtime does (CNI
 * specification 1.1.0, sections 2 and 3), with the conventions of libcni where it is more precise.
 */
@NullMarked
package org.ovswin.sandbox.cni;

import org.jspecify.annotations.NullMarked;
