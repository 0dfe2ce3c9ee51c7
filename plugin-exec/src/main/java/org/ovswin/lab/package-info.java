/**
 * A small cluster on one machine: network namespaces as nodes, pods, fabric and outside world, with
 * a real Open vSwitch and a real agent in every node, and probes that prove with packets what
 * works. The {@code demo} command and the end-to-end tests are built on it.
 *
 * <p>{@link org.ovswin.lab.Lab} owns everything that is made; whatever it makes is in its {@link
 * org.ovswin.lab.Ledger} first, so that a run that was killed leaves nothing the next run cannot
 * find and take away.
 */
@NullMarked
package org.ovswin.lab;

import org.jspecify.annotations.NullMarked;
