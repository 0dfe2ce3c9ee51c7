/** TBD. */
@NullMarked
package org.ovswin.ipam;

import org.jspecify.annotations.NullMarked;
