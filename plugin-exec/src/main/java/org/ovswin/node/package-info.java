/**
 * Makes this machine a node and undoes it: the steps of {@code ovs-win up}, each written to a
 * durable record before it changes anything, and taken back in reverse by {@code ovs-win down}.
 */
@NullMarked
package org.ovswin.node;

import org.jspecify.annotations.NullMarked;
