/**
 * {@code ovs-win bench flows}: ovs-win, {@code ovs-ofctl} and the switch's own limit side by side
 * on a real ovs-vswitchd, in one run.
 */
@NullMarked
package org.ovswin.bench.flows;

import org.jspecify.annotations.NullMarked;
