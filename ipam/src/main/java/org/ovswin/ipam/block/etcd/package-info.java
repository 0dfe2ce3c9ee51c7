/**
 * The block store in an etcd cluster: {@link org.ovswin.ipam.block.etcd.EtcdBlockStore} decides,
 * {@link org.ovswin.ipam.block.etcd.EtcdConnection} reaches the members, {@link
 * org.ovswin.ipam.block.etcd.EtcdWatch} follows what changes.
 */
@NullMarked
package org.ovswin.ipam.block.etcd;

import org.jspecify.annotations.NullMarked;
