/** TBD. */
@NullMarked
package org.ovswin.agent;

import org.jspecify.annotations.NullMarked;
