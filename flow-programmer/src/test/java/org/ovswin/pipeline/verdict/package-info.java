/**
 * What the pipeline does with packets, on Open vSwitch's dummy datapath: frames go into ports of a
 * real ovs-vswitchd, and what comes out of which port is compared with {@link
 * org.ovswin.pipeline.verdict.ReferenceNode}, which knows the network's rules and nothing of the
 * tables.
 */
@NullMarked
package org.ovswin.pipeline.verdict;

import org.jspecify.annotations.NullMarked;
