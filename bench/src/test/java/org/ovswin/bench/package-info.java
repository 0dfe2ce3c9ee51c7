@NullMarked
package org.ovswin.bench;

import org.jspecify.annotations.NullMarked;
