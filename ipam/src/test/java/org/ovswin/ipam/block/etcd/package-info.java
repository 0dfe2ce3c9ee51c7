/** The etcd block store against real members in network namespaces. */
@NullMarked
package org.ovswin.ipam.block.etcd;

import org.jspecify.annotations.NullMarked;
