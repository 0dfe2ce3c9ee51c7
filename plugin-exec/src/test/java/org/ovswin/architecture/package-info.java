/** Who may import whom, as a build failure. */
@NullMarked
package org.ovswin.architecture;

import org.jspecify.annotations.NullMarked;
