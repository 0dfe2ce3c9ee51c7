/**
 * The CNI plugin under the container runtimes that people have: podman and containerd, real
 * containers on the nodes of a lab.
 */
@NullMarked
package org.ovswin.e2e.runtime;

import org.jspecify.annotations.NullMarked;
