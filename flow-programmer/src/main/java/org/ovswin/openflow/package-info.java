/** TBD. */
@NullMarked
package org.ovswin.openflow;

import org.jspecify.annotations.NullMarked;
