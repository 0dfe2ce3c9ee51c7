/**
 * The block store in a Kubernetes cluster's own API server: one object per block, whose name is the
 * lock. The kinds and the permissions are in deploy/kubernetes.
 */
@NullMarked
package org.ovswin.ipam.block.kubernetes;

import org.jspecify.annotations.NullMarked;
