@NullMarked
package org.ovswin.sandbox;

import org.jspecify.annotations.NullMarked;
