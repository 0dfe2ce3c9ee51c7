@NullMarked
package org.ovswin.sandbox.linux;

import org.jspecify.annotations.NullMarked;
