/** The {@code ovs-win} command line: one class per command. */
@NullMarked
package org.ovswin.cli;

import org.jspecify.annotations.NullMarked;
