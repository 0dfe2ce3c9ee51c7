/** The agent's own parts, without a switch. */
@NullMarked
package org.ovswin.agent;

import org.jspecify.annotations.NullMarked;
