/** Tests of the OpenFlow model. */
@NullMarked
package org.ovswin.openflow;

import org.jspecify.annotations.NullMarked;
