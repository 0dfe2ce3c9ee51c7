@NullMarked
package org.ovswin.ovsdb.vswitch;

import org.jspecify.annotations.NullMarked;
