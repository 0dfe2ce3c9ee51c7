/**
 * The CNI protocol (specification 1.1.0): what a runtime says through the launcher, decoded into
 * {@link org.ovswin.cni.CniRequest}, and what a {@link org.ovswin.cni.CniHandler} answers, encoded
 * for the version that was asked for.
 *
 * <p>Nothing here knows Open vSwitch, leases or namespaces.
 */
@NullMarked
package org.ovswin.cni;

import org.jspecify.annotations.NullMarked;
