/**
 * IP address management: which block of the cluster's range a node owns, and which address of its
 * blocks a pod holds.
 *
 * <p>Three packages, each usable without the next: {@code address} (values), {@code block} (the
 * cluster's range cut into node blocks, shared by all nodes) and {@code lease} (addresses inside
 * the blocks of one node, durable on that node). Nothing here knows of CNI, Open vSwitch or
 * Kubernetes.
 */
@NullMarked
package org.ovswin.ipam;

import org.jspecify.annotations.NullMarked;
