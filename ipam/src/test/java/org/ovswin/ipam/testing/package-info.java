/** What the tests of several packages share. */
@NullMarked
package org.ovswin.ipam.testing;

import org.jspecify.annotations.NullMarked;
