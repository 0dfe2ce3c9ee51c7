/**
 * What the commands of {@code ovs-win ipam} show: a value, and every form it is shown in. Pure: who
 * gathers it, and the terminal, are elsewhere.
 */
@NullMarked
package org.ovswin.cli.report;

import org.jspecify.annotations.NullMarked;
