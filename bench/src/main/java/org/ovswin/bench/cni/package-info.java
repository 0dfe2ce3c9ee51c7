/**
 * What attaching and detaching pods costs, beside the CNI project's plugins: {@code ovs-win bench
 * cni}.
 */
@NullMarked
package org.ovswin.bench.cni;

import org.jspecify.annotations.NullMarked;
